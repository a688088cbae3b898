"""The processes of a run: started, watched, paused, killed; and the errors where that is impossible."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from lawful.conformance.errors import BackendError
from lawful.conformance.processes import ProcessGroup, guardian, log_tail

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]


@pytest.fixture
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


def eventually(holds: Callable[[], bool], within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_output_goes_to_the_log_and_environment_is_added(group: ProcessGroup) -> None:
    script = "import os; print(os.environ['COLOUR'], 'PATH' in os.environ)"
    pid = group.spawn("painter", [sys.executable, "-I", "-S", "-c", script], environment={"COLOUR": "blue"})
    assert eventually(lambda: not group.is_running(pid))
    assert log_tail(group.log_of("painter")) == "blue True"


def test_a_log_is_appended_to_by_the_next_process_of_its_name(group: ProcessGroup) -> None:
    for word in ("first", "second"):
        pid = group.spawn("speaker", [sys.executable, "-I", "-S", "-c", f"print({word!r})"])
        assert eventually(lambda pid=pid: not group.is_running(pid))  # type: ignore[misc]
    assert log_tail(group.log_of("speaker")) == "first\nsecond"


def test_exit_codes_are_those_of_the_process(group: ProcessGroup) -> None:
    leaving = group.spawn("leaving", [sys.executable, "-I", "-S", "-c", "raise SystemExit(7)"])
    staying = group.spawn("staying", SLEEP)
    assert eventually(lambda: group.exit_code(leaving) == 7)
    assert group.exit_code(staying) is None
    group.kill(staying)
    assert group.exit_code(staying) == -signal.SIGKILL


def test_a_killed_process_is_gone_when_kill_returns(group: ProcessGroup) -> None:
    pid = group.spawn("victim", SLEEP)
    assert group.is_running(pid)
    group.kill(pid)
    assert not group.is_running(pid)
    group.kill(pid)
    group.pause(pid)


def test_killing_takes_along_what_the_process_started(group: ProcessGroup) -> None:
    nested = f"import subprocess, time; print(subprocess.Popen({SLEEP!r}).pid, flush=True); time.sleep(60)"
    pid = group.spawn("outer", [sys.executable, "-I", "-S", "-c", nested])
    assert eventually(lambda: log_tail(group.log_of("outer")) is not None)
    inner = psutil.Process(int(log_tail(group.log_of("outer")) or ""))
    group.kill(pid)
    assert eventually(lambda: not inner.is_running() or inner.status() == psutil.STATUS_ZOMBIE)


def test_what_a_process_leaves_behind_when_it_ends_is_killed_at_the_end() -> None:
    leaving = f"import subprocess; print(subprocess.Popen({SLEEP!r}).pid, flush=True)"
    with ProcessGroup() as group:
        pid = group.spawn("leaving", [sys.executable, "-I", "-S", "-c", leaving])
        assert eventually(lambda: log_tail(group.log_of("leaving")) is not None)
        left = psutil.Process(int(log_tail(group.log_of("leaving")) or ""))
        assert eventually(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert eventually(lambda: not left.is_running() or left.status() == psutil.STATUS_ZOMBIE)


FLUSHING_SERVER = """
import os, socket, threading, time
server = socket.create_server(("127.0.0.1", 0))
log = os.open(os.sys.argv[1], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
def flush():
    while True:
        os.write(log, bytes(1_000_000))
        os.fsync(log)
for _ in range(4):
    threading.Thread(target=flush, daemon=True).start()
print(server.getsockname()[1], flush=True)
time.sleep(60)
"""


def test_a_process_killed_while_a_thread_waits_for_the_disk_holds_nothing_open_when_kill_returns(
    group: ProcessGroup,
) -> None:
    """Its first thread is gone at once and makes it a zombie; the server socket is open until the last one is."""
    data = group.workspace().folder / "data"
    for attempt in range(6):
        name = f"flushing-{attempt}"
        pid = group.spawn(name, [sys.executable, "-I", "-S", "-c", FLUSHING_SERVER, str(data)])
        assert eventually(lambda name=name: log_tail(group.log_of(name)) is not None)  # type: ignore[misc]
        time.sleep(0.02)
        group.kill(pid)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(log_tail(group.log_of(name)) or "")), timeout=1)


def test_a_paused_process_runs_no_further_until_it_is_resumed(group: ProcessGroup) -> None:
    pid = group.spawn("sleeper", SLEEP)
    group.pause(pid)
    assert eventually(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    assert group.is_running(pid)
    group.resume(pid)
    assert eventually(lambda: psutil.Process(pid).status() != psutil.STATUS_STOPPED)
    group.pause(pid)
    group.kill(pid)
    assert not group.is_running(pid)


def test_an_adopted_process_is_killed_at_the_end_though_it_is_paused() -> None:
    child = subprocess.Popen(SLEEP)
    try:
        with ProcessGroup() as group:
            group.adopt(child.pid)
            assert group.is_running(child.pid)
            with pytest.raises(BackendError, match="only its parent learns"):
                group.exit_code(child.pid)
            group.pause(child.pid)
        assert child.wait(5) == -signal.SIGKILL
    finally:
        child.kill()
        child.wait()


def test_the_number_of_an_ended_process_is_not_mistaken_for_its_successor(monkeypatch: pytest.MonkeyPatch) -> None:
    # A number cannot be made to recur on demand; a process that was created at another time is the same case.
    bystander = subprocess.Popen(SLEEP, start_new_session=True)
    try:
        former = guardian.Adopted(bystander.pid)
        monkeypatch.setattr(former._process, "_ident", (bystander.pid, 1.0))
        assert not former.is_running()
        former.signal(signal.SIGKILL)
        guardian.end_all([former], [])
        time.sleep(0.05)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_workspaces_are_fresh_folders_that_are_gone_afterwards() -> None:
    with ProcessGroup() as group:
        first, second = group.workspace(), group.workspace()
        assert first.folder != second.folder
        (first.folder / "data").write_text("x")
        log = group.log_of("anything")
    assert not first.folder.exists()
    assert not second.folder.exists()
    assert not log.parent.exists()


def test_a_command_that_cannot_be_started_is_named_with_the_cause(group: ProcessGroup) -> None:
    with pytest.raises(BackendError) as caught:
        group.spawn("redis-1", ["/nowhere/redis-server", "--port", "1"])
    assert "redis-1" in caught.value.problem
    assert "No such file" in (caught.value.cause or "")


def test_a_process_of_somebody_else_is_not_touched(group: ProcessGroup) -> None:
    with pytest.raises(BackendError, match="does not belong to this run"):
        group.kill(os.getpid())
    with pytest.raises(BackendError, match="no process"):
        group.adopt(2**22 + 1)


def test_without_its_guardian_a_group_says_so_and_still_cleans_up() -> None:
    group = ProcessGroup()
    workspace = group.workspace()
    pid = group.spawn("orphan", SLEEP)
    process = psutil.Process(pid)
    group._guardian.kill()
    group._guardian.wait()
    with pytest.raises(BackendError, match="guardian") as caught:
        group.is_running(pid)
    assert caught.value.cause == "somebody killed it"
    group.close()
    assert eventually(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
    assert not workspace.folder.exists()


def test_a_closed_group_refuses_to_go_on() -> None:
    with ProcessGroup() as group:
        pass
    with pytest.raises(BackendError) as caught:
        group.workspace()
    assert caught.value.cause == "the run is over"

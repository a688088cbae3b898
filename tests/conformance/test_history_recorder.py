"""Recording: what was learned is in the file at once, and stays there, whatever becomes of the recorder."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from lawful.conformance.errors import ExitCode, UsageError
from lawful.conformance.history.file import read_history
from lawful.conformance.history.json_text import NotJson
from lawful.conformance.history.recorder import Recorder, RecorderMisuse
from lawful.models.history import Header, Outcome


def claim(recorder: Recorder, process: int = 0) -> int:
    return recorder.invoke(process, "jobs", None, "claim", {"worker": f"w-{process}"})


def test_a_recording_reads_as_what_happened(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    before_ns = time.monotonic_ns()
    with Recorder(path, Header(backend="test", seed=7)) as recorder:
        first, second, third = (claim(recorder, process) for process in range(3))
        recorder.complete(first, Outcome.OK, result={"id": "j"}, server="n1")
        recorder.complete(second, Outcome.FAIL, error="refused")
        recorder.fault("kill", "n1", 5, 9, details={"signal": 9})
        recorder.fault("restart", "n1", 10, None, error="it did not start")
        recorder.complete(third, Outcome.UNKNOWN, error="timed out")
        recorder.invoke(0, "leader_lease", "scheduler", "get", {})
    history = read_history(path)
    assert (history.header, history.truncated) == (Header(backend="test", seed=7), False)
    ok, fail, unknown, never = history.operations
    assert (ok.outcome, ok.result, ok.server) == (Outcome.OK, {"id": "j"}, "n1")
    assert (fail.outcome, fail.error) == (Outcome.FAIL, "refused")
    assert (unknown.outcome, unknown.error) == (Outcome.UNKNOWN, "timed out")
    assert (never.outcome, never.return_ns) == (Outcome.UNKNOWN, None)
    assert (ok.object, ok.key, ok.function, ok.arguments) == ("jobs", None, "claim", {"worker": "w-0"})
    assert (never.object, never.key) == ("leader_lease", "scheduler")
    assert unknown.return_ns is not None
    assert before_ns <= ok.call_ns <= unknown.return_ns <= time.monotonic_ns()
    assert [(fault.fault, fault.error) for fault in history.faults] == [
        ("kill", None),
        ("restart", "it did not start"),
    ]


def test_each_record_is_in_the_file_before_the_call_returns(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    recorder = Recorder(path, Header())
    assert path.read_text().count("\n") == 1
    index = claim(recorder)
    assert [operation.outcome for operation in read_history(path)] == [Outcome.UNKNOWN]
    recorder.complete(index, Outcome.OK)
    assert [operation.outcome for operation in read_history(path)] == [Outcome.OK]
    recorder.fault("kill", "n1", 1, 2)
    assert len(read_history(path).faults) == 1
    assert read_history(path).truncated
    recorder.close()
    assert not read_history(path).truncated


def test_a_run_that_fails_leaves_a_truncated_history(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with pytest.raises(ZeroDivisionError), Recorder(path, Header()) as recorder:
        claim(recorder)
        raise ZeroDivisionError
    assert read_history(path).truncated


def test_the_time_of_return_may_be_the_clients(tmp_path: Path) -> None:
    with Recorder(tmp_path / "history.jsonl", Header()) as recorder:
        index = claim(recorder)
        at_ns = time.monotonic_ns()
        time.sleep(0.001)
        recorder.complete(index, Outcome.OK, time_ns=at_ns)
    assert read_history(tmp_path / "history.jsonl").operations[0].return_ns == at_ns


def test_closing_twice_writes_one_footer(tmp_path: Path) -> None:
    with Recorder(tmp_path / "history.jsonl", Header()) as recorder:
        recorder.close()
    assert (tmp_path / "history.jsonl").read_text().count("footer") == 1


def test_misuse_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with Recorder(path, Header()) as recorder:
        index = claim(recorder)
        with pytest.raises(RecorderMisuse, match="process 0 has the open operation 0"):
            claim(recorder)
        with pytest.raises(RecorderMisuse, match="never invoked"):
            recorder.complete(1, Outcome.OK)
        with pytest.raises(RecorderMisuse, match="before its call"):
            recorder.complete(index, Outcome.OK, time_ns=1)
        with pytest.raises(RecorderMisuse, match="'result' beside"):
            recorder.complete(index, Outcome.FAIL, result=1)
        with pytest.raises(RecorderMisuse, match="'error' beside"):
            recorder.complete(index, Outcome.OK, error="x")
        with pytest.raises(RecorderMisuse, match="ends before it begins"):
            recorder.fault("kill", "n1", 5, 4)
        recorder.complete(index, Outcome.UNKNOWN)
        with pytest.raises(RecorderMisuse, match="completed before"):
            recorder.complete(index, Outcome.OK)
        with pytest.raises(RecorderMisuse, match="unknown outcome"):
            claim(recorder)
    with pytest.raises(RecorderMisuse, match="closed"):
        claim(recorder, 1)
    assert len(read_history(path)) == 1
    assert path.read_text().count("\n") == 4


@pytest.mark.parametrize("value", [float("nan"), b"bytes", {1: 2}, "\ud800", object(), {"a": {1}}])
def test_an_answer_that_json_cannot_carry_leaves_the_operation_open(value: object, tmp_path: Path) -> None:
    with Recorder(tmp_path / "history.jsonl", Header()) as recorder:
        index = claim(recorder)
        with pytest.raises(NotJson):
            recorder.complete(index, Outcome.OK, result=value)  # type: ignore[arg-type]
        recorder.complete(index, Outcome.UNKNOWN, error="nonsense")
    assert read_history(tmp_path / "history.jsonl").operations[0].error == "nonsense"


def test_a_call_that_json_cannot_carry_is_not_counted(tmp_path: Path) -> None:
    with Recorder(tmp_path / "history.jsonl", Header()) as recorder:
        with pytest.raises(NotJson):
            recorder.invoke(0, "jobs", None, "claim", {"worker": float("inf")})
        assert claim(recorder) == 0
    assert len(read_history(tmp_path / "history.jsonl")) == 1


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text("precious")
    with pytest.raises(UsageError, match="exists"):
        Recorder(path, Header())
    assert path.read_text() == "precious"


def test_a_folder_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot create the history"):
        Recorder(tmp_path / "absent" / "history.jsonl", Header())


def test_threads_may_record_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    each = 200

    def work(process: int) -> None:
        for _ in range(each):
            index = claim(recorder, process)
            recorder.complete(index, Outcome.OK, result=process)

    with Recorder(path, Header()) as recorder:
        threads = [threading.Thread(target=work, args=(process,)) for process in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    history = read_history(path)
    assert len(history) == 8 * each
    assert all(operation.result == operation.process for operation in history)


RECORDING = textwrap.dedent(
    """
    import os, sys
    from lawful.conformance.history.recorder import Recorder
    from lawful.models.history import Header, Outcome

    recorder = Recorder(sys.argv[1], Header(options={"filler": "x" * 20_000}))
    for number in range(1_000_000):
        index = recorder.invoke(number % 7, "jobs", None, "claim", {"worker": "ß" * (number % 900)})
        os.write(1, b"%d\\n" % index)
        recorder.complete(index, Outcome.OK, result=number)
    """
)


def test_a_recorder_that_is_killed_leaves_all_that_had_begun(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    instants = random.Random(seed)
    for trial in range(6):
        path = tmp_path / f"history-{trial}.jsonl"
        process = subprocess.Popen([sys.executable, "-c", RECORDING, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        with process.stdout:
            begun = process.stdout.readline()
            time.sleep(instants.uniform(0, 0.05))
            os.kill(process.pid, signal.SIGKILL)
            begun += process.stdout.read()
        process.wait()
        history = read_history(path)
        effects = [int(line) for line in begun.split(b"\n")[:-1]]
        assert history.truncated, f"seed {seed}"
        assert len(history) >= len(effects) > 0, f"an effect without an invocation, seed {seed}"
        assert all(operation.result == operation.index for operation in history.operations[: len(effects) - 1])


def test_a_recorder_that_is_killed_at_the_start_leaves_nothing_or_a_readable_file(tmp_path: Path) -> None:
    instants = random.Random()
    for trial in range(6):
        path = tmp_path / f"history-{trial}.jsonl"
        process = subprocess.Popen([sys.executable, "-c", RECORDING, str(path)], stdout=subprocess.DEVNULL)
        unnamed = path.with_name(path.name + ".new")
        limit = time.monotonic() + 30
        while not unnamed.exists() and not path.exists() and time.monotonic() < limit:
            time.sleep(0.0005)
        time.sleep(instants.uniform(0, 0.001))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not path.exists() or read_history(path).truncated


FULL_DISK = textwrap.dedent(
    """
    import resource, sys
    from lawful.conformance.history.recorder import Recorder, RecordingFailed
    from lawful.models.history import Header, Outcome

    recorder = Recorder(sys.argv[1], Header())
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    done = 0
    try:
        while True:
            index = recorder.invoke(0, "jobs", None, "claim", {"worker": "w" * 50})
            recorder.complete(index, Outcome.OK, result=index)
            done += 1
    except RecordingFailed as error:
        assert error.code == 4
        first = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    for attempt in (lambda: recorder.invoke(1, "jobs", None, "claim", {}), recorder.close):
        try:
            attempt()
        except RecordingFailed as error:
            assert str(error) == first
        else:
            raise SystemExit("a recorder that failed went on")
    print(done)
    """
)


@pytest.mark.parametrize("limit", [5000, 5001, 5077, 5150])
def test_a_full_disk_stops_the_recording_and_loses_nothing(limit: int, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    command = [sys.executable, "-c", FULL_DISK, str(path), str(limit)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    history = read_history(path)
    assert history.truncated
    assert path.read_bytes().endswith(b"\n"), "the part of a line that fitted was taken back"
    assert sum(operation.outcome is Outcome.OK for operation in history) == int(ran.stdout)


NO_ROOM_FOR_A_HEADER = textwrap.dedent(
    """
    import resource, sys
    from lawful.conformance.history.recorder import Recorder, RecordingFailed
    from lawful.models.history import Header

    resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
    try:
        Recorder(sys.argv[1], Header(workload="longer than that"))
    except RecordingFailed as error:
        raise SystemExit(error.code)
    """
)


def test_a_header_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", NO_ROOM_FOR_A_HEADER, str(tmp_path / "history.jsonl")]
    assert subprocess.run(command, check=False, timeout=60).returncode == ExitCode.BACKEND_FAILED
    assert list(tmp_path.iterdir()) == []

"""The guardian: a process that starts the servers of one run and ends them when the run ends, however it ends.

It reads requests, one JSON value a line, from its standard input, and answers each with a line. The end of the input
is the end of the run: a runner that returns, raises, is interrupted or is killed with SIGKILL closes the pipe in
every case, because the kernel does. Then everything that was started or adopted is killed, paused processes too
(SIGKILL works on them), and the temporary folders are removed.

The file is run as a script, isolated and without `site`, so it imports the standard library and psutil only; the
folder that holds psutil is its argument. It lives in a session of its own, out of reach of Ctrl-C.

Assumption: nobody but the runner holds the write end of the pipe. Python's `subprocess` does not pass it on; a bare
`os.fork` would.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NoReturn

if __name__ == "__main__":
    sys.path.append(sys.argv[1])

import psutil

END_TIMEOUT_S = 10.0
"""How long a killed process may take to be gone: longer only where the kernel holds it, as in a dead file system."""
_POLL_S = 0.002
_REMOVAL_ATTEMPTS = 5


class Refused(Exception):
    """A request that cannot be met; the text says why."""


class Spawned:
    """A child of the guardian and whatever it started, which form one process group.

    The child is reaped only after its group was killed: until then the kernel gives its number to nobody else, so
    no signal meant for it reaches a stranger.
    """

    def __init__(self, command: list[str], environment: dict[str, str], log: str) -> None:
        with open(log, "ab") as output:  # noqa: PTH123 (pathlib costs start-up time here)
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        self.pid = self._child.pid

    def is_running(self) -> bool:
        if self._child.returncode is None and self._has_ended():
            _signal_group(self.pid, signal.SIGKILL)
            self._child.wait()
        return self._child.returncode is None

    def exit_code(self) -> int | None:
        return None if self.is_running() else self._child.returncode

    def signal(self, number: int) -> None:
        if self.is_running():
            _signal_group(self.pid, number)

    def _has_ended(self) -> bool:
        """Whether the child can be reaped, without reaping it."""
        if hasattr(os, "waitid"):
            # A process counts as a zombie when its first thread has ended. Another that waits for the disk may keep
            # its connections open a while longer: whoever asked for the kill would find the server still there.
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return _is_gone(psutil.Process(self.pid))  # macOS before Python 3.13


class Adopted:
    """A process that is not a child of this one, known by its number and its time of creation."""

    def __init__(self, pid: int) -> None:
        try:
            self._process = psutil.Process(pid)
        except psutil.NoSuchProcess:
            raise Refused(f"there is no process {pid} to adopt") from None
        self.pid = pid

    def is_running(self) -> bool:
        return not _is_gone(self._process)

    def exit_code(self) -> int | None:
        raise Refused(f"process {self.pid} was adopted: only its parent learns its exit code")

    def signal(self, number: int) -> None:
        """Signal the process, and its group where it leads one."""
        if self.is_running():
            _signal_group(self.pid, number)
            with suppress(psutil.NoSuchProcess):
                self._process.send_signal(number)


Member = Spawned | Adopted


class Guardian:
    """What was started, adopted and created in this run, and how to end it."""

    def __init__(self) -> None:
        self._members: dict[int, Member] = {}
        self._folders: list[str] = []
        self._requests: dict[str, Callable[..., Any]] = {
            "spawn": self.spawn,
            "adopt": self.adopt,
            "folder": self.folder,
            "signal": self.signal,
            "is_running": lambda pid: self._member(pid).is_running(),
            "exit_code": lambda pid: self._member(pid).exit_code(),
        }

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one request; its arguments are those of the method that it names."""
        try:
            return {"answer": self._requests[request["do"]](**request["arguments"])}
        except (Refused, OSError, subprocess.SubprocessError, psutil.Error) as error:
            return {"refused": str(error)}

    def spawn(self, command: list[str], environment: dict[str, str], log: str) -> int:
        spawned = Spawned(command, environment, log)
        self._members[spawned.pid] = spawned
        return spawned.pid

    def adopt(self, pid: int) -> None:
        self._members[pid] = Adopted(pid)

    def folder(self) -> str:
        """A new temporary folder. It is made here so that there is no instant at which nobody would remove it."""
        folder = tempfile.mkdtemp(prefix="lawful-")
        self._folders.append(folder)
        return folder

    def signal(self, pid: int, number: int) -> None:
        """Send a signal; after SIGKILL, wait until the process is gone. Nothing happens to one that is gone."""
        member = self._member(pid)
        member.signal(number)
        if number == signal.SIGKILL and not _wait_for_end([member]):
            raise Refused(f"process {pid} was killed but is not gone after {END_TIMEOUT_S:g} s")

    def end(self) -> None:
        """Kill everything, then remove the folders."""
        end_all(self._members.values(), self._folders)

    def _member(self, pid: int) -> Member:
        if pid not in self._members:
            raise Refused(f"process {pid} does not belong to this run")
        return self._members[pid]


def end_all(members: Iterable[Member], folders: Iterable[str | os.PathLike[str]]) -> None:
    """Kill the processes, wait until they are gone, and remove the folders."""
    waiting = list(members)
    for member in waiting:
        with suppress(psutil.Error):
            member.signal(signal.SIGKILL)
    _wait_for_end(waiting)
    for folder in folders:
        _remove(folder)


def _is_gone(process: psutil.Process) -> bool:
    """Whether it has ended, reaped or not; also where its number belongs to another process by now."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _signal_group(pid: int, number: int) -> None:
    """Signal the process group that `pid` leads, if it leads one."""
    # macOS answers EPERM for a group whose only members are waiting to be reaped.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _wait_for_end(members: Iterable[Member]) -> bool:
    deadline = time.monotonic() + END_TIMEOUT_S
    waiting = list(members)
    while waiting := [member for member in waiting if member.is_running()]:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _remove(folder: str | os.PathLike[str]) -> None:
    """Remove a folder; again where something was still being written while it was emptied."""
    for _ in range(_REMOVAL_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):  # noqa: PTH110
            return
        time.sleep(0.05)


def main() -> None:
    """Serve requests until the input ends."""

    def terminate(number: int, frame: object) -> NoReturn:
        raise SystemExit(0)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, terminate)
    guardian = Guardian()
    try:
        for line in sys.stdin:
            request = json.loads(line)
            reply = guardian.answer(request)
            print(json.dumps({"id": request["id"], **reply}), flush=True)  # noqa: T201
    except BrokenPipeError:
        pass  # the runner was killed while it waited for this reply
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        guardian.end()


if __name__ == "__main__":
    main()

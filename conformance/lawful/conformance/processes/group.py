"""The processes and folders of one run, seen from the runner: every request goes to the guardian (see `guardian`)."""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from lawful.conformance.adapter import Workspace
from lawful.conformance.errors import BackendError
from lawful.conformance.processes import guardian

_REPLY_TIMEOUT_S = guardian.END_TIMEOUT_S + 5.0
_END_TIMEOUT_S = guardian.END_TIMEOUT_S + 10.0


class ProcessGroup:
    """Starts processes and makes folders that are gone when the `with` block, or this process, ends.

    Implements `adapter.ProcessSpawner`. May be used from several threads. Every method raises `BackendError` where
    the guardian is gone, or where a process number is not one of this group.
    """

    def __init__(self) -> None:
        # As a script, isolated and without `site`: it starts fast and reads nothing from the user's environment.
        command = [sys.executable, "-I", "-S", guardian.__file__, str(Path(psutil.__file__).parents[1])]
        self._guardian = subprocess.Popen(
            command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._lock = threading.Lock()
        self._requests = 0
        self._logs: Path | None = None
        self._started: list[guardian.Adopted] = []
        self._folders: list[Path] = []

    def __enter__(self) -> ProcessGroup:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill every process and remove every folder of the group, and wait until that is done."""
        assert self._guardian.stdin is not None
        assert self._guardian.stdout is not None
        with suppress(BrokenPipeError):
            self._guardian.stdin.close()
        try:
            self._guardian.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._guardian.kill()
            self._guardian.wait()
        self._guardian.stdout.close()
        if self._guardian.returncode != 0:
            guardian.end_all(self._started, self._folders)

    def workspace(self) -> Workspace:
        """A fresh temporary folder, with this group to start processes in it."""
        return Workspace(self._folder(), self)

    def spawn(self, name: str, command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> int:
        """Start `command` with its output appended to the log of `name`; the process id.

        `environment` is added to that of this process. The process and all that it starts are paused, resumed and
        killed together. Raises `BackendError` where the command cannot be started.
        """
        log = self.log_of(name)
        arguments = {"command": list(command), "environment": dict(environment or {}), "log": str(log)}
        try:
            pid = int(self._ask("spawn", **arguments))
        except _Refused as error:
            raise BackendError(f"cannot start {name!r} ({command[0]})", cause=error.cause) from None
        self._remember(pid)
        return pid

    def adopt(self, pid: int) -> None:
        """Have a running process that this one started killed at the end too, even where it is paused then."""
        self._ask("adopt", pid=pid)
        self._remember(pid)

    def log_of(self, name: str) -> Path:
        """Where the output of every process started under `name` goes."""
        if self._logs is None:
            self._logs = self._folder()
        return self._logs / f"{name}.log"

    def is_running(self, pid: int) -> bool:
        """Whether the process has not ended; a paused one has not."""
        return bool(self._ask("is_running", pid=pid))

    def exit_code(self, pid: int) -> int | None:
        """The exit code of a spawned process, or minus the signal that ended it; None while it runs."""
        code = self._ask("exit_code", pid=pid)
        return None if code is None else int(code)

    def kill(self, pid: int) -> None:
        """SIGKILL, and wait until the process is gone."""
        self._ask("signal", pid=pid, number=int(signal.SIGKILL))

    def pause(self, pid: int) -> None:
        """SIGSTOP."""
        self._ask("signal", pid=pid, number=int(signal.SIGSTOP))

    def resume(self, pid: int) -> None:
        """SIGCONT."""
        self._ask("signal", pid=pid, number=int(signal.SIGCONT))

    def _folder(self) -> Path:
        folder = Path(self._ask("folder"))
        self._folders.append(folder)
        return folder

    def _remember(self, pid: int) -> None:
        """Keep what it takes to end the process from here, should the guardian be killed."""
        with suppress(guardian.Refused):
            self._started.append(guardian.Adopted(pid))

    def _ask(self, request: str, /, **arguments: Any) -> Any:
        """One request to the guardian and its answer."""
        with self._lock:
            self._requests += 1
            identity = self._requests
            line = json.dumps({"id": identity, "do": request, "arguments": arguments}) + "\n"
            reply = self._exchange(identity, line.encode())
        if "refused" in reply:
            raise _Refused(f"cannot {request} as asked", cause=reply["refused"])
        return reply["answer"]

    def _exchange(self, identity: int, line: bytes) -> dict[str, Any]:
        stdin, stdout = self._guardian.stdin, self._guardian.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(line)
            stdin.flush()
        except (BrokenPipeError, ValueError):  # ValueError: closed by `close`
            raise self._lost() from None
        while select.select([stdout], [], [], _REPLY_TIMEOUT_S)[0]:
            answered = stdout.readline()
            if not answered:
                raise self._lost()
            reply: dict[str, Any] = json.loads(answered)
            # An earlier number is the reply to a request during which Ctrl-C was pressed.
            if reply["id"] == identity:
                return reply
        raise BackendError("the guardian of this run's processes does not answer", cause=f"waited {_REPLY_TIMEOUT_S} s")

    def _lost(self) -> BackendError:
        return BackendError(
            "the guardian of this run's processes is gone",
            cause="the run is over" if self._guardian.poll() == 0 else "somebody killed it",
            hint="servers of this run may still be running; look for them before the next run",
        )


class _Refused(BackendError):
    """The guardian could not do what was asked."""

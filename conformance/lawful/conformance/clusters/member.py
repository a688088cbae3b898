"""One server of a cluster: its process, its files, and its life."""

from __future__ import annotations

import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown, Workspace
from lawful.conformance.errors import BackendError
from lawful.conformance.network import Network
from lawful.conformance.processes import log_tail

READY_TIMEOUT_S = 30.0
_POLL_S = 0.01

NOT_READY = (OperationFailed, OutcomeUnknown, OSError, ValueError)
"""What a question to a server may raise while it starts: nobody listens, it is not ready, it says something odd."""


class Member(ABC):
    """A server process at a place of the network."""

    def __init__(
        self,
        name: str,
        place: str,
        command: Sequence[str],
        workspace: Workspace,
        network: Network,
        configuration: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`configuration`: the files that lie in the server's folder before it first starts, by name. `environment`:
        what is added to that of this process.

        The command runs with the server's folder as it is named by `folder_of`.
        """
        self.name = name
        self.place = place
        self.folder = folder_of(name, workspace)
        self.command = command
        """What is run."""
        self._configuration = dict(configuration or {})
        self._environment = environment
        self._processes = workspace.processes
        self._network = network
        self._pid: int | None = None
        self._paused = False
        self._furnish()

    @property
    def runs(self) -> bool:
        """Whether it was started and neither killed nor paused."""
        return self._pid is not None and not self._paused

    @property
    def pid(self) -> int | None:
        """The number of its process; None where it was killed or not started."""
        return self._pid

    def begin(self) -> None:
        """Start the process on the files that are there, without waiting for it."""
        self._pid = self._processes.spawn(self.name, self.command, environment=self._environment)
        self._paused = False
        self._network.settle(self._pid, self.place)

    def start(self) -> None:
        """Start the process, unless it runs, and wait until it answers. Raises `BackendError`."""
        if self._pid is None:
            self.begin()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until it answers. Raises `BackendError` with the end of its log where it ends or takes too long."""
        wait_for(self.answers, f"the server {self.name}", READY_TIMEOUT_S, lambda: self.log(8), self._has_ended)

    @abstractmethod
    def answers(self) -> str | None:
        """Ask the server whether it is ready; None where it is, else what is missing. May raise one of `NOT_READY`."""

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone; without effect on one that does not run."""
        if self._pid is not None:
            self._processes.kill(self._pid)
        self._pid, self._paused = None, False

    def restart(self) -> None:
        """Kill it where it runs, and start it again on the same files."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """SIGSTOP."""
        self._processes.pause(self._running())
        self._paused = True

    def resume(self) -> None:
        """SIGCONT."""
        self._processes.resume(self._running())
        self._paused = False

    def wipe(self) -> None:
        """Remove its data, and put its configuration back to what it was at first. It must not run."""
        if self._pid is not None:
            raise BackendError(f"the server {self.name} runs", hint="kill it before its data is removed")
        shutil.rmtree(self.folder)
        self._furnish()

    def log(self, lines: int = 50) -> str:
        """The end of what it printed."""
        return log_tail(self._processes.log_of(self.name), lines) or "it wrote no log"

    def _furnish(self) -> None:
        self.folder.mkdir()
        for name, text in self._configuration.items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def _running(self) -> int:
        if self._pid is None:
            raise BackendError(f"the server {self.name} does not run")
        return self._pid

    def _has_ended(self) -> bool:
        return not self._processes.is_running(self._running())


def folder_of(name: str, workspace: Workspace) -> Path:
    """Where the server `name` keeps its files."""
    return workspace.folder / name


def wait_for(
    missing: Callable[[], str | None],
    what: str,
    timeout_s: float,
    log: Callable[[], str] | None = None,
    has_ended: Callable[[], bool] = lambda: False,
    poll_s: float = _POLL_S,
) -> None:
    """Wait until `missing` says that nothing is. Raises `BackendError`, which says what was missing last."""
    deadline = time.monotonic() + timeout_s
    problem: str | None = "nothing was asked"
    while time.monotonic() < deadline:
        try:
            problem = missing()
        except NOT_READY as error:
            problem = str(error) or type(error).__name__
        if problem is None:
            return
        if has_ended():
            raise BackendError(f"{what} ended while it started", cause=log() if log else problem)
        time.sleep(poll_s)
    told = f"{problem}; its log ends in:\n{log()}" if log else problem
    raise BackendError(
        f"{what} is not ready after {timeout_s:g} s", cause=told, hint="is the machine overloaded, or a port taken?"
    )

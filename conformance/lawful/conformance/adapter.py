"""What a store has to offer to be put to the test: a `Backend` that runs servers, and a `Client` that calls them.

The two live in different processes. The backend lives with the runner, which starts it and injects faults into its
servers. Each client lives in an operating-system process of its own, so that it can be killed at any instant as a
pod can; it is built there from the backend's class and the JSON value that `Backend.connection` gave.

A client answers, or says what is known about the effect: `OperationFailed` where it certainly did not take effect and
never will, `OutcomeUnknown` where it may have. Any other exception counts as an unknown outcome and as a defect of
the adapter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from lawful.models.values import Json


class OperationFailed(Exception):
    """The operation did not take effect and never will (for example: the connection was refused)."""


class OutcomeUnknown(Exception):
    """The operation may or may not have taken effect (for example: a time-out, a connection lost while waiting)."""


class Unsupported(Exception):
    """The adapter does not offer this table or function; reported as unsupported, never as a failure."""


class AdapterDefect(Exception):
    """The adapter did what no adapter may do; the outcome is unknown, and the text is told to its author."""


class Fault(StrEnum):
    """What can be done to a server or to a client process."""

    KILL = "kill"
    """SIGKILL, followed by a restart some time later."""
    PAUSE = "pause"
    """SIGSTOP, followed by SIGCONT some time later."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answered, and which server did."""

    result: Json
    server: str | None = None


class Client(Protocol):
    """One connection to the store, used by one client process, one operation at a time."""

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        """Carry out one operation. Connects anew where the last connection was lost.

        Must come back within the time-out that the client was given, else the runner kills the client process.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a backend gets from the runner: where its files go, and who starts its processes."""

    folder: Path
    """A temporary folder of its own, gone after the run."""
    processes: ProcessSpawner


class ProcessSpawner(Protocol):
    """Starts server processes that cannot outlive the run, however it ends."""

    def spawn(self, name: str, command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> int:
        """Start `command` with its output in a log file; the process id. Nothing is read from its input."""
        ...

    def adopt(self, pid: int) -> None:
        """Have a running process that the caller started killed at the end of the run too."""
        ...

    def log_of(self, name: str) -> Path:
        """Where the output of the process started under `name` goes."""
        ...

    def is_running(self, pid: int) -> bool: ...

    def kill(self, pid: int) -> None:
        """SIGKILL, and wait until the process is gone."""
        ...

    def pause(self, pid: int) -> None:
        """SIGSTOP."""
        ...

    def resume(self, pid: int) -> None:
        """SIGCONT."""
        ...


@runtime_checkable
class Backend(Protocol):
    """A store with its servers. Built by `Backend(**options)` from the text of `--backend name,option=value`."""

    tables: frozenset[str]
    """The tables that the adapter implements."""

    # Six members are optional. `objects: frozenset[str]` are the simple objects that the adapter implements beside
    # tables (see `workloads.objects`). `cluster: Cluster` has the links and the primary that faults are aimed at (see
    # `clusters`). `server_faults: frozenset[Fault]` says which faults can be done to servers; without it,
    # all. `levels: Mapping[str, str]` says of which clauses this configuration promises only the weaker form, such as
    # {"TS-ALL-3": "1 s"} (see `lawful.specs.bound`); without it, everything is promised in full.
    # `has_server_folders: bool` says that each server keeps its files in a folder of its own, which has its name, in
    # that of the workspace; without it, files are not damaged. `set_clock(server: str, offset_s: float)` sets the clock
    # of a server so far from the right time; it raises `BackendError` where the server does not answer.

    def versions(self) -> dict[str, str]:
        """Versions of the client library and the server, for the header of the history.

        Raises `BackendUnavailable`, with the command that installs it, where a part is missing.
        """
        ...

    def start(self, workspace: Workspace) -> None:
        """Start the servers and wait until they answer."""
        ...

    def connection(self) -> dict[str, Json]:
        """What a client process needs to connect: addresses, paths, time-outs."""
        ...

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        """Called in the client process. Need not reach the server yet."""
        ...

    def servers(self) -> Sequence[str]:
        """The names of the servers that faults can be aimed at; empty for a library without a server."""
        ...

    def kill(self, server: str) -> None:
        """SIGKILL the server and wait until it is gone."""
        ...

    def restart(self, server: str) -> None:
        """Start a killed server again on the same data, and wait until it answers."""
        ...

    def pause(self, server: str) -> None: ...

    def resume(self, server: str) -> None: ...

    def stop(self) -> None:
        """Stop everything. Called once, also after a failed `start`."""
        ...


def objects_of(backend: Backend) -> frozenset[str]:
    """The simple objects that a backend implements."""
    return frozenset(getattr(backend, "objects", ()))

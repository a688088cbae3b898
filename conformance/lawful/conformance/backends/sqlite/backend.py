"""The SQLite backend: a file in WAL mode that every client process opens for itself. There is no server.

Promise (task-store contract, promises of each backend): durable and linearizable with `synchronous=FULL`; with
`NORMAL` or `OFF` acknowledged writes may be lost when the power fails, though not when a process is killed, because
the written pages are with the kernel by then (SQLite documentation, "PRAGMA synchronous"). Faults hit the clients.

Assumption: all client processes run on one machine. WAL needs shared memory (SQLite documentation, "Write-Ahead
Logging").
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from lawful.conformance.adapter import Client, Workspace
from lawful.conformance.backends.sqlite.client import SqliteClient
from lawful.conformance.backends.sqlite.objects import OBJECT_CLASSES, SCHEMA
from lawful.conformance.backends.sqlite.tables import TABLE_CLASSES
from lawful.conformance.errors import BackendError, UsageError, unknown_name
from lawful.models.values import Json

SYNCHRONOUS = ("FULL", "NORMAL", "OFF")


class SqliteBackend:
    """Options: `synchronous`, FULL (default), NORMAL or OFF; `clock_offset_ms`, by how much the clock that judges what
    has expired is ahead of the wall clock (default 0; below zero: behind).
    """

    tables = frozenset(TABLE_CLASSES)
    objects = frozenset(OBJECT_CLASSES)

    def __init__(self, synchronous: str = "FULL", clock_offset_ms: str | int = 0) -> None:
        if synchronous.upper() not in SYNCHRONOUS:
            raise unknown_name("value of synchronous", synchronous.upper(), SYNCHRONOUS)
        self._synchronous = synchronous.upper()
        try:
            self._clock_offset_ms = int(clock_offset_ms)
        except ValueError as error:
            raise UsageError(f"clock_offset_ms is a number of milliseconds, not {clock_offset_ms!r}") from error
        self._path: Path | None = None

    @property
    def levels(self) -> dict[str, str]:
        """What may be lost when the machine dies; nothing is when a process does (SQLite, "PRAGMA synchronous")."""
        return {} if self._synchronous == "FULL" else {"TS-ALL-3": "any"}

    def versions(self) -> dict[str, str]:
        return {"sqlite": sqlite3.sqlite_version}

    def start(self, workspace: Workspace) -> None:
        self._path = workspace.folder / "task-store.sqlite3"
        try:
            with closing(sqlite3.connect(self._path)) as database:
                (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
                schema = "\n".join([*(table.schema for table in TABLE_CLASSES.values()), SCHEMA])
                database.executescript(f"BEGIN;\n{schema}\nCOMMIT;")
        except sqlite3.Error as error:
            raise BackendError("cannot create the SQLite file", cause=str(error)) from error
        if mode != "wal":
            raise BackendError(
                "SQLite cannot use a write-ahead log here",
                cause=f"the journal mode stayed {mode!r}",
                hint="set TMPDIR to a folder on a local disk",
            )

    def connection(self) -> dict[str, Json]:
        if self._path is None:
            raise BackendError("the SQLite backend was not started")
        return {
            "path": str(self._path),
            "synchronous": self._synchronous,
            "clock_offset_ms": self._clock_offset_ms,
        }

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        offset_ms = connection["clock_offset_ms"]
        assert isinstance(offset_ms, int)
        return SqliteClient(Path(str(connection["path"])), str(connection["synchronous"]), timeout_s, offset_ms)

    def servers(self) -> Sequence[str]:
        return ()

    def kill(self, server: str) -> None:
        raise _no_server(server)

    def restart(self, server: str) -> None:
        raise _no_server(server)

    def pause(self, server: str) -> None:
        raise _no_server(server)

    def resume(self, server: str) -> None:
        raise _no_server(server)

    def stop(self) -> None:
        """Nothing runs, and the file goes with the workspace."""


def _no_server(server: str) -> BackendError:
    return BackendError(f"there is no server {server!r}", cause="SQLite runs inside the client processes")

"""A broken twin as a store that can be named: `--backend lawful.conformance.twins.backend:TwinBackend,name=TWIN`.

It lives in the process of its client and is gone with it, so it is for programs of one client (`programs.checked`,
`state_machine`, `lawful adapter check`). Nobody has to wait for what expires: its clock can be put forward.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from lawful.conformance.adapter import Answer, Client, Unsupported, Workspace
from lawful.conformance.errors import BackendError
from lawful.conformance.twins.catalogue import twin_named
from lawful.conformance.twins.store import DeclaredStore, Request
from lawful.models.history import NS_PER_MS
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

PATH = f"{__name__}:TwinBackend"


def backend_of(twin: str) -> str:
    """What `--backend` takes for a twin."""
    return f"{PATH},name={twin}"


class TwinBackend:
    """The store with the mistake called `name`."""

    tables: frozenset[str] = frozenset(TABLES)
    """Of the class; a twin has its own table only."""

    def __init__(self, name: str) -> None:
        self._twin = twin_named(name)
        self.tables = frozenset({self._twin.table})

    def versions(self) -> dict[str, str]:
        return {}

    def start(self, workspace: Workspace) -> None:
        """There is no server."""

    def connection(self) -> dict[str, Json]:
        return {"twin": self._twin.name}

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        return TwinClient(twin_named(str(connection["twin"])).make())

    def servers(self) -> Sequence[str]:
        return ()

    def kill(self, server: str) -> None:
        raise BackendError(f"there is no server {server!r}", cause="a twin lives in the process of its client")

    restart = pause = resume = kill

    def stop(self) -> None:
        """There is nothing to stop."""


class TwinClient:
    """The only client of a store; implements `programs.side_by_side.MovesClock`."""

    def __init__(self, store: DeclaredStore) -> None:
        self._store = store
        self._ahead_ns = 0

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        if table != self._store.table.name:
            raise Unsupported(f"this store has the table {self._store.table.name} only")
        self._store.now_ns = time.monotonic_ns() + self._ahead_ns
        steps = self._store.steps(Request(0, key, function, arguments))
        while True:
            try:
                next(steps)
            except StopIteration as ended:
                return Answer(ended.value)

    def advance(self, ms: int) -> None:
        """Put the store's clock forward."""
        self._ahead_ns += ms * NS_PER_MS

    def close(self) -> None:
        """There is nothing to close."""

"""A store inside this process, of one client, that keeps the declared tables. Its clock can be put forward."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from lawful.conformance.adapter import Answer, Client, Workspace
from lawful.models.model import Call
from lawful.models.task_store.execution import Execution
from lawful.models.task_store.state import TableState
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


class MemoryClient:
    """One client, and the store itself."""

    def __init__(self) -> None:
        self._executions = {name: Execution(table) for name, table in TABLES.items()}
        self._states: dict[tuple[str, str | None], TableState] = {}
        self._ahead_ns = 0

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        execution = self._executions[table]
        state = self._states.get((table, key), execution.initial())
        now_ns = time.monotonic_ns() + self._ahead_ns
        answer, self._states[table, key] = execution.carry_out(state, Call(function, arguments), now_ns)
        return Answer(answer)

    def advance(self, ms: int) -> None:
        self._ahead_ns += ms * 1_000_000

    def close(self) -> None:
        """Nothing is open."""


class MemoryStore:
    """Makes no mistake."""

    tables = frozenset(TABLES)

    def versions(self) -> dict[str, str]:
        return {}

    def start(self, workspace: Workspace) -> None:
        """Nothing to start."""

    def connection(self) -> dict[str, Json]:
        return {}

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        return MemoryClient()

    def servers(self) -> Sequence[str]:
        return ()

    def kill(self, server: str) -> None:
        """There is no server."""

    restart = pause = resume = kill

    def stop(self) -> None:
        """Nothing to stop."""

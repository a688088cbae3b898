"""Short histories, written down step by step."""

from __future__ import annotations

from lawful.models.history import FaultEvent, History, Operation, Outcome
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

MS = 1_000_000


class Scene:
    """Builds a history step by step: each step begins after the one before has returned, unless it overlaps it."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._key = None if TABLES[table].key is None else "scope-a"
        self.operations: list[Operation] = []
        self.faults: list[FaultEvent] = []
        self._now_ns = 0

    def step(
        self,
        function: str,
        result: Json,
        *,
        process: int = 0,
        outcome: Outcome = Outcome.OK,
        key: str | None = None,
        overlaps_last: bool = False,
        **arguments: Json,
    ) -> Scene:
        if key is not None and self._key is None:
            arguments["key"] = key  # of a table that has no independent parts, but an argument of that name
            key = None
        if not overlaps_last:
            self._now_ns += MS
        self.operations.append(
            Operation(
                len(self.operations),
                process,
                self.table,
                function,
                arguments,
                outcome,
                self._now_ns,
                self._now_ns + MS // 2,
                key=key or self._key,
                result=result if outcome is Outcome.OK else None,
                error=None if outcome is Outcome.OK else "refused",
            )
        )
        return self

    def wait(self, milliseconds: int) -> Scene:
        self._now_ns += milliseconds * MS
        return self

    def crash(self) -> Scene:
        self._now_ns += MS
        self.faults.append(FaultEvent("kill", "server-1", self._now_ns, self._now_ns + 1))
        return self

    def history(self) -> History:
        return History(tuple(self.operations), tuple(self.faults))

"""The replicated state machine: the declared tables, and a clock that never runs backwards in the order of the log.

Every node applies the same commands in the same order, so what a command does may depend on nothing else: not on
the clock of the node that applies it, not on the order of a set, not on memory. Time is part of the command. Stamps
of different nodes need not come in the order of the log, so the clock of the store is the largest one so far; with
the bare stamp a lease could expire and, one command later, be held again.

What a command does is what the declaration of its table says, carried out by the sequential model. So this store
cannot differ from the model; what a run puts to the test is everything round it: replication, failover, clients.
"""

from __future__ import annotations

from typing import Any

from lawful.conformance.backends.raft.store.command import Command, Refused, execution_of
from lawful.conformance.backends.raft.store.objects import OBJECTS, carried_out
from lawful.conformance.backends.raft.store.rows import RowsInPlace
from lawful.models.model import Call, UnknownCall
from lawful.models.task_store.state import TableState
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


class TaskStore:
    """Every table of the task store, and simple objects. Its attributes are what a snapshot holds."""

    def __init__(self) -> None:
        self.clock_ns = 0
        self._parts: dict[tuple[str, str | None], TableState] = {}
        """By table, and by key where its parts are independent of each other."""
        self._objects: dict[tuple[str, str | None], Any] = {}
        """The states of simple objects, by name and key."""

    def apply(self, command: Command) -> Json:
        """Carry out one command and answer. Raises `Refused`, with nothing changed but the clock."""
        self.clock_ns = max(self.clock_ns, command.now_ns)
        if command.table in OBJECTS:
            return self._apply_to_object(command)
        if command.table not in TABLES:
            raise Refused(f"there is no table {command.table!r}")
        execution = execution_of(command.table)
        name = command.table, command.key
        part = self._parts.get(name)
        if part is None:
            part = execution.initial()._replace(rows=RowsInPlace())
        try:
            answer, after = execution.carry_out(part, Call(command.function, command.arguments), self.clock_ns)
        except UnknownCall as error:
            raise Refused(str(error)) from error
        self._parts[name] = after
        return answer

    def _apply_to_object(self, command: Command) -> Json:
        name = command.table, command.key
        try:
            answer, after = carried_out(
                command.table, self._objects.get(name), Call(command.function, command.arguments)
            )
        except UnknownCall as error:
            raise Refused(str(error)) from error
        self._objects[name] = after
        return answer

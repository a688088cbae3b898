"""A table of the task store as the state machine that Raft replicates, with a few commands of clients.

A server carries a command out as `models.task_store.execution` says, and what clients were told is compared with what
the sequential model of the table allows. Time is part of the log: each entry is stamped one second later than the one
before it. A lease of 1.5 seconds is held when the next command comes, and has expired at the one after.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lawful.models.model import AnyModel, Call, Window, state_after, transitions
from lawful.models.raft.machine import State
from lawful.models.task_store.declared import model_of
from lawful.models.task_store.execution import Execution
from lawful.models.task_store.state import TableState
from lawful.models.values import canonical
from lawful.models.wording import asked_text, value_text
from lawful.specs.task_store import TABLES

_LEASE_MS = 1_500
_S = 1_000_000_000
_ANY_TIME = Window(0, 1_000_000 * _S)
"""What a client was told says nothing of when the command took effect."""

COMMANDS: dict[str, tuple[Call, ...]] = {
    "tasks": (
        Call("insert", {"id": "t-1", "created_at": 1, "status": "enqueued", "node_tasks": {}, "error": None}),
        Call("update_status", {"id": "t-1", "status": "processing"}),
        Call("delete", {"id": "t-1"}),
    ),
    "jobs": (
        Call("enqueue", {"id": "j-1", "type": "reindex", "params": {}}),
        Call("claim", {"worker": "w-1", "ttl_ms": _LEASE_MS}),
        Call("claim", {"worker": "w-2", "ttl_ms": _LEASE_MS}),
        Call("complete", {"id": "j-1", "worker": "w-1"}),
    ),
    "leader_lease": (
        Call("acquire", {"holder": "h-1", "ttl_ms": _LEASE_MS}),
        Call("acquire", {"holder": "h-2", "ttl_ms": _LEASE_MS}),
        Call("release", {"holder": "h-1"}),
    ),
}
"""By table, what its clients ask for, the first command by client 1 and so on."""

READS = {"tasks": Call("get", {"id": "t-1"}), "jobs": Call("get", {"id": "j-1"}), "leader_lease": Call("get", {})}


@dataclass(frozen=True, slots=True)
class TableMachine:
    """The first `size` commands of a table."""

    name: str
    size: int

    def initial(self) -> State:
        return _execution(self.name).initial()

    def carried_out(self, state: State, command: int, moment_s: int) -> tuple[str, State]:
        answer, after = _execution(self.name).carry_out(_table(state), self.call(command), moment_s * _S)
        return canonical(answer), after

    def following(self, state: State, command: int, answer: str | None) -> Sequence[State]:
        allowed = transitions(_model(self.name), _table(state), self.call(command), _ANY_TIME)
        if answer is None:
            return [one.state for one in allowed]
        seen = json.loads(answer)
        return [after for one in allowed if (after := state_after(one, seen)) is not None]

    @property
    def read(self) -> Call:
        """What a read that is not in the log asks for."""
        return READS[self.name]

    def read_at(self, state: State) -> str:
        """The answer to such a read."""
        return canonical(_execution(self.name).carry_out(_table(state), self.read, 0)[0])

    def command_text(self, command: int) -> str:
        return asked_text(*self.call(command))

    def answer_text(self, answer: str) -> str:
        return value_text(json.loads(answer))

    def call(self, command: int) -> Call:
        """What a command is."""
        return COMMANDS[self.name][command - 1]


@cache
def _execution(table: str) -> Execution:
    return Execution(TABLES[table])


@cache
def _model(table: str) -> AnyModel[TableState]:
    return model_of(TABLES[table])


def _table(state: State) -> TableState:
    assert isinstance(state, TableState)
    return state

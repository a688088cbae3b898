"""Random walks of Raft as histories of clients, judged by the checker that judges recordings of real stores.

What a property of single moments cannot know is the order in real time: that an operation which was answered before
another one began comes first. Assumption: the table that the log replicates does not depend on time, as the time of an
entry is not that of the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lawful.checkers.exploration.behaviour import Move
from lawful.checkers.linearizability.check import check
from lawful.checkers.verdict import Verdict
from lawful.models.history import History, Operation
from lawful.models.local_steps import NETWORK
from lawful.models.raft.client_history import changes_of, history_of
from lawful.models.raft.judged import clients_of
from lawful.models.raft.raft import Raft
from lawful.models.raft.task_store_machine import TableMachine
from lawful.models.task_store.declared import model_of
from lawful.specs.raft import LINEARIZABLE_OPERATIONS
from lawful.specs.task_store import TABLES


def is_recorded(model: Raft) -> bool:
    """Whether walks through the model have histories that can be judged."""
    return isinstance(model.machine, TableMachine) and not TABLES[model.machine.name].timed


def operations_of(model: Raft, behaviour: Sequence[Move]) -> tuple[Operation, ...]:
    """What clients asked for and were answered."""
    clients = clients_of(model)
    assert clients is not None
    steps = ((move.server, move.step.after) for move in behaviour if move.step.action not in NETWORK)
    return history_of(clients, changes_of(map(model.initial, range(model.servers)), steps))


def broken_by_history(model: Raft) -> Callable[[Sequence[Move]], str | None]:
    """A judge of behaviours: the id of the promise where no order of operations explains the history."""
    assert isinstance(model.machine, TableMachine)
    sequential = model_of(TABLES[model.machine.name])

    def judge(behaviour: Sequence[Move]) -> str | None:
        operations = operations_of(model, behaviour)
        verdict = check(History(operations), sequential).verdict if operations else Verdict.LAWFUL
        return LINEARIZABLE_OPERATIONS.id if verdict is Verdict.VIOLATION else None

    return judge

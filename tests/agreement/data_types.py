"""The data types that checkers have to agree on: every model of the catalogue, in a few varieties."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.agreement import drawing
from tests.agreement.sampling import Draw, Sampler

from lawful.models.append_list import AppendList
from lawful.models.cas_register import CasRegister
from lawful.models.counter import Counter
from lawful.models.fifo_queue import FifoQueue
from lawful.models.history import NS_PER_MS
from lawful.models.key_value import KeyValue
from lawful.models.model import AnyModel, is_timed
from lawful.models.priority_queue import PriorityQueue
from lawful.models.register import Register
from lawful.models.semaphore import Semaphore
from lawful.models.stack import Stack
from lawful.models.task_store.declared import model_of
from lawful.models.value_set import ValueSet
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

if TYPE_CHECKING:
    from lawful.checkers.linearizability.monitors.monitor import Monitor

MONITORS = "lawful.checkers.linearizability.monitors"


class DataType(NamedTuple):
    """A data type: its model, and what its histories are made of."""

    model: AnyModel[Any]
    draw: Draw
    answers: tuple[Json, ...]
    """Answers for histories that are spoiled."""
    monitor: str | None = None
    """Module and name; None: there is none."""
    undecided: float = 1.0
    """The largest share of histories that the monitor may leave to the search."""
    unknown: tuple[float, ...] = (0.0, 0.0, 0.15, 0.4)
    most: int = 9

    @property
    def sampler(self) -> Sampler:
        tick_ns = NS_PER_MS if is_timed(self.model) else 1
        return Sampler(self.model, self.draw, self.answers, self.unknown, most=self.most, tick_ns=tick_ns)

    @property
    def exact_monitor(self) -> Monitor:
        assert self.monitor is not None
        module, name = self.monitor.split(":")
        found: Monitor = getattr(importlib.import_module(f"{MONITORS}.{module}"), name)
        return found


_UNKNOWN = (0.4,)
_REGISTER, _CAS_REGISTER = "register:REGISTER", "register:CAS_REGISTER"
_QUEUE, _STACK, _PRIORITY_QUEUE = "fifo_queue:FIFO_QUEUE", "stack:STACK", "priority_queue:PRIORITY_QUEUE"
_COUNTER, _SET, _SEMAPHORE = "counter:COUNTER", "value_set:VALUE_SET", "semaphore:SEMAPHORE"
_KEY_VALUE, _LIST = "key_value:KEY_VALUE", "append_list:APPEND_LIST"
_enqueue, _push = ("enqueue", "dequeue"), ("push", "pop")
_grown = drawing.put_or_take

MONITORED = {
    "register": DataType(Register(0), drawing.register, (0, 1, 2, 3, True, None), _REGISTER, 0.12),
    "cas-register": DataType(CasRegister(0), drawing.cas_register, (0, 1, 2, True, None), _CAS_REGISTER, 0.12),
    "queue": DataType(FifoQueue(), _grown(*_enqueue), (1, 2, 3, None), _QUEUE, 0.08),
    "filled queue": DataType(FifoQueue((100, 101)), _grown(*_enqueue, 0.3), (100, 1, None, None), _QUEUE, 0.08),
    "queue of unknowns": DataType(FifoQueue(), _grown(*_enqueue, 0.4), (1, 2, None, None), _QUEUE, 0.12, _UNKNOWN),
    "stack": DataType(Stack(), _grown(*_push), (1, 2, 3, None), _STACK, 0.08),
    "filled stack": DataType(Stack((100, 101)), _grown(*_push), (1, 2, 100, 101, None, None), _STACK, 0.08),
    "stack of unknowns": DataType(Stack(), _grown(*_push, 0.4), (1, 2, None, None), _STACK, 0.12, _UNKNOWN),
    "priority queue": DataType(
        PriorityQueue(), drawing.priority_queue, (1, 2, 19, 20, None, None), _PRIORITY_QUEUE, 0.08
    ),
    "filled priority queue": DataType(
        PriorityQueue((5, 25)), drawing.priority_queue, (1, 5, 25, None, None), _PRIORITY_QUEUE, 0.18
    ),
    "priority queue of unknowns": DataType(
        PriorityQueue(), drawing.priority_queue, (1, 2, 19, 20, None, None), _PRIORITY_QUEUE, 0.12, _UNKNOWN
    ),
    "key-value": DataType(KeyValue(), drawing.key_value, ("", "0.", "1.2.", "0.1.", None, "x"), _KEY_VALUE, 0.04),
    "filled key-value": DataType(KeyValue("i."), drawing.key_value, ("", "0.", "i.", "i.1.2.", None), _KEY_VALUE, 0.1),
    "list": DataType(AppendList(), drawing.append_list, ([], [1], [2, 1], [1, 2, 3], None, "x"), _LIST, 0.0),
    "filled list": DataType(AppendList(("i",)), drawing.append_list, ([], ["i"], ["i", 1], None), _LIST, 0.0),
    "counter": DataType(Counter(), drawing.counter(1), (0, 1, 2, 3, 4, None), _COUNTER, 0.0),
    "falling counter": DataType(Counter(5), drawing.counter(-2), (5, 3, 1, -1, 4, True), _COUNTER, 0.0),
    "counter of several": DataType(Counter(), drawing.counter(1, 1, -1), (0, 1, 2, 9), _COUNTER, 0.7),
    "set": DataType(ValueSet(), drawing.value_set, (True, False, None), _SET, 0.0),
    "filled set": DataType(ValueSet((1,)), drawing.value_set, (True, False), _SET, 0.0),
    "lock": DataType(Semaphore(), drawing.semaphore, (True, False, None), _SEMAPHORE, 0.0),
    "semaphore": DataType(Semaphore(2), drawing.semaphore, (True, False), _SEMAPHORE, 0.1),
}
"""Histories of the form that the monitors decide."""

SEARCHED = {
    "register of few": DataType(Register(0), drawing.register_of_few, (0, 1, 2, True, None)),
    "cas-register of few": DataType(CasRegister(0), drawing.cas_register_of_few, (0, 1, 2, True, False, None)),
    "queue of few": DataType(FifoQueue(), drawing.put_few_or_take(*_enqueue), (0, 1, 2, None)),
    "stack of few": DataType(Stack(), drawing.put_few_or_take(*_push), (0, 1, 2, None)),
    "priority queue of few": DataType(
        PriorityQueue(), drawing.put_few_or_take("insert", "delete_min"), (0, 1, 2, None)
    ),
    "key-value of few": DataType(KeyValue("a"), drawing.key_value_of_few, ("", "a", "aa", "ab", "b", None)),
    "list of few": DataType(AppendList(), drawing.append_list_of_few, ([], [0], [1, 1], [0, 1], None)),
    "counter of many": DataType(Counter(), drawing.counter(0, 1, 2, -3), (0, 1, 2, -2, None)),
    "tasks": DataType(model_of(TABLES["tasks"]), drawing.tasks, (True, False, None, 0, 1, []), most=8),
    "jobs": DataType(model_of(TABLES["jobs"]), drawing.jobs, (True, False, None, 0, 1, []), most=8),
    "jobs by a bad clock": DataType(
        model_of(TABLES["jobs"], 3 * NS_PER_MS), drawing.jobs, (True, False, None, 0, 1), most=8
    ),
    "leader_lease": DataType(
        model_of(TABLES["leader_lease"]), drawing.leader_lease, (True, False, None, 1, 2, 3), most=8
    ),
    "leader_lease by a bad clock": DataType(
        model_of(TABLES["leader_lease"], 3 * NS_PER_MS), drawing.leader_lease, (True, False, None, 1, 2, 3), most=8
    ),
    "leader_lease of few": DataType(
        model_of(TABLES["leader_lease"], NS_PER_MS),
        drawing.leader_lease_of_few,
        (True, False, None, 1, 2),
        unknown=_UNKNOWN,
        most=8,
    ),
}
"""Histories that the search has to decide."""

SEARCHED |= {
    name: DataType(model_of(table), drawing.of_table(table), (True, False, None, 0, 1, []), most=6)
    for name, table in TABLES.items()
    if name not in SEARCHED
}

DATA_TYPES = MONITORED | SEARCHED


def varieties(model_name: str) -> list[tuple[str, DataType]]:
    """The data types with this model, by name."""
    return [(name, one) for name, one in DATA_TYPES.items() if one.model.name == model_name]


MODEL_NAMES = tuple(dict.fromkeys(one.model.name for one in DATA_TYPES.values()))
"""All models of the catalogue, as a test makes sure."""

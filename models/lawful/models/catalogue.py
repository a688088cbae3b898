"""The models by name, as `--model` and the header of a history give it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from lawful.models.append_list import AppendList
from lawful.models.cas_register import CasRegister
from lawful.models.counter import Counter
from lawful.models.fifo_queue import FifoQueue
from lawful.models.key_value import KeyValue
from lawful.models.model import AnyModel
from lawful.models.priority_queue import PriorityQueue
from lawful.models.register import Register
from lawful.models.semaphore import Semaphore
from lawful.models.stack import Stack
from lawful.models.task_store.declared import model_of
from lawful.models.value_set import ValueSet
from lawful.models.values import Json
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES

ModelFactory = Callable[[Json, int], AnyModel[Any]]
"""From the initial value (null: the model's own) and the clock error in nanoseconds to the model."""


def _key_value(initial: Json, clock_error_ns: int) -> KeyValue:
    if initial is None:
        return KeyValue()
    if not isinstance(initial, str):
        raise ValueError(f"the initial value of a key-value store is a string, not {initial!r}")
    return KeyValue(initial)


def _values(initial: Json) -> tuple[Json, ...]:
    if initial is None:
        return ()
    if isinstance(initial, str) or not isinstance(initial, Sequence):
        raise ValueError(f"the initial value of a collection is an array of its values, not {initial!r}")
    return tuple(initial)


def _integers(initial: Json) -> tuple[int, ...]:
    return tuple(_integer("a value of a priority queue", value) for value in _values(initial))


def _integer(what: str, initial: Json) -> int:
    if not isinstance(initial, int) or isinstance(initial, bool):
        raise ValueError(f"{what} is an integer, not {initial!r}")
    return initial


def _counter(initial: Json) -> Counter:
    return Counter() if initial is None else Counter(_integer("the initial value of a counter", initial))


def _permits(initial: Json) -> int:
    permits = 1 if initial is None else _integer("the number of permits", initial)
    if permits < 1:
        raise ValueError(f"a semaphore has at least one permit, not {permits}")
    return permits


def _of_table(table: Table, initial: Json, clock_error_ns: int) -> AnyModel[Any]:
    return model_of(table, clock_error_ns)


MODELS: dict[str, ModelFactory] = {
    "register": lambda initial, clock_error_ns: Register(initial),
    "cas-register": lambda initial, clock_error_ns: CasRegister(initial),
    "key-value": _key_value,
    "append-list": lambda initial, clock_error_ns: AppendList(_values(initial)),
    "counter": lambda initial, clock_error_ns: _counter(initial),
    "fifo-queue": lambda initial, clock_error_ns: FifoQueue(_values(initial)),
    "priority-queue": lambda initial, clock_error_ns: PriorityQueue(_integers(initial)),
    "semaphore": lambda initial, clock_error_ns: Semaphore(_permits(initial)),
    "set": lambda initial, clock_error_ns: ValueSet(_values(initial)),
    "stack": lambda initial, clock_error_ns: Stack(_values(initial)),
    **{name: partial(_of_table, table) for name, table in TABLES.items()},
}

"""The models by name, as `--model` and the header of a history give it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lawful.models.cas_register import CasRegister
from lawful.models.key_value import KeyValue
from lawful.models.model import AnyModel
from lawful.models.register import Register
from lawful.models.task_store.jobs import JobsModel
from lawful.models.task_store.leader_lease import LeaderLeaseModel
from lawful.models.task_store.tasks import TasksModel
from lawful.models.values import Json

ModelFactory = Callable[[Json, int], AnyModel[Any]]
"""From the initial value (null: the model's own) and the clock error in nanoseconds to the model."""


def _key_value(initial: Json, clock_error_ns: int) -> KeyValue:
    if initial is None:
        return KeyValue()
    if not isinstance(initial, str):
        raise ValueError(f"the initial value of a key-value store is a string, not {initial!r}")
    return KeyValue(initial)


MODELS: dict[str, ModelFactory] = {
    "register": lambda initial, clock_error_ns: Register(initial),
    "cas-register": lambda initial, clock_error_ns: CasRegister(initial),
    "key-value": _key_value,
    "tasks": lambda initial, clock_error_ns: TasksModel(),
    "jobs": lambda initial, clock_error_ns: JobsModel(clock_error_ns),
    "leader_lease": lambda initial, clock_error_ns: LeaderLeaseModel(clock_error_ns),
}

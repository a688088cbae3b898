"""The usual workloads of Jepsen: which of our functions their functions are, and what their one `:value` holds.

An event of Jepsen's has one value where we have arguments and an answer. For the functions below the value means
what it means in Jepsen's own tests. For any other function, a value that is a map holds the arguments by name, any
other value is one argument called `value`, and the value of the completion is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lawful.models.values import Json

OBSERVERS = frozenset({"read", "get", "dequeue", "pop", "delete_min"})
"""Nothing goes in, the value comes out."""
UPDATERS = frozenset({"write", "put", "append", "enqueue", "push"})
"""The value goes in, nothing comes out."""
SWITCHES = frozenset({"acquire", "release"})
"""Nothing goes in, and a completion with `ok` is a success."""


class Workload(NamedTuple):
    """What a history of these functions is about."""

    model: str | None
    """The model that has the functions; None where there is none."""
    object: str
    """The name that the object gets."""
    functions: frozenset[str] = frozenset()


_WORKLOADS = (
    Workload("cas-register", "register", frozenset({"read", "write", "cas"})),
    Workload("key-value", "key-value", frozenset({"get", "put", "append"})),
    Workload("append-list", "append-list", frozenset({"append", "read"})),
    Workload("fifo-queue", "fifo-queue", frozenset({"enqueue", "dequeue"})),
    Workload("stack", "stack", frozenset({"push", "pop"})),
    Workload("semaphore", "semaphore", frozenset({"acquire", "release"})),
)
_UNKNOWN = Workload(None, "object")


class WrongValue(ValueError):
    """The value of an event is not what its function takes."""


def workload_of(functions: Iterable[str]) -> Workload:
    """The first workload that has all of `functions`; one without a model where there is none.

    >>> workload_of(["read", "cas", "read"]).model, workload_of(["read", "transfer"]).model
    ('cas-register', None)
    """
    used = set(functions)
    return next((workload for workload in _WORKLOADS if used and used <= workload.functions), _UNKNOWN)


def call_of(function: str, value: Json, *, named: bool = False) -> dict[str, Json]:
    """The arguments of an invocation. `named`: the value holds the arguments by name, whatever the function.

    Raises `WrongValue`.
    """
    if not named:
        if function in OBSERVERS or function in SWITCHES:
            return {}
        if function in UPDATERS:
            return {"value": value}
        if function == "cas":
            if isinstance(value, list) and len(value) == 2:
                return {"old": value[0], "new": value[1]}
            raise WrongValue("the value of a cas is not [old new]")
    if isinstance(value, Mapping):
        return dict(value)
    return {} if value is None else {"value": value}


def result_of(function: str, value: Json, *, named: bool = False) -> Json:
    """The answer of an operation that completed with `ok`."""
    if named:
        return value
    if function in UPDATERS:
        return None
    return True if function == "cas" or function in SWITCHES else value

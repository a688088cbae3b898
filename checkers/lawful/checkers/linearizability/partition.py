"""Keys that a history declares to be independent, and whether the model agrees.

A history that gives each row of a table a key of its own says that no operation on one row reads or writes another.
Where a function of the table looks at several rows, as a list does, that is not so, and verdicts on the rows one by
one would be wrong both ways: a list of one row's history lacks the others. So wherever the keys of an object name rows
of the model's state, every state that the operations on each key could lead to is stepped through, and a step that
touches the row of another key is an error. Keys that name no rows are separate tables, such as those of tenants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, NamedTuple

from lawful.checkers.linearizability import decomposition
from lawful.checkers.linearizability.footprint import Fenced, Trespass, has_rows, unfenced
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget
from lawful.models.history import ObjectKey, Operation
from lawful.models.model import AnyModel, Call, Model, TimedModel, UnknownCall
from lawful.models.own_window import OwnWindows, with_own_windows, without_own_window
from lawful.models.wording import not_independent_text


class Declared(NamedTuple):
    """What a history says about the independence of an object."""

    others: frozenset[str]
    """Rows of its state that are declared to be objects of their own."""
    is_proved: bool
    """Whether no operation on any of these objects can touch a row of another."""


INDEPENDENT = Declared(frozenset(), is_proved=True)


class UnsoundPartition(ValueError):
    """The history declares keys of an object to be independent that are not; the message says which and why."""

    def __init__(self, operation: Operation, sentence: str) -> None:
        super().__init__(sentence)
        self.object = operation.object


def declared(
    parts: Mapping[ObjectKey, Sequence[Operation]], models: Mapping[ObjectKey, AnyModel[Any]]
) -> dict[ObjectKey, Declared]:
    """For each object, the rows that are declared to be objects of their own. Raises `UnsoundPartition`."""
    siblings: dict[str, list[ObjectKey]] = {}
    for key in parts:
        siblings.setdefault(key.object, []).append(key)
    found: dict[ObjectKey, Declared] = {}
    for keys in siblings.values():
        if len(keys) > 1 and all(has_rows(models[key].initial()) for key in keys):
            prepared = {key: untimed(parts[key], models[key]) for key in keys}
            rows = decomposition.declared_rows(
                {key: operations for key, (operations, _) in prepared.items()},
                {key: model for key, (_, model) in prepared.items()},
            )
            proved = all(_keeps_inside(*prepared[key], rows - {key.key}) for key in keys) if rows else True
            found |= {key: Declared(frozenset(rows - {key.key}), proved) for key in keys}
    return found


def _keeps_inside(operations: Sequence[Operation], model: Model[Any], others: Set[str]) -> bool:
    """Whether it could be shown that no step of these operations touches `others`; raises where one does."""
    try:
        return decomposition.keeps_inside(
            operations, Fenced(model, forbidden=frozenset(others)), Meter(Budget(None, None))
        )
    except UnknownCall:
        return False
    except Trespass as trespass:
        raise unsound(operations, model, frozenset(others), trespass) from None


def unsound(
    operations: Sequence[Operation], model: Model[Any], others: frozenset[str], trespass: Trespass
) -> UnsoundPartition:
    """The error for a step on one of `operations` that touches `others`."""
    everything = trespass.rows is None
    names = sorted(others if trespass.rows is None else map(str, trespass.rows))
    operation = next(one for one in operations if _makes(one, trespass.call))
    if isinstance(unfenced(model), OwnWindows):
        operation = without_own_window(operation)
    sentence = not_independent_text(operation, names, all_rows=everything, model=model.name)
    return UnsoundPartition(operation, sentence)


def untimed(operations: Sequence[Operation], model: AnyModel[Any]) -> tuple[Sequence[Operation], Model[Any]]:
    """The same without a notion of time."""
    if isinstance(model, TimedModel):
        return with_own_windows(operations), OwnWindows(model)
    return operations, model


def _makes(operation: Operation, call: Call) -> bool:
    return operation.function == call.function and operation.arguments == call.arguments

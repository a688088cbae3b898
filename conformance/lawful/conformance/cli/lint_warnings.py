"""What can be wrong with a history that can be read: things that make its verdict empty, or that no model expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lawful.conformance.errors import UsageError
from lawful.conformance.model_choice import ModelOf, models_for
from lawful.conformance.run.session import type_of
from lawful.models.history import History, Operation, Outcome
from lawful.models.model import AnyModel, Call, UnknownCall, Window, transitions
from lawful.specs.table import Function
from lawful.specs.task_store import TABLES


def warnings(history: History, model: str | None) -> list[str]:
    """Everything that is odd about `history`; identical findings once, with a count. Raises `UsageError`."""
    model_of = models_for(history.header, name=model)
    found = Counter(_odd_operations(history, model_of))
    lines = list(_odd_as_a_whole(history))
    lines += [text if count == 1 else f"{text} ({count} times)" for text, count in found.items()]
    return lines


def _odd_as_a_whole(history: History) -> Iterator[str]:
    if history.truncated:
        yield "truncated: no footer, so the recorder died; what is there can be checked"
    known = [operation for operation in history if operation.outcome is Outcome.OK]
    if not known:
        yield "no operation with the outcome ok: there is nothing to check"
    elif not any(map(_overlaps, history.by_object().values())):
        yield "no two operations on one object overlap: this shows nothing about concurrent clients"


def _overlaps(operations: tuple[Operation, ...]) -> bool:
    open_until_ns: float = float("-inf")
    for operation in operations:
        if operation.call_ns <= open_until_ns:
            return True
        ended_ns = float("inf") if operation.return_ns is None else operation.return_ns
        open_until_ns = max(open_until_ns, ended_ns)
    return False


def _odd_operations(history: History, model_of: ModelOf) -> Iterator[str]:
    for key, operations in history.by_object().items():
        try:
            model = model_of(key)
        except UsageError as error:
            yield error.problem
            continue
        for operation in operations:
            oddity = _unknown(operation, model) or _nonsense(operation)
            if oddity:
                yield f"{key}: {oddity}"


def _unknown(operation: Operation, model: AnyModel[Any]) -> str | None:
    """Why the model cannot make sense of the call; tried in its initial state, which sees most of it."""
    latest_ns = operation.call_ns if operation.return_ns is None else operation.return_ns
    try:
        window = Window(operation.call_ns, latest_ns)
        transitions(model, model.initial(), Call(operation.function, operation.arguments), window)
    except UnknownCall as error:
        return str(error)
    return None


def _nonsense(operation: Operation) -> str | None:
    """Whether the answer is of a type that the contract does not have."""
    function = _function(operation)
    if function is None or operation.outcome is not Outcome.OK or "any" in function.answer:
        return None
    answered = type_of(operation.result)
    if answered in function.answer:
        return None
    return f"{operation.function} answered a JSON {answered}; the contract has {' or '.join(function.answer)}"


def _function(operation: Operation) -> Function | None:
    table = TABLES.get(operation.object)
    return None if table is None else table.function(operation.function)

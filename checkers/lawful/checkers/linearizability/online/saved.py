"""What is known of an object, as JSON and back: the part of a checkpoint that concerns one object.

Saved are the settled configurations, the returns that are not settled, and the operations without a known answer. The
layers behind the returns are worked out again. What is only there for reports is not saved: after a resumption a report
begins at the checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from lawful.checkers.linearizability.online.crossing import Layer
from lawful.checkers.linearizability.online.object_watch import ObjectWatch, Waiting
from lawful.checkers.linearizability.online.recent import Recent
from lawful.checkers.linearizability.online.states import decoded, encoded
from lawful.checkers.linearizability.online.tracked import Tracked
from lawful.checkers.linearizability.online.unanswered import Kind
from lawful.models.history import Operation, Outcome
from lawful.models.values import Json

_FIELDS = [field.name for field in fields(Operation)]


def saved(watch: ObjectWatch) -> dict[str, Json]:
    """All that it takes to go on. Raises `UnknownState` for a model with states that cannot be written."""
    return {
        "operations": watch.operations,
        "unknown": watch.unknown,
        "violation": None if watch.violation is None else saved_operation(watch.violation),
        "exhausted": watch.exhausted,
        "unchecked": watch.unchecked,
        "passed_over": watch.passed_over,
        "given_up": sorted(watch.given_up),
        "settled": _saved_layer(watch.settled),
        "waiting": [[one.tracked.bit, saved_operation(one.tracked.operation)] for one in watch.waiting],
        "open": list(watch.open),
        "kinds": [
            [text, kind.number, kind.gone, [saved_operation(one.operation) for one in kind.copies]]
            for text, kind in watch.unanswered.kinds.items()
        ],
        "numbered": watch.unanswered.numbered,
    }


def restore(watch: ObjectWatch, state: Any) -> None:
    """Put a new `watch` where the one was that `state` was saved from.

    Raises `UnknownState`, and `LookupError`, `TypeError` or `ValueError` where `state` was not made by `saved`.
    """
    watch.operations = state["operations"]
    watch.unknown = state["unknown"]
    watch.violation = None if state["violation"] is None else operation_of(state["violation"])
    watch.exhausted = state["exhausted"]
    watch.unchecked = state["unchecked"]
    watch.passed_over = state["passed_over"]
    watch.given_up = set(state["given_up"])
    watch.settled = _layer(state["settled"])
    waiting = [_waiting(watch, bit, operation_of(one)) for bit, one in state["waiting"]]
    watch.unanswered.numbered = state["numbered"]
    by_index: dict[int, Tracked] = {}
    for text, number, gone, copies in state["kinds"]:
        kind = Kind(number, gone)
        kind.copies = [Tracked(operation_of(one)) for one in copies]
        by_index |= {one.operation.index: one for one in kind.copies}
        watch.unanswered.kinds[text] = kind
    watch.open = {index: by_index[index] for index in state["open"]}
    watch.resume(waiting)
    watch.recent = Recent(watch.settled, watch.waiting)


def saved_operation(operation: Operation) -> dict[str, Json]:
    """One operation."""
    members = {name: getattr(operation, name) for name in _FIELDS}
    return {name: value for name, value in members.items() if value is not None}


def operation_of(state: Any) -> Operation:
    """The operation that `saved_operation` wrote."""
    return Operation(**{"return_ns": None, **state, "outcome": Outcome(state["outcome"])})


def _waiting(watch: ObjectWatch, bit: int, operation: Operation) -> Waiting:
    tracked = Tracked(operation)
    tracked.completed(operation, bit, watch.effects)
    return Waiting(tracked)


def _saved_layer(layer: Layer) -> list[Json]:
    return [
        [encoded(state), ahead, [[[list(pair) for pair in used], looked] for used, looked in burdens]]
        for (state, ahead), burdens in layer.items()
    ]


def _layer(state: Sequence[Any]) -> Layer:
    return {
        (decoded(one), ahead): [(tuple((number, count) for number, count in used), looked) for used, looked in burdens]
        for one, ahead, burdens in state
    }

"""A linearization, checked against the definition: nothing here but the order, the intervals and the model.

Claim: `replay` accepts exactly what Herlihy and Wing (TOPLAS 1990, section 2) call a linearization. Every completed
operation is placed once, one with an unknown outcome at most once, a failed one never; an operation that returned
before another was called comes before it; and the model, run in the order given, allows every answer.

Intervals are closed, so real time is kept exactly where instants of effect can be chosen, one after the other and
none before its predecessor, each within the interval of its operation. The earliest choice is the latest call so far;
it serves if it is no later than the return of the operation itself and of any that is placed after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lawful.checkers.verdict import Placed
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, Window, state_after, transitions


class WrongWitness(Exception):
    """What is given as a linearization is none; the message says where it fails."""


def replay(operations: Sequence[Operation], model: AnyModel[Any], linearization: Sequence[Placed]) -> None:
    """Check that `linearization` is one of `operations`, all on one object. Raises `WrongWitness`."""
    order = _each_once(operations, linearization)
    # More than one state only where the model leaves open what follows: an unknown answer, or one answer for several.
    states = {model.initial()}
    for operation, window, placed in zip(order, _windows(order), linearization, strict=True):
        states = {after for state in states for after in _after(model, state, operation, window, placed)}
        if not states:
            raise WrongWitness(f"the model does not allow the answer of #{operation.index} where it is placed")


def _each_once(operations: Sequence[Operation], linearization: Sequence[Placed]) -> list[Operation]:
    """The operations in the order of the linearization."""
    by_index = {operation.index: operation for operation in operations}
    order: list[Operation] = []
    seen: set[int] = set()
    for placed in linearization:
        operation = by_index.get(placed.index)
        if operation is None:
            raise WrongWitness(f"#{placed.index} is placed, and there is no such operation on the object")
        if operation.outcome is Outcome.FAIL:
            raise WrongWitness(f"#{placed.index} is placed, although it failed")
        if placed.index in seen:
            raise WrongWitness(f"#{placed.index} is placed twice")
        seen.add(placed.index)
        order.append(operation)
    for operation in operations:
        if operation.outcome is Outcome.OK and operation.index not in seen:
            raise WrongWitness(f"#{operation.index} took effect, and is not placed")
    return order


def _windows(order: Sequence[Operation]) -> list[Window]:
    """Between which instants each operation takes effect, given the order."""
    latest: list[int] = []
    end_ns = max((one.return_ns or one.call_ns for one in order), default=0)
    end_ns = max([end_ns, *(one.call_ns for one in order)])
    for operation in reversed(order):
        # What became of an unknown operation the client cannot know; a return of it would bind nobody.
        if operation.outcome is Outcome.OK:
            if operation.return_ns is None:
                raise WrongWitness(f"#{operation.index} took effect, and never returned")
            end_ns = min(end_ns, operation.return_ns)
        latest.append(end_ns)
    windows = []
    earliest_ns = order[0].call_ns if order else 0
    for operation, latest_ns in zip(order, reversed(latest), strict=True):
        earliest_ns = max(earliest_ns, operation.call_ns)
        if earliest_ns > latest_ns:
            raise WrongWitness(f"#{operation.index} is placed after an operation that returned before it was called")
        windows.append(Window(earliest_ns, latest_ns))
    return windows


def _after(model: AnyModel[Any], state: Any, operation: Operation, window: Window, placed: Placed) -> set[Any]:
    """The states that may follow; of an unknown answer, those that the witness speaks of, if it speaks of any."""
    steps = transitions(model, state, Call(operation.function, operation.arguments), window)
    if operation.outcome is Outcome.UNKNOWN:
        meant = {step.state for step in steps if step.because == placed.because}
        return meant or {step.state for step in steps}
    return {after for step in steps if (after := state_after(step, operation.result)) is not None}

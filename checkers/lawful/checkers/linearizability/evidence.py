"""From the trail of a search to evidence that stands without the search: it is replayed on the model itself.

A linearization is a claim that anybody can check: each operation lies within its interval in the order given, and the
model, run in that order, allows each answer. It is checked here before it is reported. A claim that does not hold
is a defect of the search and raises `AssertionError`; it is never reported as a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from lawful.checkers.linearizability.configuration import Trail
from lawful.checkers.linearizability.reference import allowed_text, refusal_of
from lawful.checkers.linearizability.schedule import Schedule
from lawful.checkers.linearizability.table import TransitionTable
from lawful.checkers.verdict import Placed, Refused
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, Window, state_after, transitions


class Placement(NamedTuple):
    """One operation of a linearization and the state after it."""

    operation: Operation
    state: Any


def unrolled(trail: Trail) -> list[tuple[int, int]]:
    """The operations of a trail with the numbers of the states after them, first one first."""
    steps = []
    while trail is not None:
        trail, choice, state = trail
        steps.append((choice, state))
    steps.reverse()
    return steps


def with_lookers(schedule: Schedule, table: TransitionTable, trail: Trail) -> list[Placement]:
    """The operations of a trail, and between them those that were placed because they only look (`steps`, rule 2)."""
    placements: list[Placement] = []
    position, ahead, state = 0, 0, table.initial
    for choice, after in [*unrolled(trail), (None, None)]:
        row = table.rows[state]
        while position < len(schedule.positions):
            for rank, bit, kind in schedule.positions[position].window:
                if not ahead & bit and table.preserves(kind) and row[kind] is row.preserved:
                    ahead |= bit
                    placements.append(Placement(schedule.positions[rank].operation, row.state))
            if not ahead & schedule.positions[position].bit:
                break
            ahead ^= schedule.positions[position].bit
            position += 1
        if choice is None or after is None:
            break
        state = after
        placements.append(Placement(schedule.operation(choice), table.rows[after].state))
        if choice >= 0:
            ahead |= next(bit for rank, bit, _ in schedule.positions[position].window if rank == choice)
    return placements


def replay(model: AnyModel[Any], schedule: Schedule, placements: Sequence[Placement]) -> tuple[Placed, ...]:
    """The placements as evidence, each allowed by the model within the window that the others leave it."""
    placed: list[Placed] = []
    state = model.initial()
    for placement, window in zip(placements, _windows(schedule, placements), strict=True):
        operation, expected = placement
        assert window.earliest_ns <= window.latest_ns, f"operation {operation.index} is placed out of its interval"
        call = Call(operation.function, operation.arguments)
        for transition in transitions(model, state, call, window):
            known = operation.outcome is Outcome.OK
            after = state_after(transition, operation.result) if known else transition.state
            if after == expected:
                placed.append(Placed(operation.index, transition.because, transition.clause))
                break
        else:
            raise AssertionError(f"the model does not allow operation {operation.index} where it is placed")
        state = expected
    return tuple(placed)


def refused(model: AnyModel[Any], schedule: Schedule, position: int, placements: Sequence[Placement]) -> Refused:
    """Why the operation that returns at `position` cannot follow `placements`."""
    operation = schedule.positions[position].operation
    call = Call(operation.function, operation.arguments)
    state = placements[-1].state if placements else model.initial()
    calls = [placement.operation.call_ns for placement in placements]
    window = Window(max([*calls, operation.call_ns]), schedule.positions[position].deadline_ns)
    refusal = refusal_of(model, state, call, operation.result, window)
    return Refused(
        linearization=replay(model, schedule, placements),
        state=repr(state),
        answered=operation.result,
        allowed=tuple(allowed_text(transition) for transition in transitions(model, state, call, window)),
        because=refusal.because,
        clause=refusal.clause,
    )


def _windows(schedule: Schedule, placements: Sequence[Placement]) -> list[Window]:
    """From the latest call up to each placement to the earliest return from it on, of all that is completed."""
    placed = {placement.operation.index for placement in placements}
    assert len(placed) == len(placements), "no operation takes effect twice"
    waiting = (position for position in schedule.positions if position.operation.index not in placed)
    first_waiting = next(waiting, None)
    never_ns = schedule.positions[-1].deadline_ns
    latest_ns = never_ns if first_waiting is None else first_waiting.deadline_ns
    latest: list[int] = []
    for placement in reversed(placements):
        if placement.operation.outcome is Outcome.OK and placement.operation.return_ns is not None:
            latest_ns = min(latest_ns, placement.operation.return_ns)
        latest.append(latest_ns)
    latest.reverse()
    windows = []
    earliest_ns = 0
    for placement, until_ns in zip(placements, latest, strict=True):
        earliest_ns = max(earliest_ns, placement.operation.call_ns)
        windows.append(Window(earliest_ns, until_ns))
    return windows

"""A violation seen from the last rest of the store: what may have come before, as states, and what contradicts them.

A store comes to rest again and again. Between two rests the operations form a group that nothing outside overlaps,
and everything before is summed up by the states that it may have left. So the history is followed group by group,
with the set of all states that are possible, until a group has no linearization from any of them.

This is for long histories of objects that remember much: from the start they take too many operations to refute. What
is followed is exact, each state being reached by a linearization that the reference search has found; but a reader has
to take that on trust, so a core from the start is preferred where it is short (see `core`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from lawful.checkers.linearizability.reference import final_configurations
from lawful.checkers.meter import Meter
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, TimedModel
from lawful.models.own_window import OwnWindows, with_own_windows
from lawful.models.resumed import resumed

_MOST_PASTS = 64
"""Possible pasts that are followed; with more of them the window begins earlier instead."""


class Past(NamedTuple):
    """One thing that the operations in front of a window may have led to."""

    state: Any
    used: frozenset[int]
    """The operations with an unknown outcome, by index, that have taken effect."""


class Window(NamedTuple):
    """The operations since a rest of the store."""

    before: tuple[Operation, ...]
    """Those that had returned by then, in order of call."""
    since: tuple[Operation, ...]
    """Those called since, and all of unknown outcome."""
    pasts: tuple[Past, ...]
    """All that the operations before may have led to; one at least."""


def last_window(failing: Sequence[Operation], model: AnyModel[Any], meter: Meter) -> Window | None:
    """The window after the last rest that the store can have reached; None where that is the start.

    `failing`: operations in violation, without failed ones. Raises `BudgetExhausted`.
    """
    followed, steps = _untimed(failing, model)
    unknown = [operation for operation in followed if operation.outcome is Outcome.UNKNOWN]
    groups = _groups([operation for operation in followed if operation.outcome is Outcome.OK])
    pasts = frozenset({Past(model.initial(), frozenset())})
    position = 0
    while position < len(groups):
        left = _after(groups[position], unknown, pasts, steps, meter)
        if not left or len(left) > _MOST_PASTS:
            break
        pasts = left
        position += 1
    if position == 0:
        return None
    returned = {operation.index for group in groups[:position] for operation in group}
    before = sorted((one for one in failing if one.index in returned), key=lambda one: (one.call_ns, one.index))
    since = tuple(operation for operation in failing if operation.index not in returned)
    ordered = sorted(pasts, key=lambda past: (sorted(past.used), repr(past.state)))
    return Window(tuple(before), since, tuple(ordered))


def _untimed(operations: Sequence[Operation], model: AnyModel[Any]) -> tuple[Sequence[Operation], AnyModel[Any]]:
    """With time, the states that are possible by each operation's own interval, as the front door searches."""
    if isinstance(model, TimedModel):
        return with_own_windows(operations), OwnWindows(model)
    return operations, model


def _groups(completed: Sequence[Operation]) -> list[list[Operation]]:
    """Operations that overlap directly or through others, group by group in order of time."""
    groups: list[list[Operation]] = []
    open_until_ns = -1
    for operation in sorted(completed, key=lambda one: (one.call_ns, one.index)):
        assert operation.return_ns is not None
        if not groups or operation.call_ns > open_until_ns:
            groups.append([])
        groups[-1].append(operation)
        open_until_ns = max(open_until_ns, operation.return_ns)
    return groups


def _after(
    group: Sequence[Operation],
    unknown: Sequence[Operation],
    pasts: frozenset[Past],
    model: AnyModel[Any],
    meter: Meter,
) -> frozenset[Past]:
    """What `group` may leave."""
    end_ns = max(operation.return_ns or 0 for operation in group)
    left: set[Past] = set()
    for state, used in pasts:
        available = [one for one in unknown if one.index not in used and one.call_ns <= end_ns]
        for after, more in final_configurations([*group, *available], resumed(model, state), meter):
            left.add(Past(after, used | more))
    return frozenset(left)

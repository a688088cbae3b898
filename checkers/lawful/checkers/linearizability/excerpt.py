"""The part of a violation that a reader has to look at: where it became inevitable, and what contradicts what.

A store comes to rest again and again. Between two rests the operations form a group that nothing outside overlaps,
and everything before is summed up by the states that it may have left. So the history is followed group by group,
with the set of all states that are possible, until a group has no linearization from any of them. That group and the
state before it are the excerpt; the operations in front of it, hundreds perhaps, need not be shown.

Within the group, operations are then *weakened* one after the other, as long as the violation remains: a weakened
operation may have taken effect at any time after its call, with any answer, or never. Weakening only adds
explanations, so what still has none is a proof; deleting a write would not do, as it can orphan a read and create a
contradiction of its own. An operation whose answer says that it changed nothing may be deleted.

Where the model is a table, all this is tried first with the one row that the refused answer is about.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from lawful.checkers.linearizability.prefix import failing_prefix
from lawful.checkers.linearizability.reference import check_object, final_configurations
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, KnowsEffects, KnowsRows
from lawful.models.resumed import resumed

_MOST_CONFIGURATIONS = 64
"""Possible pasts that are followed; with more of them the excerpt begins earlier instead."""

Configuration = tuple[Any, frozenset[int]]
"""A state, and the indexes of the unknown operations that have taken effect."""


@dataclasses.dataclass(frozen=True, slots=True)
class Past:
    """One thing that the operations in front of the excerpt may have led to."""

    state: Any
    optional: tuple[Operation, ...]
    """Operations that may take effect at any time after their call, or never; they explain nothing either."""


@dataclasses.dataclass(frozen=True, slots=True)
class Excerpt:
    """The contradicting operations of one object."""

    part: ObjectVerdict
    """The verdict on the excerpt alone."""
    constrained: tuple[Operation, ...]
    """The operations whose outcomes contradict each other and the state before."""
    before: tuple[Operation, ...]
    """The operations in front of the excerpt, in order of call."""
    pasts: tuple[Past, ...]
    """What these may have led to: at least one. The excerpt contradicts each."""

    @property
    def states(self) -> tuple[Any, ...]:
        """The states that the operations before may have left."""
        return tuple(past.state for past in self.pasts)

    @property
    def optional(self) -> tuple[Operation, ...]:
        """The operations that are optional in one of the pasts."""
        by_index = {one.index: one for past in self.pasts for one in past.optional}
        return tuple(by_index[index] for index in sorted(by_index))


def excerpt(
    operations: Sequence[Operation], model: AnyModel[Any], budget: Budget, blocked_at: int | None = None
) -> Excerpt | None:
    """The excerpt of a violation; None where the budget ends before one is found.

    `blocked_at`: the operation at whose return a checker found the violation inevitable, if it told.
    """
    meter = Meter(budget)
    failing = _on_one_row(failing_prefix(operations, blocked_at), model, blocked_at, meter)
    unknown = [operation for operation in failing if operation.outcome is Outcome.UNKNOWN]
    groups = _groups([operation for operation in failing if operation.outcome is Outcome.OK])
    frontier: frozenset[Configuration] = frozenset({(model.initial(), frozenset())})
    try:
        position = 0
        while position < len(groups):
            left = _after(groups[position], unknown, frontier, model, meter)
            if not left or len(left) > _MOST_CONFIGURATIONS:
                break
            frontier = left
            position += 1
        shown = [operation for group in groups[position:] for operation in group]
        before = [operation for group in groups[:position] for operation in group]
        return _minimal(shown, before, unknown, frontier, model, meter)
    except BudgetExhausted:
        return None


def _on_one_row(
    operations: list[Operation], model: AnyModel[Any], blocked_at: int | None, meter: Meter
) -> list[Operation]:
    """The operations that concern the row of the refused answer, where these alone are in violation; else all."""
    blocked = next((operation for operation in operations if operation.index == blocked_at), None)
    if blocked is None or not isinstance(model, KnowsRows):
        return operations
    for row in sorted(model.rows(blocked)):
        projection = [model.projected(operation, row) for operation in operations]
        concerned = [operation for operation in projection if operation is not None]
        if check_object(concerned, model, meter.remaining()).verdict is Verdict.VIOLATION:
            return concerned
    return operations


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
    frontier: frozenset[Configuration],
    model: AnyModel[Any],
    meter: Meter,
) -> frozenset[Configuration]:
    """The configurations that `group` may leave."""
    end_ns = max(operation.return_ns or 0 for operation in group)
    left: set[Configuration] = set()
    for state, used in frontier:
        available = [one for one in unknown if one.index not in used and one.call_ns <= end_ns]
        for after, more in final_configurations([*group, *available], resumed(model, state), meter):
            left.add((after, used | more))
    return frozenset(left)


def _minimal(
    shown: Sequence[Operation],
    before: Sequence[Operation],
    unknown: Sequence[Operation],
    frontier: frozenset[Configuration],
    model: AnyModel[Any],
    meter: Meter,
) -> Excerpt | None:
    def contradicts(operations: Sequence[Operation]) -> ObjectVerdict | None:
        """The verdict from one of the possible states before, where all of them end in a violation."""
        found: ObjectVerdict | None = None
        for state, used in frontier:
            meter.look()
            available = [one for one in unknown if one.index not in used]
            found = check_object([*operations, *available], resumed(model, state), meter.remaining())
            if found.verdict is not Verdict.VIOLATION:
                return None
        return found

    part = contradicts(shown)
    if part is None:
        return None
    operations = list(shown)
    # The latest first: what came early is more often needed to tell how the state came about.
    for operation in sorted(shown, key=lambda one: one.return_ns or 0, reverse=True):
        candidate = _without(operation, operations, model)
        found = contradicts(candidate)
        if found is not None:
            operations, part = candidate, found
    constrained = tuple(one for one in operations if one.outcome is Outcome.OK)
    weakened = [one for one in operations if one.outcome is Outcome.UNKNOWN]
    pasts = tuple(
        Past(state, (*weakened, *(one for one in unknown if one.index not in used))) for state, used in frontier
    )
    return Excerpt(part, constrained, tuple(before), pasts)


def _without(operation: Operation, operations: Sequence[Operation], model: AnyModel[Any]) -> list[Operation]:
    """`operations` without what the outcome of `operation` says."""
    if isinstance(model, KnowsEffects) and model.had_no_effect(operation):
        return [one for one in operations if one.index != operation.index]
    return [one.weakened() if one.index == operation.index else one for one in operations]

"""The evidence for a violation: the few operations that contradict each other, and what led up to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lawful.checkers.linearizability.excerpt import Excerpt, excerpt
from lawful.checkers.verdict import Budget, ObjectVerdict, Refused
from lawful.models.history import History, Operation
from lawful.models.model import AnyModel, Call, KnowsEffects, KnowsRows, Window, transitions
from lawful.models.rows import Rows

_BUDGET_S = 10.0
_MOST_CONTEXT = 4
_MOST_UNREDUCED = 16
_LONGEST_STATE = 300


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why one object is in violation."""

    part: ObjectVerdict
    """The verdict on the whole object."""
    constrained: tuple[Operation, ...]
    """The operations whose outcomes contradict each other, given the state before."""
    is_minimal: bool
    """Whether none of them can be left out; else they are what surrounds the refused answer."""
    optional: tuple[Operation, ...] = ()
    """Operations that were allowed to take effect at any time after their call, or never; they explain nothing."""
    context: tuple[Operation, ...] = ()
    """A few earlier operations that explain the state before."""
    before: int = 0
    """How many operations came before, all summed up by the state."""
    states: tuple[str, ...] = ()
    """The possible states before, as far as they matter here."""
    refused: Refused | None = None
    """The answer that the search ended at."""
    blocked_at: int | None = None


def gather(history: History, part: ObjectVerdict, model: AnyModel[Any], budget: Budget) -> Evidence:
    """The evidence for `part`, a violation in `history`."""
    operations = history.by_object()[part.key]
    seconds = _BUDGET_S if budget.seconds is None else min(budget.seconds, _BUDGET_S)
    found = excerpt(operations, model, Budget(seconds, budget.memory_mb), part.blocked_at)
    if found is None:
        return _surroundings(operations, part)
    subjects: frozenset[str] = frozenset()
    if isinstance(model, KnowsRows):
        subjects = subjects.union(*map(model.rows, found.constrained))
    return Evidence(
        part,
        found.constrained,
        is_minimal=True,
        optional=_state_changing(found, model),
        context=_context(found, model, subjects),
        before=len(found.before),
        states=tuple(dict.fromkeys(_state_text(state, subjects) for state in found.states)),
        refused=found.part.refusals[0] if found.part.refusals else None,
        blocked_at=found.part.blocked_at,
    )


def _surroundings(operations: Sequence[Operation], part: ObjectVerdict) -> Evidence:
    """Where the budget ended before a smaller proof was found: what was going on at the refused answer."""
    position = next((i for i, operation in enumerate(operations) if operation.index == part.blocked_at), 0)
    shown = operations[max(0, position - _MOST_UNREDUCED + 1) : position + 1]
    refused = part.refusals[0] if part.refusals else None
    return Evidence(part, tuple(shown), is_minimal=False, refused=refused, blocked_at=part.blocked_at)


def _context(found: Excerpt, model: AnyModel[Any], subjects: frozenset[str]) -> tuple[Operation, ...]:
    """The latest earlier operations that did something to the same rows."""
    states = (model.initial(), *found.states)
    effective = [
        operation
        for operation in found.before
        if not (isinstance(model, KnowsEffects) and model.had_no_effect(operation))
        and (operation.result is not None or _changes(operation, model, states))
        and not (isinstance(model, KnowsRows) and subjects and subjects.isdisjoint(model.rows(operation)))
    ]
    return tuple(effective[-_MOST_CONTEXT:])


def _changes(operation: Operation, model: AnyModel[Any], states: Sequence[Any]) -> bool:
    """Whether `operation` may change one of `states`."""
    call = Call(operation.function, operation.arguments)
    window = Window(operation.call_ns, operation.call_ns)
    return any(step.state != state for state in states for step in transitions(model, state, call, window))


def _state_changing(found: Excerpt, model: AnyModel[Any]) -> tuple[Operation, ...]:
    """The optional operations but for those that only look: leaving these out is no assumption."""

    return tuple(operation for operation in found.optional if _changes(operation, model, found.states))


def _state_text(state: Any, subjects: frozenset[str]) -> str:
    """The state as far as `subjects` go; a table of hundreds of rows is not shown whole."""
    if isinstance(state, Rows) and subjects:
        text = ", ".join(f"{subject} {state.get(subject) or 'not there'}" for subject in sorted(subjects))
    else:
        text = str(state)
    return text if len(text) <= _LONGEST_STATE else f"{text[:_LONGEST_STATE]}…"

"""The evidence for a violation: the few operations that contradict each other, and why, one fact after the other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from lawful.checkers.linearizability.argument import Argument, Timing, argument
from lawful.checkers.linearizability.core import Core, minimal_core
from lawful.checkers.linearizability.prefix import failing_prefix
from lawful.checkers.verdict import Budget, ObjectVerdict
from lawful.models.history import History, Operation, Outcome
from lawful.models.model import AnyModel, KnowsRows
from lawful.models.rows import Rows
from lawful.models.wording import answered_text, order_text, timing_text

_BUDGET_S = 10.0
_ARGUMENT_BUDGET_S = 2.0
_LONG = 20_000
_MOST_UNREDUCED = 16
_LONGEST_STATE = 300


@dataclass(frozen=True, slots=True)
class Sentence:
    """One fact that is needed for the contradiction: without it, there is an explanation."""

    text: str
    operations: tuple[int, ...]
    """The operations that it is about, by index."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why one object is in violation."""

    part: ObjectVerdict
    """The verdict on the whole object."""
    core: Core
    """The operations that contradict each other; replayable by itself (`Core.history`)."""
    argument: Argument | None
    """What real time says against their answers; None where the budget ended before that was found out."""
    shown: tuple[Operation, ...]
    """The constrained operations of the core, and those that its facts are about."""
    sentences: tuple[Sentence, ...]
    """The facts, in an order in which they can be read; they end in the contradiction."""
    states: tuple[str, ...] = ()
    """What the operations before the core may have left, as far as it matters here; empty: it begins at the start."""

    @property
    def constrained(self) -> tuple[Operation, ...]:
        return self.core.constrained


def gather(history: History, part: ObjectVerdict, model: AnyModel[Any], budget: Budget) -> Evidence:
    """The evidence for `part`, a violation in `history`. It takes some seconds at most, and is then the best so far."""
    operations = _worth_looking_at(history.by_object()[part.key], part)
    seconds = _BUDGET_S if budget.seconds is None else min(budget.seconds, _BUDGET_S)
    core = minimal_core(operations, model, budget=Budget(seconds, budget.memory_mb), part=part)
    if core is None:
        return _surroundings(operations, part)
    found = None
    if core.is_readable:
        found = argument(core, model, Budget(min(seconds, _ARGUMENT_BUDGET_S), budget.memory_mb))
    subjects: frozenset[str] = frozenset()
    if isinstance(model, KnowsRows):
        subjects = subjects.union(*map(model.rows, core.constrained))
    sentences = () if found is None else tuple(_sentences(core, found))
    named = {index for sentence in sentences for index in sentence.operations}
    shown = tuple(one for one in core.operations if one.outcome is Outcome.OK or one.index in named)
    states = tuple(dict.fromkeys(_state_text(past.state, subjects) for past in core.pasts))
    return Evidence(part, core, found, shown, sentences, states)


def _worth_looking_at(operations: Sequence[Operation], part: ObjectVerdict) -> Sequence[Operation]:
    """Of a long history the operations that the checker named: they contradict each other whatever the others did.

    To look for others in 10^6 operations would take longer than the check.
    """
    if len(operations) < _LONG or not part.core:
        return operations
    # Operations are in order of their index, between which there may be those of other objects.
    positions = (bisect_left(operations, index, key=attrgetter("index")) for index in part.core)
    return [operations[position] for position in positions]


def _sentences(core: Core, found: Argument) -> list[Sentence]:
    """The answers in order of call, each followed by what had to wait for it."""
    by_index = {operation.index: operation for operation in core.operations}
    started_ns = min(operation.call_ns for operation in core.operations)
    timed = {fact.ran for fact in found.facts if isinstance(fact, Timing)}
    sentences: list[Sentence] = []
    for operation in core.constrained:
        sentences.append(Sentence(answered_text(operation), (operation.index,)))
        if operation.index in timed:
            sentences.append(Sentence(timing_text(operation, started_ns), (operation.index,)))
        waited = [fact.then for fact in found.facts if not isinstance(fact, Timing) and fact.first == operation.index]
        if waited:
            text = order_text(operation, [by_index[index] for index in waited])
            sentences.append(Sentence(text, (operation.index, *waited)))
    for operation in core.optional:
        if operation.index in timed:
            sentences.append(Sentence(timing_text(operation, started_ns), (operation.index,)))
    return sentences


def _surroundings(operations: Sequence[Operation], part: ObjectVerdict) -> Evidence:
    """Where the budget ended before a smaller proof was found: what was going on at the refused answer."""
    failing = failing_prefix(operations, part.blocked_at)
    position = next((i for i, operation in enumerate(operations) if operation.index == part.blocked_at), 0)
    shown = tuple(operations[max(0, position - _MOST_UNREDUCED + 1) : position + 1])
    core = Core(replace(part), tuple(failing), is_minimal=False)
    return Evidence(part, core, None, shown, ())


def _state_text(state: Any, subjects: frozenset[str]) -> str:
    """The state as far as `subjects` go; a table of hundreds of rows is not shown whole."""
    if isinstance(state, Rows) and subjects:
        text = ", ".join(f"{subject} {state.get(subject) or 'not there'}" for subject in sorted(subjects))
    else:
        text = str(state)
    return text if len(text) <= _LONGEST_STATE else f"{text[:_LONGEST_STATE]}…"

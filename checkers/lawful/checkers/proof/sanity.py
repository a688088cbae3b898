"""Whether what is declared says something: proofs of empty sentences succeed as well.

A case that never applies is a mistake, or a promise about nothing. A claim whose condition is never met, or that no
change of what the functions change could break, holds whatever the functions do.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.claims import StateClaim, holds_of, speaks_of_rows
from lawful.checkers.proof.containers import parts_of
from lawful.checkers.proof.finding import Finding, Goal
from lawful.checkers.proof.logic import Condition, conjunction, disjunction, negation
from lawful.checkers.proof.prover import FunctionProver
from lawful.checkers.proof.question import Question, Reply
from lawful.checkers.proof.steps import Outcome, Step, Steps
from lawful.checkers.proof.translation import SymbolicRow, Translator, View
from lawful.checkers.proof.values import Kind, Symbolic, Untranslatable, arbitrary
from lawful.checkers.verdict import Verdict
from lawful.specs import expression as x
from lawful.specs.function import (
    Case,
    Delete,
    DeleteRows,
    Insert,
    KeepGreatest,
    OnAnyRow,
    OnRow,
    OnWhole,
    Update,
)
from lawful.specs.property import Exclusive, Invariant, Kept, Property, StepProperty
from lawful.specs.table import Table

COMPLETE = "Some case applies, whatever the call."
ALIVE = "Each case applies to some call."


def sanity_of(
    table: Table, provers: Sequence[FunctionProver], claims: Sequence[StateClaim], seconds: float
) -> Iterator[Finding]:
    """What is asked of every table."""
    for prover in provers:
        if isinstance(prover.function.body, OnRow | OnWhole):
            yield _complete(prover)
        yield _alive(prover)
    changes = _Changes(table)
    for claim in table.properties:
        yield _not_vacuous(table, claim, provers, claims, seconds)
        if not isinstance(claim, Kept):
            yield _breakable(table, claim, provers, changes, seconds)


def _complete(prover: FunctionProver) -> Finding:
    started_s = time.monotonic()
    verdict, reason = Verdict.LAWFUL, None
    for step in prover.steps:
        reply = prover.possible(step, conjunction(*(negation(one.condition) for one in step.outcomes)))
        if reply.satisfiable is not False:
            verdict = _weaker(verdict, reply)
            reason = reply.reason or "there is a call to which no case applies"
    return _found(prover.table, Goal.COMPLETE, None, COMPLETE, prover.function.name, verdict, started_s, reason)


def _alive(prover: FunctionProver) -> Finding:
    started_s = time.monotonic()
    step = prover.steps[0]
    dead: list[Outcome] = []
    verdict = Verdict.LAWFUL
    for outcome in step.outcomes:
        reply = prover.possible(step, outcome.condition)
        if reply.satisfiable is not True:
            dead.append(outcome)
            verdict = Verdict.VIOLATION if reply.satisfiable is False else Verdict.INCONCLUSIVE
    reason = "; ".join(f"never: {_because(prover, one)}" for one in dead) or None
    clause = next((one.case.clause for one in dead if one.case is not None), None)
    return _found(prover.table, Goal.ALIVE, clause, ALIVE, prover.function.name, verdict, started_s, reason)


def _because(prover: FunctionProver, outcome: Outcome) -> str:
    if outcome.case is not None:
        return outcome.case.because
    return prover.function.body.none_because if isinstance(prover.function.body, OnAnyRow) else "it takes effect"


def _not_vacuous(
    table: Table, claim: Property, provers: Sequence[FunctionProver], claims: Sequence[StateClaim], seconds: float
) -> Finding:
    """Whether there is a state or a step in which nothing but the last alternative of the claim makes it hold."""
    started_s = time.monotonic()
    replies = (
        _steps_with_premise(claim, provers)
        if isinstance(claim, StepProperty | Kept)
        else [_state_with_premise(table, claim, claims, seconds)]
    )
    verdict, reason = _some(replies, "its condition is never met")
    return _found(table, Goal.NOT_VACUOUS, claim.clause, claim.sentence, None, verdict, started_s, reason)


def _steps_with_premise(claim: StepProperty | Kept, provers: Sequence[FunctionProver]) -> Iterator[Reply]:
    others = [~claim.where] if isinstance(claim, Kept) else _alternatives(claim.holds)[:-1]
    for prover in _of(claim, provers):
        for step in prover.steps:
            met = [
                conjunction(
                    outcome.condition,
                    *(negation(prover.translator.holds(one, step.view_after(outcome))) for one in others),
                )
                for outcome in step.outcomes
            ]
            yield prover.possible(step, disjunction(*met))


def _state_with_premise(
    table: Table, claim: Invariant | Exclusive, claims: Sequence[StateClaim], seconds: float
) -> Reply:
    translator = Translator(table)
    steps = Steps(translator)
    view, typed = steps.state("some")
    held = [holds_of(one, translator, steps, view) for one in claims]
    if isinstance(claim, Exclusive):
        believer, until = Symbolic(Kind.TEXT, z3.Int("believer")), Symbolic(Kind.INSTANT, z3.Int("until"))
        believing = replace(view, believer=believer, believed_until=until)
        met = conjunction(translator.holds(claim.invariant, believing), view.now < until.term)
    else:
        *others, _ = _alternatives(claim.holds)
        there = translator.exists(view) if speaks_of_rows(claim.holds, table) else True
        met = conjunction(there, *(negation(translator.holds(one, view)) for one in others))
    return Question(translator, [typed, view.now >= 1, *held], seconds).possible(met)


def _breakable(
    table: Table,
    claim: Invariant | StepProperty | Exclusive,
    provers: Sequence[FunctionProver],
    changes: _Changes,
    seconds: float,
) -> Finding:
    """Whether a claim would be broken, were the functions to set what they set to other values, or answer wrongly."""
    started_s = time.monotonic()
    replies = _broken_after(claim, provers, changes)
    verdict, reason = _some(replies, "nothing that the functions of the table change could break it")
    return _found(table, Goal.BREAKABLE, claim.clause, claim.sentence, None, verdict, started_s, reason)


def _broken_after(
    claim: Invariant | StepProperty | Exclusive, provers: Sequence[FunctionProver], changes: _Changes
) -> Iterator[Reply]:
    answers = any(isinstance(part, x.Answered) for part in parts_of(claim))
    for prover in _of(claim, provers) if isinstance(claim, StepProperty) else provers:
        for step in prover.steps:
            for outcome in step.outcomes:
                view = changes.made(step, outcome)
                translator = prover.translator
                if isinstance(claim, Exclusive):
                    believer, until = Symbolic(Kind.TEXT, z3.Int("believer")), Symbolic(Kind.INSTANT, z3.Int("until"))
                    view = replace(view, believer=believer, believed_until=until)
                    kept = translator.holds(claim.invariant, view)
                elif isinstance(claim, Invariant):
                    kept = prover.holds(claim, view)
                else:
                    kept = translator.holds(claim.holds, view)
                # A wrong answer is one that belongs to another case.
                reached = True if answers else outcome.condition
                yield prover.possible(step, conjunction(reached, changes.typed(view), negation(kept)))


class _Changes:
    """What the functions of a table change: names of fields, and whether rows come and go."""

    def __init__(self, table: Table) -> None:
        self._fields = {one.name: one for one in (*table.fields, *table.beside)}
        self._names: set[str] = set()
        self._existence = False
        for function in table.functions:
            if isinstance(function.body, DeleteRows):
                self._existence = self._existence or function.body.where is not None
            for case in getattr(function.body, "cases", ()):
                self._add(case, table)

    def made(self, step: Step, outcome: Outcome) -> View:
        """What the watched row may look like after a step that sets what functions set to whatever it likes."""
        view = step.view_after(outcome)
        beside = {name: self._other(name, value) for name, value in view.beside.items()}
        row = view.row
        if row is not None:
            present = z3.Bool("is there afterwards") if self._existence else row.present
            row = SymbolicRow(present, {name: self._other(name, value) for name, value in row.values.items()})
        return replace(view, beside=beside, row=row)

    def typed(self, view: View) -> Condition:
        """Fields that are not null are not null afterwards."""
        values = {**view.beside, **({} if view.row is None else view.row.values)}
        return conjunction(*(negation(one.null) for name, one in values.items() if not self._nullable(name)))

    def _nullable(self, name: str) -> bool:
        return name not in self._names or self._fields[name].nullable

    def _other(self, name: str, value: Symbolic) -> Symbolic:
        return arbitrary(self._fields[name], f"{name} afterwards") if name in self._names else value

    def _add(self, case: Case, table: Table) -> None:
        for effect in case.effects:
            self._existence = self._existence or isinstance(effect, Insert | Delete | KeepGreatest)
            if isinstance(effect, Insert):
                self._names |= {field.name for field in table.fields}
            elif isinstance(effect, Update):
                self._names |= {name for name, _ in effect.values}


def _of(claim: StepProperty | Kept, provers: Sequence[FunctionProver]) -> Iterator[FunctionProver]:
    yield from (one for one in provers if not claim.of or one.function.name in claim.of)


def _alternatives(expression: x.Expression) -> list[x.Expression]:
    """What a sentence says one or the other of."""
    if isinstance(expression, x.Either):
        return [*_alternatives(expression.left), *_alternatives(expression.right)]
    return [expression]


def _some(replies: Iterable[Reply], none: str) -> tuple[Verdict, str | None]:
    """Lawful where one of the questions has the answer yes; asked one after the other until then."""
    unknown = None
    try:
        for reply in replies:
            if reply.satisfiable:
                return Verdict.LAWFUL, None
            unknown = unknown or reply.reason
    except Untranslatable as error:
        unknown = f"this cannot be said to the solver: {error}"
    return (Verdict.VIOLATION, none) if unknown is None else (Verdict.INCONCLUSIVE, unknown)


def _weaker(verdict: Verdict, reply: Reply) -> Verdict:
    if reply.satisfiable or verdict is Verdict.VIOLATION:
        return Verdict.VIOLATION
    return Verdict.INCONCLUSIVE


def _found(
    table: Table,
    goal: Goal,
    clause: str | None,
    sentence: str,
    function: str | None,
    verdict: Verdict,
    started_s: float,
    reason: str | None,
) -> Finding:
    seconds = time.monotonic() - started_s
    return Finding(table.name, goal, clause, sentence, function, verdict, seconds, reason)

"""Proofs about one table: every claim, at first and over every step; see `sanity` for whether claims say something.

For any number of rows and clients, any arguments, and a clock that never goes back and errs by any amount, once, over
each grant. What is proved is proved of the declaration; that the sequential model does what the declaration says is
tested (each counterexample is replayed on the model, and random steps of the model are looked up in the translation).

Clients that believe in a right are asked to be careful in three ways. They count the time from before their call and
take the clock error off it. They no longer believe in an earlier grant once they asked for another, or gave the right
up, on the same row.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.claims import (
    Claim,
    NoneBelowNought,
    StateClaim,
    depends_on_time,
    holds_of,
    state_claims,
)
from lawful.checkers.proof.concrete import NotConcrete, Reader, readable
from lawful.checkers.proof.counterexample import Belief, Counterexample
from lawful.checkers.proof.counting import not_kept, others_before, others_looked_at
from lawful.checkers.proof.finding import Finding, Goal
from lawful.checkers.proof.logic import Condition, conjunction, disjunction, negation
from lawful.checkers.proof.question import Question, Reply
from lawful.checkers.proof.replay import replayed
from lawful.checkers.proof.steps import Outcome, Step, Steps, Subject
from lawful.checkers.proof.translation import Translator, View
from lawful.checkers.proof.values import Kind, Symbolic, Untranslatable, equal
from lawful.checkers.verdict import Verdict
from lawful.models.history import NS_PER_MS
from lawful.specs.function import Function
from lawful.specs.property import Exclusive, Kept, StepProperty
from lawful.specs.table import Table

NOT_IN_THE_MODEL = "the solver knows too little of this table: the model does not take the step that it found"


class FunctionProver:
    """The steps of one function, and all that is claimed of them."""

    def __init__(self, table: Table, function: Function, claims: Sequence[StateClaim], seconds: float) -> None:
        self.table = table
        self.function = function
        self.translator = Translator(table)
        self._steps = Steps(self.translator)
        self.claims = claims
        self.steps = self._steps.of(function)
        self._questions = [Question(self.translator, self._assumed(step), seconds) for step in self.steps]

    def preserved(self, claim: StateClaim) -> Finding:
        """Whether `claim` holds after every step, where all claims held before it."""

        def broken(step: Step, outcome: Outcome) -> Condition:
            return negation(self.holds(claim, step.view_after(outcome)))

        return self._finding(Goal.STEP, claim, broken)

    def kept(self, claim: StepProperty) -> Finding:
        """Whether `claim` holds of every step."""

        def broken(step: Step, outcome: Outcome) -> Condition:
            return negation(self.translator.holds(claim.holds, step.view_after(outcome)))

        return self._finding(Goal.STEP, claim, broken)

    def bounded(self, claim: Kept) -> Finding:
        """Whether after a step no more rows are there than `claim` says, and none went that need not."""

        def broken(step: Step, outcome: Outcome) -> Condition:
            return not_kept(claim, step, outcome, self.translator)

        return self._finding(Goal.STEP, claim, broken)

    def granted(self, claim: Exclusive) -> Finding:
        """Whether a row on which a right was granted says so, to whom, and until when."""
        believer, until = _belief("granted")

        def broken(step: Step, outcome: Outcome) -> Condition:
            if step.subject is Subject.ANOTHER:
                return False
            granted = _grants(step, outcome, claim, believer)
            ttl_ms = step.before.arguments["ttl_ms"].term
            most = step.before.now + ttl_ms * NS_PER_MS - self.translator.clock_error_ns
            told = conjunction(until.term <= most, until.term > step.before.now)
            return conjunction(
                granted, told, negation(self._believed(claim, step.view_after(outcome), believer, until))
            )

        return self._finding(Goal.GRANT, claim, broken, (believer, until))

    def still_believed(self, claim: Exclusive) -> Finding:
        """Whether no step takes a right away from a client that still believes."""
        believer, until = _belief("kept")

        def broken(step: Step, outcome: Outcome) -> Condition:
            held = self._believed(claim, step.view_before(), believer, until)
            lasts = step.before.now < until.term
            now_otherwise = disjunction(
                _grants(step, outcome, claim, believer), _gives_up(step, outcome, claim, believer)
            )
            own = conjunction(step.subject is not Subject.ANOTHER, now_otherwise)
            after = self._believed(claim, step.view_after(outcome), believer, until)
            return conjunction(held, lasts, negation(own), negation(after))

        return self._finding(Goal.STEP, claim, broken, (believer, until))

    def possible(self, step: Step, condition: Condition) -> Reply:
        """Whether a condition on a step may hold in a state in which all claims hold."""
        return self._questions[self.steps.index(step)].possible(condition)

    def holds(self, claim: StateClaim, view: View) -> Condition:
        """Whether `claim` holds of the row that is looked at."""
        return holds_of(claim, self.translator, self._steps, view)

    def _assumed(self, step: Step) -> list[Condition]:
        views = [step.before.at(row) for row in step.before.rows] or [step.before]
        return [*step.assumed, *(self.holds(claim, view) for claim in self.claims for view in views)]

    def _believed(self, claim: Exclusive, view: View, believer: Symbolic, until: Symbolic) -> Condition:
        return self.translator.holds(claim.invariant, replace(view, believer=believer, believed_until=until))

    def _finding(
        self, goal: Goal, claim: Claim, broken: object, belief: tuple[Symbolic, Symbolic] | None = None
    ) -> Finding:
        started_s = time.monotonic()
        assert callable(broken)
        verdict, reason, found = Verdict.LAWFUL, None, None
        try:
            for step, question in zip(self.steps, self._questions, strict=True):
                goals = [conjunction(outcome.condition, broken(step, outcome)) for outcome in step.outcomes]
                reply = question.possible(disjunction(*goals), wanted=self._wanted(claim, step, belief or ()))
                if reply.satisfiable is None:
                    verdict, reason = Verdict.INCONCLUSIVE, reply.reason
                elif reply.satisfiable:
                    verdict, reason, found = self._counterexample(claim, step, goals, reply, belief)
                    break
        except Untranslatable as error:
            verdict, reason = Verdict.INCONCLUSIVE, f"this cannot be said to the solver: {error}"
        took_s = time.monotonic() - started_s
        return Finding(
            self.table.name, goal, claim.clause, claim.sentence, self.function.name, verdict, took_s, reason, found
        )

    def _wanted(self, claim: Claim, step: Step, belief: tuple[Symbolic, ...]) -> Iterator[Condition]:
        """What makes a counterexample easy to read: the rows that are looked at are all that there are."""
        if isinstance(claim, Kept):
            yield others_before(step) == others_looked_at(step, self.translator)
        yield from readable(self.translator, step.before, belief)

    def _counterexample(
        self,
        claim: Claim,
        step: Step,
        goals: Sequence[Condition],
        reply: Reply,
        belief: tuple[Symbolic, Symbolic] | None,
    ) -> tuple[Verdict, str | None, Counterexample | None]:
        """What the solver found, run by the model; it breaks the claim only where the model says so too."""
        assert reply.model is not None
        reader = Reader(self.translator, reply.model)
        outcome = next(one for one, goal in zip(step.outcomes, goals, strict=True) if reader.true(goal))
        try:
            found = self._read(claim, step, reader, belief)
            again = replayed(self.table, claim, found, reader.answer(outcome))
            if again is None and outcome.droppings:
                found = replace(found, before=reader.with_rows_ahead(found.before, step, outcome))
                again = replayed(self.table, claim, found, reader.answer(outcome))
        except NotConcrete as error:
            return Verdict.INCONCLUSIVE, f"what the solver found cannot be written out: {error}", None
        if again is None:
            return Verdict.INCONCLUSIVE, NOT_IN_THE_MODEL, found
        return Verdict.VIOLATION, None, again

    def _read(
        self, claim: Claim, step: Step, reader: Reader, belief: tuple[Symbolic, Symbolic] | None
    ) -> Counterexample:
        beliefs: tuple[Belief, ...] = ()
        call = reader.call(step)
        if belief is not None and isinstance(claim, Exclusive):
            number = reader.integer(belief[0].term)
            beliefs = (Belief(reader.text(number, claim.believer), reader.integer(belief[1].term)),)
        return Counterexample(
            reader.integer(step.before.now),
            reader.integer(self.translator.clock_error_ns),
            reader.state(step.before),
            None if step.watched is None else reader.key(step.watched),
            call,
            beliefs=beliefs,
        )


def proofs(
    table: Table, provers: Sequence[FunctionProver], claims: Sequence[StateClaim], seconds: float
) -> Iterator[Finding]:
    """Every claim about `table`, proved, broken or open, as they come out."""
    for claim in claims:
        yield _initial(table, claim, seconds)
        if depends_on_time(claim, table):
            yield _while_time_passes(table, claim, claims, seconds)
    for one in table.properties:
        if isinstance(one, Exclusive):
            yield _exclusion(table, one, claims, seconds)
    for prover in provers:
        yield from _of_function(prover)


def _of_function(prover: FunctionProver) -> Iterator[Finding]:
    for claim in prover.claims:
        yield prover.preserved(claim)
    for one in prover.table.properties:
        if isinstance(one, StepProperty) and (not one.of or prover.function.name in one.of):
            yield prover.kept(one)
        elif isinstance(one, Kept) and prover.function.name in one.of:
            yield prover.bounded(one)
        elif isinstance(one, Exclusive):
            if prover.function.name in one.granted_by:
                yield prover.granted(one)
            yield prover.still_believed(one)


def claims_of(table: Table, seconds: float) -> tuple[StateClaim, ...]:
    """What is claimed of every state, without what nobody declared and does not hold."""
    claims = tuple(state_claims(table))
    added = [one for one in claims if isinstance(one, NoneBelowNought)]
    holding = [
        one
        for one in added
        if all(
            FunctionProver(table, function, claims, seconds).preserved(one).verdict is Verdict.LAWFUL
            for function in table.functions
        )
    ]
    return tuple(one for one in claims if one not in added or one in holding)


def _initial(table: Table, claim: StateClaim, seconds: float) -> Finding:
    translator = Translator(table)
    steps = Steps(translator)
    view = steps.initial()
    broken = negation(holds_of(claim, translator, steps, view))
    reply = Question(translator, [], seconds).possible(broken)
    found = None
    if reply.model is not None:
        reader = Reader(translator, reply.model)
        found = Counterexample(0, 0, reader.state(view), None)
    return _answered(table, Goal.INITIAL, claim, reply, found)


def _while_time_passes(table: Table, claim: StateClaim, claims: Sequence[StateClaim], seconds: float) -> Finding:
    translator = Translator(table)
    steps = Steps(translator)
    view, typed = steps.state("time passes")
    later = replace(view, now=z3.Int("later"))
    held = [holds_of(one, translator, steps, view) for one in claims]
    broken = negation(holds_of(claim, translator, steps, later))
    question = Question(translator, [typed, view.now >= 1, later.now >= view.now, *held], seconds)
    reply = question.possible(broken, wanted=readable(translator, view))
    found = None
    if reply.model is not None:
        reader = Reader(translator, reply.model)
        key = None if view.row is None else reader.key(view.row)
        found = Counterexample(reader.integer(later.now), 0, reader.state(view), key)
    return _answered(table, Goal.TIME, claim, reply, found)


def _exclusion(table: Table, claim: Exclusive, claims: Sequence[StateClaim], seconds: float) -> Finding:
    """Whether what the row holds for one believer excludes that it holds the same for another."""
    translator = Translator(table)
    steps = Steps(translator)
    view, typed = steps.state("two believers")
    believers = [_belief("first"), _belief("second")]
    held = [holds_of(one, translator, steps, view) for one in claims]
    both = [
        translator.holds(claim.invariant, replace(view, believer=believer, believed_until=until))
        for believer, until in believers
    ]
    last = [view.now < until.term for _, until in believers]
    (one, _), (other, _) = believers
    question = Question(translator, [typed, view.now >= 1, *held], seconds)
    reply = question.possible(conjunction(*both, *last, negation(equal(one, other))), wanted=readable(translator, view))
    found = None
    if reply.model is not None:
        reader = Reader(translator, reply.model)
        beliefs = tuple(
            Belief(reader.text(reader.integer(who.term), claim.believer), reader.integer(until.term))
            for who, until in believers
        )
        key = None if view.row is None else reader.key(view.row)
        found = Counterexample(reader.integer(view.now), 0, reader.state(view), key, beliefs=beliefs)
    return _answered(table, Goal.EXCLUSION, claim, reply, found)


def _answered(table: Table, goal: Goal, claim: Claim, reply: Reply, found: Counterexample | None) -> Finding:
    if reply.satisfiable is None:
        return Finding(
            table.name, goal, claim.clause, claim.sentence, None, Verdict.INCONCLUSIVE, reply.seconds, reply.reason
        )
    verdict = Verdict.VIOLATION if reply.satisfiable else Verdict.LAWFUL
    return Finding(table.name, goal, claim.clause, claim.sentence, None, verdict, reply.seconds, None, found)


def _belief(name: str) -> tuple[Symbolic, Symbolic]:
    """Any client, and any instant until which it believes."""
    return Symbolic(Kind.TEXT, z3.Int(f"{name} believer")), Symbolic(Kind.INSTANT, z3.Int(f"{name} until"))


def _grants(step: Step, outcome: Outcome, claim: Exclusive, believer: Symbolic) -> Condition:
    """Whether the answer tells the believer that the right is theirs."""
    if step.function.name not in claim.granted_by:
        return False
    refused = disjunction(outcome.answer.null, equal(outcome.answer, _FALSE))
    return conjunction(negation(refused), equal(step.before.arguments[claim.believer], believer))


def _gives_up(step: Step, outcome: Outcome, claim: Exclusive, believer: Symbolic) -> Condition:
    if step.function.name not in claim.given_up_by:
        return False
    return conjunction(equal(outcome.answer, _TRUE), equal(step.before.arguments[claim.believer], believer))


_TRUE = Symbolic(Kind.BOOLEAN, z3.BoolVal(True))
_FALSE = Symbolic(Kind.BOOLEAN, z3.BoolVal(False))

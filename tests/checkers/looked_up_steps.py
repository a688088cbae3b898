"""Steps of a sequential model, looked up among those that the prover's translation admits.

Each step is pinned down: every row that the translation looks at is one of the rows that are there. The step has to
be admitted, for whichever row is watched; and no other step may be, where the translation leaves nothing open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import z3  # type: ignore[import-untyped]
from tests.agreement.drawing import few_values

from lawful.checkers.proof.containers import parts_of
from lawful.checkers.proof.logic import conjunction, disjunction, negation
from lawful.checkers.proof.steps import Outcome, Step, Steps, Subject
from lawful.checkers.proof.translation import SymbolicRow, Translator
from lawful.checkers.proof.values import Kind, Symbolic
from lawful.models.history import NS_PER_MS
from lawful.models.model import Call, OpenReply, Window, transitions
from lawful.models.task_store.declared import model_of
from lawful.models.task_store.expiry import Expiry
from lawful.models.task_store.state import Row, TableState, Value, key_text
from lawful.models.values import Frozen, Json
from lawful.specs.expression import Sha256
from lawful.specs.field import INSTANT, ORDINAL, Argument, Field
from lawful.specs.function import CountRows, Function, ListRows, OnAnyRow, OnRow
from lawful.specs.table import Table

_DURATIONS_MS = (0, 15, 50, 1000)


@dataclass(frozen=True)
class Taken:
    """A step of the model."""

    function: Function
    before: TableState
    call: Call
    now_ns: int
    answer: Json
    after: TableState


def random_steps(table: Table, seed: int, count: int, clock_error_ns: int = 0) -> Iterator[list[Taken]]:
    """A walk: at each call everything that the model may do, of which it goes on with one."""
    random = Random(seed)
    model = model_of(table, clock_error_ns)
    state: TableState = model.initial()
    now_ms = 1000
    for number in range(count):
        # Of every function something, and of those that change something more.
        changing = [one for one in table.functions if one.changes]
        function = random.choice(changing if random.random() < 0.7 else list(table.functions))
        call = Call(
            function.name,
            {one.name: random.choice(few_values(table, one, _DURATIONS_MS)) for one in function.arguments},
        )
        now_ms += random.choice((1, 10, 40))
        # No instant is that of another step, so nothing ends at the very instant of a step.
        now_ns = now_ms * NS_PER_MS + number
        taken = []
        for step in transitions(model, state, call, Window(now_ns, now_ns)):
            answer, after = step.reply, step.state
            if isinstance(answer, OpenReply):
                answer = _chosen(step.reply, random)
                after = answer_after(step.reply, answer)
            taken.append(Taken(function, state, call, now_ns, answer, after))
        yield taken
        state = _pinned(random.choice(taken).after)


def answer_after(reply: Any, answer: Json) -> TableState:
    after = reply.state_after(answer)
    assert isinstance(after, TableState)
    return after


def _chosen(reply: Any, random: Random) -> int:
    """An integer that the model admits."""
    return next(number for number in range(random.randrange(3), 10_000) if reply.state_after(number) is not None)


def _pinned(state: TableState) -> TableState:
    """The state with each grant ending at one instant."""
    rows = state.rows
    for key, row in rows.items():
        rows = rows.put(key, _at_earliest(row))
    return TableState(_at_earliest(state.beside), rows)


def _at_earliest(row: Row) -> Row:
    return Row(
        row.names,
        tuple(Expiry(one.earliest_ns, one.earliest_ns) if isinstance(one, Expiry) else one for one in row.values),
    )


class Lookup:
    """Looks up steps of one table."""

    def __init__(self, table: Table, clock_error_ns: int = 0) -> None:
        self.table = table
        self._fields = (*table.row_key, *table.fields)
        self._translator = Translator(table)
        self._clock = self._translator.clock_error_ns == clock_error_ns
        steps = Steps(self._translator)
        self._steps = {function.name: steps.of(function) for function in table.functions}
        self._digests = any(isinstance(part, Sha256) for part in parts_of(table))

    def admits(self, taken: Taken) -> bool:
        """Whether the step is among those of the translation, for every row that may be watched."""
        return all(
            self._possible(step, taken, watched, self._same(step, taken, watched))
            for step, watched in self._choices(taken)
        )

    def admits_another(self, taken: list[Taken]) -> bool:
        """Whether the translation admits a step that the model does not have."""
        first = taken[0]
        for step, watched in self._choices(first):
            others = [negation(self._same(step, one, watched)) for one in taken]
            reached = disjunction(*(outcome.condition for outcome in step.outcomes))
            if self._possible(step, first, watched, conjunction(reached, *others)):
                return True
        return False

    def _choices(self, taken: Taken) -> Iterator[tuple[Step, str | None]]:
        """The steps of the translation that it may be, each with the key of the row to watch."""
        subject = self._subject(taken)
        there: list[str | None] = [key for key, _ in taken.before.rows.items()]
        for step in self._steps[taken.function.name]:
            match step.subject:
                case Subject.NONE:
                    for watched in there or [None]:
                        yield step, watched
                case Subject.WATCHED if subject is not None:
                    yield step, subject
                case Subject.ANOTHER if subject is not None:
                    for watched in there:
                        if watched != subject:
                            yield step, watched

    def _subject(self, taken: Taken) -> str | None:
        """The row that the call is on."""
        body = taken.function.body
        if isinstance(body, OnRow):
            functions = model_of(self.table).functions  # type: ignore[union-attr]
            situation = functions.situation(taken.before, taken.call, None)
            return key_text(functions.key_of(body, situation))
        if isinstance(body, OnAnyRow) and isinstance(taken.answer, Mapping):
            return key_text([taken.answer[field.name] for field in self.table.row_key])  # type: ignore[misc]
        return None

    def _possible(self, step: Step, taken: Taken, watched: str | None, goal: Any) -> bool:
        solver = z3.Solver()
        pinned = [self._clock, step.before.now == taken.now_ns, *step.assumed, goal]
        pinned += [
            self._is(one, step.before.arguments[one.name], taken.call.arguments[one.name])
            for one in taken.function.arguments
        ]
        pinned += [
            self._is(one, step.before.beside[one.name], taken.before.beside.get(one.name)) for one in self.table.beside
        ]
        pinned += list(self._rows_are(step, taken, watched))
        pinned += list(self._digests_of(taken))
        solver.add(*pinned, *self._translator.facts(), *self._known_containers())
        found = solver.check()
        assert found != z3.unknown
        return bool(found == z3.sat)

    def _rows_are(self, step: Step, taken: Taken, watched: str | None) -> Iterator[Any]:
        """Each row that the translation looks at is one that is there, or none."""
        named = {0: watched, **({1: self._subject(taken)} if step.subject is Subject.ANOTHER else {})}
        for number, row in enumerate(step.before.rows):
            if number in named:
                yield self._row_is(row, taken.before, named[number])
            else:
                others = [key for key, _ in taken.before.rows.items() if key not in named.values()]
                yield disjunction(negation(row.present), *(self._row_is(row, taken.before, key) for key in others))

    def _same(self, step: Step, taken: Taken, watched: str | None) -> Any:
        """Whether the answer and what is seen of the state after are those of the model."""
        return disjunction(
            *(
                conjunction(outcome.condition, self._outcome_is(step, outcome, taken, watched))
                for outcome in step.outcomes
            )
        )

    def _outcome_is(self, step: Step, outcome: Outcome, taken: Taken, watched: str | None) -> Any:
        same = [self._is(one, outcome.beside[one.name], taken.after.beside.get(one.name)) for one in self.table.beside]
        if outcome.rows:
            same.append(self._row_is(outcome.rows[0], taken.after, watched))
        if not isinstance(step.function.body, ListRows | CountRows):
            same.append(self._answer_is(outcome.answer, taken.answer))
        return conjunction(*same)

    def _row_is(self, row: SymbolicRow, state: TableState, key: str | None) -> Any:
        held = None if key is None else state.rows.get(key)
        if held is None:
            return negation(row.present)
        values = [self._is(field, row.values[field.name], held.get(field.name)) for field in self._fields]
        return conjunction(row.present, *values)

    def _is(self, declared: Field | Argument, symbolic: Symbolic, value: Value | Json) -> Any:
        if declared.type == ORDINAL:
            return True  # the model counts anew from 1: only the order matters
        if isinstance(value, Frozen):
            value = value.value
        if value is None:
            return symbolic.null
        if declared.type == INSTANT:
            assert isinstance(value, Expiry)
            within = conjunction(symbolic.term >= value.earliest_ns, symbolic.term <= value.latest_ns)
            return conjunction(negation(symbolic.null), within)
        return conjunction(negation(symbolic.null), symbolic.term == self._term(symbolic.kind, value))

    def _answer_is(self, answer: Symbolic, value: Json) -> Any:
        if value is None:
            return answer.null if answer.kind is not Kind.RECORD else False
        if answer.kind is Kind.NULL:
            return False
        if answer.kind is Kind.RECORD:
            if not isinstance(value, Mapping) or value.keys() != answer.members.keys():
                return False
            return conjunction(*(self._answer_is(one, value[name]) for name, one in answer.members.items()))
        if isinstance(value, bool) != (answer.kind is Kind.BOOLEAN):
            return False
        return conjunction(negation(answer.null), answer.term == self._term(answer.kind, value))

    def _term(self, kind: Kind, value: Any) -> Any:
        if kind in (Kind.BOOLEAN, Kind.INTEGER):
            return value
        return self._translator.codes.number(value)

    def _digests_of(self, taken: Taken) -> Iterator[Any]:
        if not self._digests:
            return
        digest = z3.Function("sha256", z3.IntSort(), z3.IntSort())
        codes = self._translator.codes
        for value in taken.call.arguments.values():
            if isinstance(value, str):
                yield digest(codes.number(value)) == codes.number(hashlib.sha256(value.encode()).hexdigest())

    def _known_containers(self) -> Iterator[Any]:
        """What the prover calls facts, of each object and array that occurs."""
        containers, codes = self._translator.containers, self._translator.codes
        for number, value in codes.constants():
            term = z3.IntVal(number)
            if isinstance(value, list | tuple):
                yield containers.length(term) == len(value)
                for name in containers.summed:
                    numbers = [item[name] for item in value if isinstance(item, Mapping)]
                    yield containers.sum(name)(term) == sum(numbers)
                    yield containers.none_below_nought(name)(term) == all(one >= 0 for one in numbers)
            elif isinstance(value, Mapping) and all(isinstance(one, Mapping) for one in value.values()):
                for name, constants in containers.asked.items():
                    held = [member.get(name) for member in value.values() if isinstance(member, Mapping)]
                    for one in constants:
                        yield containers.holds(name, one)(term) == (one in held)
                    yield containers.holds(name, None)(term) == any(one not in constants for one in held)
                has_member = z3.Function("has member", z3.IntSort(), z3.IntSort(), z3.BoolSort())
                for other, key in codes.constants():
                    if isinstance(key, str):
                        yield has_member(term, z3.IntVal(other)) == (key in value)

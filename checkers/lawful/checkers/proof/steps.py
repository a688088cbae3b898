"""A step of a table: any call of one function, in any state, at any instant, as seen by one row.

A proof watches one row, and stands for every row as nothing tells it from others. A call on the row that its
arguments name, or that the store chooses, either is on the watched row or on another one; both are looked at. Of all
other rows one more is there for each condition on some row: where the condition holds because of neither of these two,
it is the one for which it holds. That makes two or three rows stand for any number of them.

How many rows come before a row in an order cannot be seen from three rows, so a row's rank is any number that agrees
with the order of those that are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.containers import parts_of
from lawful.checkers.proof.dropping import Dropping, dropped_by
from lawful.checkers.proof.logic import Condition, conjunction, disjunction, implication, negation
from lawful.checkers.proof.translation import SymbolicRow, Translator, View
from lawful.checkers.proof.values import (
    NULL,
    Kind,
    Symbolic,
    Untranslatable,
    arbitrary,
    as_stored,
    equal,
    well_typed,
)
from lawful.specs.expression import AnyRow
from lawful.specs.function import (
    AnyAbove,
    Case,
    CountRows,
    Delete,
    DeleteRows,
    Effect,
    Function,
    Insert,
    KeepGreatest,
    ListRows,
    OnAnyRow,
    OnRow,
    OnWhole,
    Reply,
    Shown,
    Update,
)
from lawful.specs.property import Kept
from lawful.specs.table import Table


class Subject(StrEnum):
    """Which row a call is on."""

    WATCHED = "the watched row"
    ANOTHER = "another row"
    NONE = "no row"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a call leads to under one condition."""

    condition: Condition
    answer: Symbolic
    rows: tuple[SymbolicRow, ...]
    beside: Mapping[str, Symbolic]
    case: Case | None = None
    droppings: tuple[Dropping, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Any call of one function. The watched row is the first of the rows, where the table has rows."""

    function: Function
    subject: Subject
    before: View
    assumed: tuple[Condition, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def watched(self) -> SymbolicRow | None:
        return self.before.rows[0] if self.before.rows else None

    def view_before(self) -> View:
        """What the watched row looks like before the step."""
        return self.before.at(self.watched)

    def view_after(self, outcome: Outcome) -> View:
        """What it looks like after it, at the same instant."""
        row = outcome.rows[0] if outcome.rows else None
        return replace(
            self.before,
            beside=outcome.beside,
            rows=outcome.rows,
            row=row,
            answer=outcome.answer,
            earlier=self.view_before(),
        )


class Steps:
    """Makes the steps of one table."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._table = translator.table
        self._row_fields = (*self._table.row_key, *self._table.fields)
        # A claim about which rows go compares two rows with each other, besides the one that the call makes.
        self._counted = {name for one in self._table.properties if isinstance(one, Kept) for name in one.of}

    def of(self, function: Function) -> tuple[Step, ...]:
        """The steps of a function: one for each row that it may be on."""
        if not self._table.row_key:
            return (self._step(function, Subject.NONE),)
        if isinstance(function.body, OnRow | OnAnyRow):
            return self._step(function, Subject.WATCHED), self._step(function, Subject.ANOTHER)
        return (self._step(function, Subject.NONE),)

    def state(self, name: str) -> tuple[View, Condition]:
        """Any state with one row that is looked at, and that its values are of their types."""
        row = self._row(f"{name} row") if self._table.row_key else None
        view = View(z3.Int(f"{name} now"), self._beside(name), {}, () if row is None else (row,), row)
        return view, self.well_typed(view)

    def well_typed(self, view: View) -> Condition:
        """Whether what stands beside the rows, and the row that is looked at, hold values of their types."""
        codes = self._translator.codes
        beside = [well_typed(field, view.beside[field.name], codes) for field in self._table.beside]
        if view.row is None:
            return conjunction(*beside)
        row = [well_typed(field, view.row.values[field.name], codes) for field in self._row_fields]
        return conjunction(*beside, implication(view.row.present, conjunction(*row)))

    def initial(self) -> View:
        """The table at first: no rows, and the constants that stand beside them."""
        nothing = View(z3.Int("first now"), {}, {})
        beside = {
            field.name: as_stored(field, self._translator.value(field.initially, nothing))
            for field in self._table.beside
        }
        row = SymbolicRow(False, self._row("first row").values) if self._table.row_key else None
        return View(nothing.now, beside, {}, (), row)

    def _step(self, function: Function, subject: Subject) -> Step:
        name = f"{function.name} on {subject}"
        arguments = {one.name: arbitrary(one, f"{name}: argument {one.name}") for one in function.arguments}
        now = z3.Int(f"{name}: now")
        before = View(now, self._beside(name), arguments)
        rows, chosen = self._rows(function, subject, before, name)
        before = replace(before, rows=rows)
        assumed = [now >= 1, _keys_differ(rows, self._table)]
        assumed += [well_typed(one, arguments[one.name], self._translator.codes) for one in function.arguments]
        assumed += [self.well_typed(before.at(row)) for row in rows] or [self.well_typed(before)]
        outcomes, constraints = self._outcomes(function, before, chosen)
        return Step(function, subject, before, (*assumed, *constraints), outcomes)

    def _rows(
        self, function: Function, subject: Subject, view: View, name: str
    ) -> tuple[tuple[SymbolicRow, ...], int | None]:
        """The rows that are there, and which of them the call is on."""
        if not self._table.row_key:
            return (), None
        rows = [self._row(f"{name}: watched")]
        place = None if subject is Subject.NONE else 0
        if subject is Subject.ANOTHER:
            rows.append(self._row(f"{name}: other"))
            place = 1
        if place is not None and isinstance(function.body, OnRow):
            rows[place] = rows[place].changed(self._key(function.body, view))
        conditions = [part for part in parts_of(function) if isinstance(part, AnyRow)]
        witnesses = len(conditions) + (function.name in self._counted)
        rows += [self._row(f"{name}: witness {number}") for number in range(witnesses)]
        return tuple(rows), place

    def _key(self, body: OnRow, view: View) -> dict[str, Symbolic]:
        if body.key:
            values = [self._translator.value(part, view) for part in body.key]
        else:
            values = [view.arguments[field.name] for field in self._table.row_key]
        return {field.name: value for field, value in zip(self._table.row_key, values, strict=True)}

    def _row(self, name: str) -> SymbolicRow:
        values = {field.name: arbitrary(field, f"{name} {field.name}") for field in self._row_fields}
        return SymbolicRow(z3.Bool(f"{name} is there"), values)

    def _beside(self, name: str) -> dict[str, Symbolic]:
        return {field.name: arbitrary(field, f"{name}: {field.name}") for field in self._table.beside}

    # What follows

    def _outcomes(
        self, function: Function, before: View, place: int | None
    ) -> tuple[tuple[Outcome, ...], list[Condition]]:
        match function.body:
            case OnRow(cases) | OnWhole(cases):
                return self._by_case(cases, before, place)
            case OnAnyRow() as body:
                return self._on_any_row(body, before, place)
            case DeleteRows() as body:
                return (self._deleted(body, before),), []
            case ListRows() | CountRows():
                number = z3.Int(self._translator.fresh_name(f"{function.name} answer"))
                answer = Symbolic(Kind.INTEGER if isinstance(function.body, CountRows) else Kind.JSON, number)
                return (Outcome(True, answer, before.rows, before.beside),), [number >= 0]
        raise Untranslatable(f"the body {function.body!r}")

    def _by_case(
        self, cases: Sequence[Case], before: View, place: int | None
    ) -> tuple[tuple[Outcome, ...], list[Condition]]:
        """The first case whose guard holds applies."""
        view = before.at(None if place is None else before.rows[place])
        outcomes: list[Outcome] = []
        constraints: list[Condition] = []
        none_before: Condition = True
        for one in cases:
            guard = self._translator.holds(one.guard, view)
            outcome, further = self._taken(one, conjunction(none_before, guard), view, place)
            outcomes.append(outcome)
            constraints += further
            none_before = conjunction(none_before, negation(guard))
        return tuple(outcomes), constraints

    def _on_any_row(
        self, body: OnAnyRow, before: View, place: int | None
    ) -> tuple[tuple[Outcome, ...], list[Condition]]:
        """Any row may be chosen for which some guard holds, and only where there is none the answer is null."""
        assert place is not None
        view = before.at(before.rows[place])
        outcomes: list[Outcome] = []
        constraints: list[Condition] = []
        for one in body.cases:
            fits = conjunction(self._translator.exists(view), self._translator.holds(one.guard, view))
            outcome, further = self._taken(one, fits, view, place)
            outcomes.append(outcome)
            constraints += further
        none = [negation(self._fits(body, before.at(row))) for row in before.rows]
        outcomes.append(Outcome(conjunction(*none), NULL, before.rows, before.beside))
        return tuple(outcomes), constraints

    def _fits(self, body: OnAnyRow, view: View) -> Condition:
        guards = [self._translator.holds(one.guard, view) for one in body.cases]
        return conjunction(self._translator.exists(view), disjunction(*guards))

    def _deleted(self, body: DeleteRows, before: View) -> Outcome:
        if body.where is None:
            return Outcome(True, NULL, before.rows, before.beside)
        rows = []
        for row in before.rows:
            view = before.at(row)
            goes = conjunction(self._translator.exists(view), self._translator.holds(body.where, view))
            rows.append(SymbolicRow(conjunction(row.present, negation(goes)), row.values))
        number = z3.Int(self._translator.fresh_name("removed"))
        return Outcome(number >= 0, Symbolic(Kind.INTEGER, number), tuple(rows), before.beside)

    def _taken(
        self, taken: Case, condition: Condition, view: View, place: int | None
    ) -> tuple[Outcome, list[Condition]]:
        """What a case leads to: all effects at once, from the values before (see `models.task_store.effects`)."""
        answer, constraints = self._answer(taken.answer, view)
        seen = replace(view, answer=answer)
        beside = dict(view.beside)
        row = None if place is None else view.rows[place]
        inserted = None
        for effect in taken.effects:
            if isinstance(effect, Insert) and row is not None:
                row = inserted = self._inserted(effect, seen, row)
        for effect in taken.effects:
            if isinstance(effect, Update):
                changes = self._assigned(effect, seen)
                row = None if row is None else row.changed(changes)
                beside |= {name: value for name, value in changes.items() if name in beside}
        if row is not None and any(isinstance(effect, Delete) for effect in taken.effects):
            row = SymbolicRow(False, row.values)
        rows = tuple(row if number == place and row is not None else one for number, one in enumerate(view.rows))
        droppings = []
        for effect in taken.effects:
            if isinstance(effect, KeepGreatest):
                dropping = dropped_by(effect, self._translator, seen, place, inserted)
                rows = dropping.after(rows)
                constraints += dropping.constraints()
                droppings.append(dropping)
        return Outcome(condition, answer, rows, beside, taken, tuple(droppings)), constraints

    def _inserted(self, effect: Insert, view: View, row: SymbolicRow) -> SymbolicRow:
        given = dict(effect.values)
        values = {field.name: row.values[field.name] for field in self._table.row_key}
        for field in self._table.fields:
            value = self._translator.value(given.get(field.name, field.initially), view)
            values[field.name] = as_stored(field, value)
        return SymbolicRow(True, values)

    def _assigned(self, effect: Effect, view: View) -> dict[str, Symbolic]:
        assert isinstance(effect, Update)
        fields = {field.name: field for field in (*self._row_fields, *self._table.beside)}
        return {name: as_stored(fields[name], self._translator.value(value, view)) for name, value in effect.values}

    def _answer(self, answer: Reply, view: View) -> tuple[Symbolic, list[Condition]]:
        match answer:
            case AnyAbove(bound):
                number = z3.Int(self._translator.fresh_name("answer"))
                return Symbolic(Kind.INTEGER, number), [number > self._translator.value(bound, view).term]
            case Shown(names):
                fields = self._row_fields if view.row is not None else self._table.beside
                chosen = names or tuple(field.name for field in fields if field.shown)
                members = {field.name: self._translator.value(field, view) for field in fields if field.name in chosen}
                return Symbolic(Kind.RECORD, members=members), []
        return self._translator.value(answer, view), []


def _keys_differ(rows: Sequence[SymbolicRow], table: Table) -> Condition:
    """Rows that are there are different rows; those that are not take no part."""
    differ = []
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            same = [equal(one.values[field.name], other.values[field.name]) for field in table.row_key]
            differ.append(negation(conjunction(*same)))
    return conjunction(*differ)

"""Expressions of a declaration as terms for Z3: what `models.task_store.evaluation` computes, said of any values.

The instant of a step is one number. At the very instant at which a grant ends a store may answer either way, as the
model allows; so each instant carries which way (`Symbolic.tie`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.containers import Containers
from lawful.checkers.proof.logic import Condition, Term, conjunction, disjunction, implication, negation
from lawful.checkers.proof.values import (
    KIND_OF_TYPE,
    Codes,
    Kind,
    Symbolic,
    Untranslatable,
    chosen,
    constant,
    equal,
    ordered,
)
from lawful.models.history import NS_PER_MS
from lawful.specs import expression as x
from lawful.specs.field import ORDINAL, Argument, Field
from lawful.specs.table import Table

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True, eq=False)
class SymbolicRow:
    """A row that may be there or not."""

    present: Condition
    values: Mapping[str, Symbolic]

    def changed(self, values: Mapping[str, Symbolic]) -> SymbolicRow:
        return SymbolicRow(self.present, {name: values.get(name, value) for name, value in self.values.items()})


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What an expression may refer to."""

    now: Term
    beside: Mapping[str, Symbolic]
    arguments: Mapping[str, Symbolic]
    rows: tuple[SymbolicRow, ...] = ()
    """Those that a condition on some row may be about; where none of these is meant, one of them stands for it."""
    row: SymbolicRow | None = None
    """The row that is looked at."""
    answer: Symbolic | None = None
    earlier: View | None = None
    """Before the step."""
    believer: Symbolic | None = None
    believed_until: Symbolic | None = None

    def at(self, row: SymbolicRow | None) -> View:
        """The same, looking at another row."""
        return replace(self, row=row)


class Translator:
    """Translates the expressions of one table. `facts` hold of every step; they grow with what is translated."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.codes = Codes()
        self.containers = Containers(table, self.codes)
        self.clock_error_ns = z3.Int("clock error")
        self._facts: list[Condition] = [self.clock_error_ns >= 0]
        self._named = 0
        self.digests: list[tuple[Term, Term]] = []
        """Texts with their digests."""

    def facts(self) -> list[Condition]:
        return [*self._facts, *self.containers.facts]

    def fresh_name(self, what: str) -> str:
        self._named += 1
        return f"{what} {self._named}"

    def holds(self, guard: x.Expression | None, view: View) -> Condition:
        """Whether `guard` holds; one that is None does."""
        if guard is None:
            return True
        value = self.value(guard, view)
        if value.kind is Kind.NULL:
            return False
        if value.kind is not Kind.BOOLEAN:
            raise Untranslatable(f"a value of kind {value.kind} as a condition")
        term = value.term
        if z3.is_true(term) or z3.is_false(term):
            term = z3.is_true(term)
        return conjunction(negation(value.null), term)

    def exists(self, view: View) -> Condition:
        """Whether the row that is looked at exists and has not expired."""
        if view.row is None:
            return False
        expires = self.table.expires
        if expires is None:
            return view.row.present
        return conjunction(view.row.present, negation(self._passed(expires, view)))

    def value(self, expression: x.Expression, view: View) -> Symbolic:
        """The value of `expression`."""
        match expression:
            case x.Literal(value):
                return constant(value, self.codes)
            case x.EmptyObject():
                return constant({}, self.codes)
            case x.EmptyArray():
                return constant([], self.codes)
            case Argument(name):
                return view.arguments[name]
            case Field():
                return self._field(expression, view)
            case x.Conditional(condition, then, otherwise):
                return chosen(self.holds(condition, view), self.value(then, view), self.value(otherwise, view))
            case x.Answered():
                return _there(view.answer, "an answer")
            case x.Before(before):
                return self.value(before, _there(view.earlier, "a step"))
            case x.Believer():
                return _there(view.believer, "a believer")
            case x.BelievedUntil():
                return _there(view.believed_until, "a believer")
        if isinstance(expression, _CONDITIONS):
            condition = self._condition(expression, view)
            return Symbolic(Kind.BOOLEAN, z3.BoolVal(condition) if isinstance(condition, bool) else condition)
        return self._number(expression, view) or self._container(expression, view)

    def _condition(self, expression: x.Expression, view: View) -> Condition:
        match expression:
            case x.Comparison("=", left, right):
                return equal(self.value(left, view), self.value(right, view))
            case x.Comparison(operator, left, right):
                return ordered(operator, self.value(left, view), self.value(right, view))
            case x.Among(value, values):
                found = self.value(value, view)
                return disjunction(*(equal(found, constant(one, self.codes)) for one in values))
            case x.Both(left, right):
                return conjunction(self.holds(left, view), self.holds(right, view))
            case x.Either(left, right):
                return disjunction(self.holds(left, view), self.holds(right, view))
            case x.Not(value):
                return negation(self.holds(value, view))
            case x.Passed(Field() as instant):
                return self._passed(instant, view)
            case x.Exists():
                return self.exists(view)
            case x.Existed():
                return self.exists(_there(view.earlier, "a step"))
            case x.AnyRow(where):
                return self._any_row(where, view)
            case x.EveryMember(value, name, values):
                return self.containers.every_member(self.value(value, view), name, values)
            case x.SomeMember(value, name, values):
                return self.containers.some_member(self.value(value, view), name, values)
        raise Untranslatable(f"the condition {expression!r}")

    def _number(self, expression: x.Expression, view: View) -> Symbolic | None:
        match expression:
            case x.Sum(left, right):
                return Symbolic(Kind.INTEGER, self.value(left, view).term + self.value(right, view).term)
            case x.Difference(left, right):
                return Symbolic(Kind.INTEGER, self.value(left, view).term - self.value(right, view).term)
            case x.Doubled(value, times, most):
                return _doubled(self.value(value, view).term, self.value(times, view).term, most)
            case x.After(ttl_ms):
                return self._after(self.value(ttl_ms, view), view)
            case x.NextOrdinal():
                return self._next_ordinal(view)
        return None

    def _container(self, expression: x.Expression, view: View) -> Symbolic:
        match expression:
            case x.Record(members):
                return Symbolic(Kind.RECORD, members={name: self.value(value, view) for name, value in members})
            case x.WithMember(value, name, member):
                given = self.value(value, view), self.value(name, view), self.value(member, view)
                return self.containers.with_member(*given)
            case x.WithItem(value, item, most):
                kept = None if most is None else self.value(most, view)
                return self.containers.with_item(self.value(value, view), self.value(item, view), kept)
            case x.FirstItems(value, most):
                return self.containers.first_items(self.value(value, view), self.value(most, view))
            case x.WithoutFirstItems(value, most):
                return self.containers.without_first_items(self.value(value, view), self.value(most, view))
            case x.CountOfItems(value):
                return self.containers.count_of_items(self.value(value, view))
            case x.SumOfItems(value, name):
                return self.containers.sum_of_items(self.value(value, view), name)
            case x.Sha256(text):
                return self._digest(self.value(text, view))
        raise Untranslatable(f"the expression {expression!r}")

    def _field(self, field: Field, view: View) -> Symbolic:
        if field.name in view.beside:
            return view.beside[field.name]
        if view.row is None:
            return Symbolic(KIND_OF_TYPE[field.type], z3.IntVal(0), True, tie=z3.BoolVal(True))
        value = view.row.values[field.name]
        return replace(value, null=disjunction(negation(view.row.present), value.null))

    def _passed(self, field: Field, view: View) -> Condition:
        instant = self._field(field, view)
        at_instant = conjunction(instant.term == view.now, instant.tie)
        return disjunction(instant.null, instant.term < view.now, at_instant)

    def _any_row(self, where: x.Expression, view: View) -> Condition:
        if view.earlier is not None:
            raise Untranslatable("a condition on some row, in a property")
        at_rows = [view.at(row) for row in view.rows]
        return disjunction(*(conjunction(self.exists(one), self.holds(where, one)) for one in at_rows))

    def _after(self, ttl_ms: Symbolic, view: View) -> Symbolic:
        """An instant that is off by no more than the clock of the store may err."""
        name = self.fresh_name("end")
        end, exact = z3.Int(name), view.now + ttl_ms.term * NS_PER_MS
        self._facts += [end >= exact - self.clock_error_ns, end <= exact + self.clock_error_ns]
        return Symbolic(Kind.INSTANT, end, tie=z3.Bool(f"{name} passes at its instant"))

    def _next_ordinal(self, view: View) -> Symbolic:
        (name,) = [field.name for field in self.table.fields if field.type == ORDINAL]
        ordinal = z3.Int(self.fresh_name("ordinal"))
        for row in view.rows:
            self._facts.append(implication(row.present, row.values[name].term < ordinal))
        return Symbolic(Kind.INTEGER, ordinal)

    def _digest(self, text: Symbolic) -> Symbolic:
        """Of equal texts equal; of others anything, though in truth no two texts with one digest are known."""
        digest = z3.Function("sha256", z3.IntSort(), z3.IntSort())(text.term)
        self.digests.append((text.term, digest))
        return Symbolic(Kind.TEXT, digest, text.null)


_CONDITIONS = (
    x.Comparison,
    x.Among,
    x.Both,
    x.Either,
    x.Not,
    x.Passed,
    x.Exists,
    x.Existed,
    x.AnyRow,
    x.EveryMember,
    x.SomeMember,
)


def _there(part: Part | None, what: str) -> Part:
    if part is None:
        raise Untranslatable(f"an expression that needs {what} where there is none")
    return part


def _doubled(value: Term, times: Term, most: int) -> Symbolic:
    doubled = value * (1 << most.bit_length())
    for count in reversed(range(most.bit_length())):
        doubled = z3.If(times <= count, value * (1 << count), doubled)
    return Symbolic(Kind.INTEGER, z3.If(doubled <= most, doubled, z3.IntVal(most)))

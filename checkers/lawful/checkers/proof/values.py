"""Values of fields and arguments as Z3 sees them: a term, and whether it is null.

Integers and instants (nanoseconds) are integers without bounds. Texts are integers as well, a constant one a number of
its own: only whether two texts are equal is asked, so any two that are not constants are told apart by their numbers.
Objects, arrays and values of type `any` are numbers too, about which `containers` knows facts. A record is an object
whose members are known one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.logic import Condition, Term, choice, conjunction, disjunction, negation
from lawful.models.values import Json, canonical
from lawful.specs.field import INSTANT, ORDINAL, Argument, Field


class Kind(StrEnum):
    """What a value is."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    TEXT = "text"
    INSTANT = "instant"
    JSON = "json"
    RECORD = "record"
    NULL = "null"


KIND_OF_TYPE = {
    "boolean": Kind.BOOLEAN,
    "integer": Kind.INTEGER,
    ORDINAL: Kind.INTEGER,
    "string": Kind.TEXT,
    INSTANT: Kind.INSTANT,
    "any": Kind.JSON,
    "object": Kind.JSON,
    "array": Kind.JSON,
}


class Untranslatable(Exception):
    """A declaration says something that the translation has no meaning for."""


@dataclass(frozen=True, slots=True, eq=False)
class Symbolic:
    """A value that may be any one of its kind."""

    kind: Kind
    term: Term = None
    null: Condition = False
    members: Mapping[str, Symbolic] = field(default_factory=dict)
    """Of a record."""
    tie: Term = None
    """Of an instant: whether it counts as passed at the very instant that it names."""


NULL = Symbolic(Kind.NULL, null=True)


class Codes:
    """The numbers that stand for texts and for JSON values."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._values: list[Json] = []
        self.empty_object = self.number({})
        self.empty_array = self.number([])

    def number(self, value: Json) -> int:
        """The number of a constant."""
        text = canonical(value)
        if text not in self._numbers:
            self._numbers[text] = len(self._values)
            self._values.append(value)
        return self._numbers[text]

    def constant(self, number: int) -> Json:
        """The constant of a number; raises LookupError for the number of no constant."""
        if not 0 <= number < len(self._values):
            raise LookupError(number)
        return self._values[number]

    def constants(self) -> Iterator[tuple[int, Json]]:
        """Every constant with its number."""
        yield from enumerate(self._values)

    def known(self, number: int) -> bool:
        return 0 <= number < len(self._values)


def constant(value: Json, codes: Codes) -> Symbolic:
    """A scalar of a declaration or of a concrete call."""
    match value:
        case None:
            return NULL
        case bool():
            return Symbolic(Kind.BOOLEAN, z3.BoolVal(value))
        case int():
            return Symbolic(Kind.INTEGER, z3.IntVal(value))
        case str():
            return Symbolic(Kind.TEXT, z3.IntVal(codes.number(value)))
    return Symbolic(Kind.JSON, z3.IntVal(codes.number(value)))


def arbitrary(declared: Field | Argument, name: str) -> Symbolic:
    """Any value of the declared type (see `well_typed`); `name` tells its term apart from others."""
    kind = KIND_OF_TYPE[declared.type]
    null = z3.Bool(f"{name} is null") if may_be_null(declared) else False
    term = z3.Bool(name) if kind is Kind.BOOLEAN else z3.Int(name)
    tie = z3.Bool(f"{name} passes at its instant") if kind is Kind.INSTANT else None
    return Symbolic(kind, term, null, tie=tie)


def may_be_null(declared: Field | Argument) -> bool:
    return declared.nullable or declared.type == "any"


def well_typed(declared: Field | Argument, value: Symbolic, codes: Codes) -> Condition:
    """Whether `value` is one that the declared type has."""
    allowed: list[Condition] = [] if may_be_null(declared) else [negation(value.null)]
    if declared.values:
        among = [value.term == codes.number(one) for one in declared.values]
        allowed.append(disjunction(value.null, *among))
    return conjunction(*allowed)


def as_stored(declared: Field, value: Symbolic) -> Symbolic:
    """`value` in the kind that the field has."""
    kind = KIND_OF_TYPE[declared.type]
    if value.kind is kind:
        return value
    if value.kind is Kind.NULL:
        term = z3.BoolVal(False) if kind is Kind.BOOLEAN else z3.IntVal(0)
        return Symbolic(kind, term, True, tie=z3.BoolVal(True))
    if kind is Kind.JSON:
        return as_json(value)
    raise Untranslatable(f"{declared.name} of type {declared.type} set to a value of kind {value.kind}")


def as_json(value: Symbolic) -> Symbolic:
    """A value of another kind as one of type `any`. Equal values have equal numbers; more is not known of them."""
    if value.kind is Kind.JSON:
        return value
    if value.kind is Kind.RECORD:
        return Symbolic(Kind.JSON, _record_number(value), value.null)
    if value.kind is Kind.NULL:
        return Symbolic(Kind.JSON, z3.IntVal(0), True)
    sort = z3.BoolSort() if value.kind is Kind.BOOLEAN else z3.IntSort()
    return Symbolic(Kind.JSON, z3.Function(f"{value.kind} as json", sort, z3.IntSort())(value.term), value.null)


def _record_number(value: Symbolic) -> Term:
    parts: list[Term] = []
    for name in sorted(value.members):
        member = as_json(value.members[name])
        parts += [member.term, member.null if not isinstance(member.null, bool) else z3.BoolVal(member.null)]
    shape = ", ".join(sorted(value.members))
    if not parts:
        return z3.IntVal(0)
    return z3.Function(f"record of {shape}", *(part.sort() for part in parts), z3.IntSort())(*parts)


def equal(left: Symbolic, right: Symbolic) -> Condition:
    """Whether two values are the same in type and value, as JSON compares; null is a value like any other."""
    both_null = conjunction(left.null, right.null)
    if Kind.NULL in (left.kind, right.kind):
        return both_null
    neither = conjunction(negation(left.null), negation(right.null))
    if left.kind is right.kind is Kind.RECORD:
        if left.members.keys() != right.members.keys():
            return both_null
        return disjunction(
            both_null, conjunction(neither, *(equal(left.members[name], right.members[name]) for name in left.members))
        )
    if Kind.JSON in (left.kind, right.kind):
        left, right = as_json(left), as_json(right)
    elif left.kind is not right.kind and {left.kind, right.kind} != {Kind.INTEGER, Kind.INSTANT}:
        return both_null
    return disjunction(both_null, conjunction(neither, left.term == right.term))


def ordered(operator: str, left: Symbolic, right: Symbolic) -> Condition:
    """`<` or `<=` of two numbers; false where one is null."""
    numbers = (Kind.INTEGER, Kind.INSTANT)
    if Kind.NULL in (left.kind, right.kind):
        return False
    if left.kind not in numbers or right.kind not in numbers:
        raise Untranslatable(f"the order of values of kind {left.kind} and {right.kind}")
    compared = left.term < right.term if operator == "<" else left.term <= right.term
    return conjunction(negation(left.null), negation(right.null), compared)


def chosen(condition: Condition, then: Symbolic, otherwise: Symbolic) -> Symbolic:
    """One of two values."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    null = choice(condition, _term(then.null), _term(otherwise.null))
    if Kind.NULL in (then.kind, otherwise.kind):
        known = otherwise if then.kind is Kind.NULL else then
        return Symbolic(known.kind, known.term, null, known.members, known.tie)
    if then.kind is not otherwise.kind:
        then, otherwise = as_json(then), as_json(otherwise)
    if then.kind is Kind.RECORD:
        if then.members.keys() != otherwise.members.keys():
            return chosen(condition, as_json(then), as_json(otherwise))
        members = {name: chosen(condition, one, otherwise.members[name]) for name, one in then.members.items()}
        return Symbolic(Kind.RECORD, None, null, members)
    tie = None if then.kind is not Kind.INSTANT else choice(condition, then.tie, otherwise.tie)
    return Symbolic(then.kind, choice(condition, then.term, otherwise.term), null, tie=tie)


def _term(condition: Condition) -> Term:
    return z3.BoolVal(condition) if isinstance(condition, bool) else condition

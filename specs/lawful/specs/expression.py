"""Expressions over fields and arguments: the language in which guards, effects and properties are declared.

An expression is data and has no value of its own. The sequential model evaluates it, the prover translates it for a
solver, the documentation words it, and a broken twin is the same declaration with one expression changed.

Null is a value like any other for `is_`; the order of null and anything else is false.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

Scalar: TypeAlias = bool | int | str | None


class Expression:
    """What has a value once fields and arguments have theirs."""

    def is_(self, other: Operand) -> Expression:
        return Comparison("=", self, operand(other))

    def is_not(self, other: Operand) -> Expression:
        return Not(self.is_(other))

    def is_in(self, values: Iterable[Scalar]) -> Expression:
        return Among(self, tuple(sorted(values, key=repr)))

    def below(self, other: Operand) -> Expression:
        return Comparison("<", self, operand(other))

    def at_most(self, other: Operand) -> Expression:
        return Comparison("<=", self, operand(other))

    def above(self, other: Operand) -> Expression:
        return Comparison("<", operand(other), self)

    def at_least(self, other: Operand) -> Expression:
        return Comparison("<=", operand(other), self)

    def __and__(self, other: Expression) -> Expression:
        return Both(self, other)

    def __or__(self, other: Expression) -> Expression:
        return Either(self, other)

    def __invert__(self) -> Expression:
        return Not(self)

    def __add__(self, other: Operand) -> Expression:
        return Sum(self, operand(other))

    def __sub__(self, other: Operand) -> Expression:
        return Difference(self, operand(other))


Operand: TypeAlias = Expression | Scalar


def operand(value: Operand) -> Expression:
    """The value as an expression."""
    return value if isinstance(value, Expression) else Literal(value)


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A constant."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class EmptyObject(Expression):
    """The object without members."""


@dataclass(frozen=True, slots=True)
class EmptyArray(Expression):
    """The array without items."""


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """`=`, `<` or `<=`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Among(Expression):
    """Whether a value is one of these."""

    value: Expression
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Both(Expression):
    """The second is not looked at where the first is false."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Either(Expression):
    """The second is not looked at where the first is true."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """The opposite."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Sum(Expression):
    """Of two integers."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Difference(Expression):
    """Of two integers."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Doubled(Expression):
    """An integer, doubled a number of times, up to a limit."""

    value: Expression
    times: Expression
    most: int


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    """One of two values."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Passed(Expression):
    """Whether an instant has passed; one that is null has."""

    instant: Expression


@dataclass(frozen=True, slots=True)
class After(Expression):
    """The instant that is so many milliseconds from now, by the store's clock."""

    ttl_ms: Expression


@dataclass(frozen=True, slots=True)
class Exists(Expression):
    """Whether the row that the call names exists."""


@dataclass(frozen=True, slots=True)
class Answered(Expression):
    """The answer that was given: in the effects of a function whose answer is open, and in properties."""


@dataclass(frozen=True, slots=True)
class Before(Expression):
    """What a field held before the step; only in properties."""

    field: Expression


@dataclass(frozen=True, slots=True)
class Existed(Expression):
    """Whether the row existed before the step; only in properties."""


@dataclass(frozen=True, slots=True)
class AnyRow(Expression):
    """Whether the table has a row for which `where` holds."""

    where: Expression


@dataclass(frozen=True, slots=True)
class NextOrdinal(Expression):
    """A number above that of every row in the same field: the order in which rows were last used."""


@dataclass(frozen=True, slots=True)
class Record(Expression):
    """An object with these members."""

    members: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class WithMember(Expression):
    """An object with one member added or replaced."""

    value: Expression
    name: Expression
    member: Expression


@dataclass(frozen=True, slots=True)
class EveryMember(Expression):
    """Whether in every member of an object, itself an object, the value under `name` is one of these."""

    value: Expression
    name: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class SomeMember(Expression):
    """Whether in some member of an object, itself an object, the value under `name` is one of these."""

    value: Expression
    name: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class WithItem(Expression):
    """An array with one more item at its end; of more than `most` items the first go. None: no limit."""

    value: Expression
    item: Expression
    most: Expression | None = None


@dataclass(frozen=True, slots=True)
class FirstItems(Expression):
    """The first items of an array, at most so many."""

    value: Expression
    most: Expression


@dataclass(frozen=True, slots=True)
class WithoutFirstItems(Expression):
    """An array without its first items, at most so many."""

    value: Expression
    most: Expression


@dataclass(frozen=True, slots=True)
class CountOfItems(Expression):
    """How many items an array has."""

    value: Expression


@dataclass(frozen=True, slots=True)
class SumOfItems(Expression):
    """The sum, over the items of an array of objects, of the integers under `name`."""

    value: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Sha256(Expression):
    """The digest of a text in UTF-8, as 64 hexadecimal digits."""

    text: Expression


@dataclass(frozen=True, slots=True)
class Believer(Expression):
    """In the invariant of an exclusive right: one who was told that the right is theirs (see `property.Exclusive`)."""


@dataclass(frozen=True, slots=True)
class BelievedUntil(Expression):
    """In the invariant of an exclusive right: until when the believer was told so."""


EXISTS = Exists()
EXISTED = Existed()
ANSWER = Answered()
BELIEVER = Believer()
BELIEVED_UNTIL = BelievedUntil()
NEXT_ORDINAL = NextOrdinal()
EMPTY_OBJECT = EmptyObject()
EMPTY_ARRAY = EmptyArray()


def record(**members: Operand) -> Record:
    """An object with these members."""
    return Record(tuple((name, operand(value)) for name, value in members.items()))

"""First-order logic with sorts: the language in which transition systems are written.

An expression is data. The prover translates it for a solver, with quantifiers or spelt out over small domains, and
`structure` evaluates it. Quantifiers take a callable, so a variable belongs to its quantifier alone: whatever is put
in for a parameter, no variable is captured.

>>> server, leads = Sort("server"), Symbol("leads", (Sort("server"),), TRUTH)
>>> print(every((server, server), lambda one, other: implies(leads(one) & leads(other), one.is_(other))))
every one, other: (not (leads(one) and leads(other)) or one = other)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of things: of any number of them in a proof, of a few in a search."""

    name: str


TRUTH = Sort("truth value")


class Expression:
    """A term, or a formula where its sort is `TRUTH`."""

    __slots__ = ()

    @property
    def sort(self) -> Sort:
        return TRUTH

    def parts_within(self) -> tuple[Expression, ...]:
        """What it is made of, one level down."""
        match self:
            case Application(_, parts) | Junction(_, parts):
                return parts
            case Equality(left, right):
                return left, right
            case Choice(condition, yes, no):
                return condition, yes, no
            case Negation(part) | Quantified(_, _, part):
                return (part,)
        return ()

    def is_(self, other: Expression) -> Expression:
        return Equality(self, other)

    def is_not(self, other: Expression) -> Expression:
        return Negation(Equality(self, other))

    def __and__(self, other: Expression) -> Expression:
        return all_of(self, other)

    def __or__(self, other: Expression) -> Expression:
        return any_of(self, other)

    def __invert__(self) -> Expression:
        return Negation(self)


Callables: TypeAlias = Callable[..., Expression]
"""A function or relation of a state: a symbol, or what an action makes of one."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A function (a relation where `result` is `TRUTH`, a constant where it takes nothing)."""

    name: str
    arguments: tuple[Sort, ...]
    result: Sort = TRUTH

    def __call__(self, *arguments: Expression) -> Expression:
        given = tuple(one.sort for one in arguments)
        if given != self.arguments:
            raise TypeError(f"{self.name} takes {_names(self.arguments)}, not {_names(given)}")
        return Application(self, arguments)


def _names(sorts: Sequence[Sort]) -> str:
    return f"({', '.join(one.name for one in sorts)})"


@dataclass(frozen=True, slots=True, eq=False)
class Variable(Expression):
    """What a quantifier or an action ranges over. Two of one name are two variables."""

    name: str
    of: Sort

    @property
    def sort(self) -> Sort:
        return self.of

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, eq=False)
class Application(Expression):
    """A symbol at its arguments."""

    symbol: Symbol
    arguments: tuple[Expression, ...]

    @property
    def sort(self) -> Sort:
        return self.symbol.result

    def __str__(self) -> str:
        inner = ", ".join(map(str, self.arguments))
        return f"{self.symbol.name}({inner})" if self.arguments else self.symbol.name


@dataclass(frozen=True, slots=True, eq=False)
class Equality(Expression):
    """Both sides are the same."""

    left: Expression
    right: Expression

    def __post_init__(self) -> None:
        if self.left.sort != self.right.sort:
            raise TypeError(f"{self.left} is a {self.left.sort.name}, {self.right} a {self.right.sort.name}")

    def __str__(self) -> str:
        return f"{self.left} = {self.right}"


@dataclass(frozen=True, slots=True, eq=False)
class Negation(Expression):
    """It does not hold."""

    of: Expression

    def __str__(self) -> str:
        return f"not {self.of}"


@dataclass(frozen=True, slots=True, eq=False)
class Junction(Expression):
    """All of the parts hold, or (`every` is false) some of them."""

    every: bool
    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        if not self.parts:
            return "true" if self.every else "false"
        return f"({(' and ' if self.every else ' or ').join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True, eq=False)
class Choice(Expression):
    """`yes` where the condition holds, otherwise `no`."""

    condition: Expression
    yes: Expression
    no: Expression

    @property
    def sort(self) -> Sort:
        return self.yes.sort

    def __str__(self) -> str:
        return f"({self.yes} if {self.condition} else {self.no})"


@dataclass(frozen=True, slots=True, eq=False)
class Quantified(Expression):
    """The body holds for every value of the variables, or (`every` is false) for some."""

    every: bool
    variables: tuple[Variable, ...]
    body: Expression

    def __str__(self) -> str:
        return f"{'every' if self.every else 'some'} {', '.join(one.name for one in self.variables)}: {self.body}"


def all_of(*parts: Expression) -> Expression:
    """All of them hold; none given: true."""
    return parts[0] if len(parts) == 1 else Junction(True, tuple(_flat(True, parts)))


def any_of(*parts: Expression) -> Expression:
    """Some of them holds; none given: false."""
    return parts[0] if len(parts) == 1 else Junction(False, tuple(_flat(False, parts)))


def _flat(every: bool, parts: Iterable[Expression]) -> Iterable[Expression]:
    for part in parts:
        if isinstance(part, Junction) and part.every is every:
            yield from part.parts
        else:
            yield part


TRUE = all_of()
FALSE = any_of()


def implies(premise: Expression, conclusion: Expression) -> Expression:
    return any_of(~premise, conclusion)


def either(condition: Expression, yes: Expression, no: Expression) -> Expression:
    """The one where the condition holds, otherwise the other."""
    return Choice(condition, yes, no)


def every(sorts: Sequence[Sort], body: Callables) -> Expression:
    """The body holds for all values of these sorts."""
    return _quantified(True, sorts, body)


def some(sorts: Sequence[Sort], body: Callables) -> Expression:
    """The body holds for some values of these sorts."""
    return _quantified(False, sorts, body)


def _quantified(universal: bool, sorts: Sequence[Sort], body: Callables) -> Expression:
    variables = tuple(Variable(name, sort) for name, sort in zip(_names_for(sorts, body), sorts, strict=True))
    return Quantified(universal, variables, body(*variables))


def _names_for(sorts: Sequence[Sort], body: Callables) -> Sequence[str]:
    """What the body calls them; where it does not say, as for a symbol, by their sorts."""
    code = getattr(body, "__code__", None)
    if code is not None and code.co_argcount == len(sorts):
        return tuple(code.co_varnames[: len(sorts)])
    return [f"{sort.name}{number}" for number, sort in enumerate(sorts, 1)]


def changed(function: Callables, *at: Expression, to: Expression) -> Callables:
    """The function, with another value at one place."""
    return lambda *asked: Choice(_same(asked, at), to, function(*asked))


def having(relation: Callables, *at: Expression) -> Callables:
    """The relation, and one more tuple of which it holds."""
    return lambda *asked: relation(*asked) | _same(asked, at)


def lacking(relation: Callables, *at: Expression) -> Callables:
    """The relation, but not of any tuple that begins so."""
    return lambda *asked: relation(*asked) & ~_same(asked[: len(at)], at)


def _same(left: Sequence[Expression], right: Sequence[Expression]) -> Expression:
    return all_of(*(one.is_(other) for one, other in zip(left, right, strict=True)))

"""A finite structure: a few things of each sort, and what every symbol means of them. Expressions are evaluated in it.

It has nothing to do with a solver: what a solver finds is looked at here once more, by the definition.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lawful.models.first_order.expression import (
    TRUTH,
    Application,
    Callables,
    Choice,
    Equality,
    Expression,
    Junction,
    Negation,
    Quantified,
    Sort,
    Symbol,
    Variable,
)

Value: TypeAlias = int | bool
"""An element, by its position in its sort; or a truth value."""
Values: TypeAlias = Mapping[Variable, Value]
Table: TypeAlias = Mapping[tuple[Value, ...], Value]


@dataclass(frozen=True, slots=True)
class Structure:
    """What every symbol means."""

    elements: Mapping[Sort, tuple[str, ...]]
    tables: Mapping[str, Table]
    """By the name of the symbol."""

    def tuples(self, symbol: Symbol) -> Iterator[tuple[Value, ...]]:
        """All arguments that a symbol can be given."""
        return itertools.product(*(range(len(self.elements[one])) for one in symbol.arguments))

    def name(self, sort: Sort, value: Value) -> str:
        """What a value is called."""
        return str(value).lower() if sort == TRUTH else self.elements[sort][value]

    def holding(self, symbol: Symbol) -> list[tuple[str, ...]]:
        """The names of the tuples of which a relation holds."""
        return [
            tuple(self.name(sort, value) for sort, value in zip(symbol.arguments, at, strict=True))
            for at, held in self.tables[symbol.name].items()
            if held
        ]

    def value(self, expression: Expression, values: Values) -> Value:
        """What an expression stands for, where variables stand for these values."""
        match expression:
            case Variable():
                return values[expression]
            case Application(symbol, arguments):
                return self.tables[symbol.name][tuple(self.value(one, values) for one in arguments)]
            case Equality(left, right):
                return self.value(left, values) == self.value(right, values)
            case Negation(of):
                return not self.value(of, values)
            case Junction(universal, parts):
                return (all if universal else any)(self.value(one, values) for one in parts)
            case Choice(condition, yes, no):
                return self.value(yes if self.value(condition, values) else no, values)
            case Quantified(universal, variables, body):
                ranges = (range(len(self.elements[one.sort])) for one in variables)
                each = itertools.product(*ranges)
                bodies = (self.value(body, {**values, **dict(zip(variables, one, strict=True))}) for one in each)
                return (all if universal else any)(bodies)
        raise TypeError(f"not an expression: {expression!r}")

    def holds(self, expression: Expression, values: Values | None = None) -> bool:
        """Whether a formula is true."""
        return bool(self.value(expression, values or {}))

    def updated(self, parts: Mapping[Symbol, Callables], values: Values) -> Structure:
        """The structure after a step: what each changing symbol means, by what the step made of it."""
        tables = dict(self.tables)
        for symbol, part in parts.items():
            variables = tuple(Variable(f"at{place}", sort) for place, sort in enumerate(symbol.arguments))
            body = part(*variables)
            tables[symbol.name] = {
                at: self.value(body, {**values, **dict(zip(variables, at, strict=True))}) for at in self.tuples(symbol)
            }
        return Structure(self.elements, tables)

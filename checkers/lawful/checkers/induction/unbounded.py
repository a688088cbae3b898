"""Expressions for Z3, with quantifiers: things of any number, and claims about all of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import z3  # type: ignore[import-untyped]

from lawful.models.first_order.expression import (
    TRUTH,
    Application,
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


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether formulas contradict each other."""

    contradictory: bool | None
    """None: the solver gave up."""
    seconds: float
    reason: str | None = None


class Unbounded:
    """Questions about any number of things."""

    def __init__(self, axioms: Iterable[Expression]) -> None:
        self._sorts: dict[Sort, z3.SortRef] = {TRUTH: z3.BoolSort()}
        self._functions: dict[Symbol, z3.FuncDeclRef] = {}
        self._bound = 0
        self._axioms = [self.translated(one) for one in axioms]

    def contradictory(self, formulas: Iterable[z3.ExprRef], seconds: float, seed: int = 0) -> Answer:
        """Whether the formulas cannot hold together with the axioms. `seed` changes where the solver begins."""
        started_s = time.monotonic()
        solver = z3.Solver()
        solver.set("timeout", max(1, round(seconds * 1000)))
        solver.set("random_seed", seed)
        solver.add(*self._axioms, *formulas)
        found = solver.check()
        took = time.monotonic() - started_s
        if found == z3.unsat:
            return Answer(True, took)
        # A model of formulas with quantifiers is not looked at: what breaks a claim is searched for in small instances.
        gave_up = f"no answer within {seconds:g} s ({solver.reason_unknown()})" if found == z3.unknown else None
        return Answer(False if found == z3.sat else None, took, gave_up)

    def translated(self, expression: Expression, values: Mapping[Variable, Any] | None = None) -> Any:
        """The expression, free variables being any things."""
        return self._term(expression, dict(values or {}))

    def _term(self, expression: Expression, values: dict[Variable, Any]) -> Any:
        match expression:
            case Variable():
                return self._variable(expression, values)
            case Application(symbol, arguments):
                return self._function(symbol)(*(self._term(one, values) for one in arguments))
            case Equality(left, right):
                return self._term(left, values) == self._term(right, values)
            case Negation(of):
                return z3.Not(self._term(of, values))
            case Junction(every, parts):
                return (z3.And if every else z3.Or)([self._term(one, values) for one in parts])
            case Choice(condition, yes, no):
                return z3.If(*(self._term(one, values) for one in (condition, yes, no)))
            case Quantified(every, variables, body):
                bound = [self._fresh(one) for one in variables]
                inner = self._term(body, {**values, **dict(zip(variables, bound, strict=True))})
                return (z3.ForAll if every else z3.Exists)(bound, inner)
        raise TypeError(f"not an expression: {expression!r}")

    def _variable(self, variable: Variable, values: dict[Variable, Any]) -> Any:
        if variable not in values:
            return z3.Const(f"any {variable.name}", self._sort(variable.sort))
        return values[variable]

    def _fresh(self, variable: Variable) -> Any:
        # Names differ, so that no variable is captured by a quantifier inside of another.
        self._bound += 1
        return z3.Const(f"{variable.name} {self._bound}", self._sort(variable.sort))

    def _sort(self, sort: Sort) -> z3.SortRef:
        if sort not in self._sorts:
            self._sorts[sort] = z3.DeclareSort(sort.name)
        return self._sorts[sort]

    def _function(self, symbol: Symbol) -> z3.FuncDeclRef:
        if symbol not in self._functions:
            sorts = [self._sort(one) for one in (*symbol.arguments, symbol.result)]
            self._functions[symbol] = z3.Function(symbol.name, *sorts)
        return self._functions[symbol]

"""The actions of a first-order system as Python functions: what a million steps need in the place of evaluation.

The text of each function is made of the expressions that the action itself gives, with loops over the things in the
place of quantifiers. Tests compare it with `Structure`, which evaluates by definition.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lawful.models.first_order.expression import (
    TRUTH,
    Application,
    Choice,
    Equality,
    Expression,
    Junction,
    Negation,
    Quantified,
    Symbol,
    Variable,
)
from lawful.models.first_order.facts import Facts, Fixed
from lawful.models.first_order.system import Action, System


class CompiledAction:
    """One action of one system."""

    def __init__(self, system: System[Any], action: Action[Any], fixed: Fixed) -> None:
        self._parameters = action.parameters
        self._asks_for_more = {one.sort.name for one in action.parameters}
        step = action.step(system.state)
        parts = [(symbol, part) for symbol, part in system.parts(step.after).items() if part is not symbol]
        writer = _Writer(system, action.parameters, fixed)
        self._conditions = list(step.requires)
        self._unmet = writer.function(writer.first_unmet(step.requires))
        self._relations = writer.function(writer.tables(one for one in parts if one[0].result == TRUTH))
        self._functions = writer.function(writer.tables(one for one in parts if one[0].result != TRUTH))

    def taken(self, facts: Facts, values: Sequence[int | None]) -> Facts | str:
        """The state after the step, or a condition that is not met. None stands for anything.

        The condition: the first one, by the choice for which most of those before it are met.
        """
        all_unmet: set[str] = set()
        for chosen in self._choices(facts, values):
            unmet = self._unmet(facts.things, facts.relations, facts.functions, *chosen)
            if unmet is None:
                return self._after(facts, chosen)
            all_unmet.add(unmet)
        return max(all_unmet, key=self._conditions.index, default="there is something to choose")

    def chosen(self, facts: Facts, values: Sequence[int | None]) -> tuple[int, ...] | None:
        """What the parameters stand for in the step that is taken; None where none is."""
        for one in self._choices(facts, values):
            if self._unmet(facts.things, facts.relations, facts.functions, *one) is None:
                return one
        return None

    def _choices(self, facts: Facts, values: Sequence[int | None]) -> Iterator[tuple[int, ...]]:
        ranges = [
            sorted(facts.things[one.sort.name]) if value is None else (value,)
            for one, value in zip(self._parameters, values, strict=True)
        ]
        yield from itertools.product(*ranges)

    def _after(self, facts: Facts, values: tuple[int, ...]) -> Facts:
        things = facts.things
        for parameter, value in zip(self._parameters, values, strict=True):
            known = things[parameter.sort.name]
            if value not in known:
                things = {**things, parameter.sort.name: known | {value}}
        asked = (things, facts.relations, facts.functions, *values)
        return Facts(
            things,
            {**facts.relations, **self._relations(*asked)},
            {**facts.functions, **self._functions(*asked)},
        )


class _Writer:
    """Writes Python. Variables are numbered as they come up, so that none hides another."""

    def __init__(self, system: System[Any], parameters: Sequence[Variable], fixed: Fixed) -> None:
        self._fixed = fixed
        self._names: dict[Variable, str] = {}
        self._parameters = [self._name(one) for one in parameters]
        self._things = {sort.name: f"things_{number}" for number, sort in enumerate(system.sorts)}
        self._changing = {symbol: f"table_{number}" for number, symbol in enumerate(system.changing)}

    def function(self, body: Sequence[str]) -> Callable[..., Any]:
        """A function of things, relations, functions and the parameters."""
        lines = [f"def compiled({', '.join(['things', 'relations', 'functions', *self._parameters])}):"]
        lines += [f"    {local} = things[{sort!r}]" for sort, local in self._things.items()]
        for symbol, local in self._changing.items():
            kind = "relations" if symbol.result == TRUTH else "functions"
            lines.append(f"    {local} = {kind}[{symbol.name!r}]")
        made: dict[str, Any] = {f"fixed_{name}": meaning for name, meaning in self._fixed.items()}
        exec("\n".join([*lines, *body]), made)
        function: Callable[..., Any] = made["compiled"]
        return function

    def first_unmet(self, requires: Mapping[str, Expression]) -> list[str]:
        lines = [f"    if not {self._text(required)}: return {name!r}" for name, required in requires.items()]
        return [*lines, "    return None"]

    def tables(self, parts: Iterator[tuple[Symbol, Callable[..., Expression]]]) -> list[str]:
        """New tables: of a relation the tuples of which it holds, of a function all."""
        made = []
        for symbol, part in parts:
            variables = tuple(Variable(f"at{number}", sort) for number, sort in enumerate(symbol.arguments))
            body = self._text(part(*variables))
            at = f"({''.join(f'{self._name(one)},' for one in variables)})"
            loops = self._loops(variables)
            if symbol.result == TRUTH:
                made.append(f"{symbol.name!r}: frozenset({at} {loops} if {body})")
            else:
                made.append(f"{symbol.name!r}: {{{at}: {body} {loops}}}")
        return [f"    return {{{', '.join(made)}}}"]

    def _loops(self, variables: Sequence[Variable]) -> str:
        return " ".join(f"for {self._name(one)} in {self._things[one.sort.name]}" for one in variables)

    def _name(self, variable: Variable) -> str:
        return self._names.setdefault(variable, f"v{len(self._names)}")

    def _text(self, expression: Expression) -> str:
        match expression:
            case Variable():
                return self._name(expression)
            case Application(symbol, arguments):
                return self._applied(symbol, [self._text(one) for one in arguments])
            case Equality(left, right):
                return f"({self._text(left)} == {self._text(right)})"
            case Negation(of):
                return f"(not {self._text(of)})"
            case Junction(universal, parts):
                texts = (" and " if universal else " or ").join(self._text(one) for one in parts)
                return f"({texts or universal})"
            case Choice(condition, yes, no):
                return f"({self._text(yes)} if {self._text(condition)} else {self._text(no)})"
            case Quantified(universal, variables, body):
                return f"{'all' if universal else 'any'}({self._text(body)} {self._loops(variables)})"
        raise TypeError(f"not an expression: {expression!r}")

    def _applied(self, symbol: Symbol, arguments: list[str]) -> str:
        if symbol.name in self._fixed:
            return f"fixed_{symbol.name}({', '.join(arguments)})"
        at = f"({''.join(f'{one},' for one in arguments)})"
        table = self._changing[symbol]
        return f"({at} in {table})" if symbol.result == TRUTH else f"{table}.get({at}, 0)"

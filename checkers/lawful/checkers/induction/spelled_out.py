"""Expressions spelt out over a small instance: every symbol at every tuple of elements is a variable of its own.

What is left has no quantifiers and no functions, only truth values, so the solver always answers, and fast. A term is
an element by its position, or for each element the condition under which it is that one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

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
from lawful.models.first_order.structure import Structure, Value
from lawful.models.first_order.system import Scope

Truth: TypeAlias = Any
"""True, False, or a formula of the solver."""
Element: TypeAlias = int | Mapping[int, Truth]
At: TypeAlias = tuple[int, ...]


def conjunction(parts: Iterable[Truth]) -> Truth:
    """All hold. Stops at the first that is false."""
    kept: list[Truth] = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept.append(part)
    return True if not kept else kept[0] if len(kept) == 1 else z3.And(kept)


def disjunction(parts: Iterable[Truth]) -> Truth:
    """Some holds. Stops at the first that is true."""
    kept: list[Truth] = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            kept.append(part)
    return False if not kept else kept[0] if len(kept) == 1 else z3.Or(kept)


def negation(part: Truth) -> Truth:
    return not part if isinstance(part, bool) else z3.Not(part)


def _same_truth(left: Truth, right: Truth) -> Truth:
    if isinstance(left, bool):
        return right if left else negation(right)
    if isinstance(right, bool):
        return left if right else negation(left)
    return left == right


def one_of(truths: Iterable[Truth]) -> Truth:
    """Exactly one holds."""
    parts = list(truths)
    pairs = (disjunction((negation(one), negation(other))) for one, other in itertools.combinations(parts, 2))
    return conjunction((disjunction(parts), *pairs))


class SpelledOut:
    """The atoms of a small instance, and expressions in terms of them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._atoms: dict[tuple[Symbol, At], Any] = {}
        self._chosen: dict[tuple[Symbol, At], dict[int, Any]] = {}
        self._facts: list[Truth] = []

    def new_facts(self) -> list[Truth]:
        """What has to be asserted of atoms that came up since it was last asked: a function has one value."""
        facts, self._facts = self._facts, []
        return facts

    def tuples(self, sorts: Iterable[Sort]) -> Iterator[At]:
        return itertools.product(*(range(len(self.scope.elements[one])) for one in sorts))

    def make_functions(self, symbols: Iterable[Symbol]) -> None:
        """Has the facts of all functions come up now, and not while something else is asked."""
        for symbol in symbols:
            if symbol.result != TRUTH:
                for at in self.tuples(symbol.arguments):
                    self.element(symbol, at)

    def any_element(self, name: str, sort: Sort) -> Element:
        """Some element: the value of a parameter."""
        return self.element(Symbol(name, (), sort), ())

    def atom(self, symbol: Symbol, at: At) -> Truth:
        """Whether a relation holds of a tuple."""
        if symbol in self.scope.meaning:
            return bool(self.scope.meaning[symbol](*at))
        found = self._atoms.get((symbol, at))
        if found is None:
            found = self._atoms[symbol, at] = z3.Bool(f"{symbol.name}{at}")
        return found

    def element(self, symbol: Symbol, at: At) -> Element:
        """What a function gives for a tuple."""
        if symbol in self.scope.meaning:
            return int(self.scope.meaning[symbol](*at))
        found = self._chosen.get((symbol, at))
        if found is None:
            count = len(self.scope.elements[symbol.result])
            found = {value: z3.Bool(f"{symbol.name}{at}={value}") for value in range(count)}
            self._chosen[symbol, at] = found
            self._facts.append(one_of(found.values()))
        return found

    def formula(self, expression: Expression, values: Mapping[Variable, Element] | None = None) -> Truth:
        """The formula, spelt out."""
        return _Spelling(self).truth(expression, dict(values or {}))

    def term(self, expression: Expression, values: Mapping[Variable, Element]) -> Element:
        return _Spelling(self).element(expression, dict(values))

    def structure(self, symbols: Iterable[Symbol], model: z3.ModelRef) -> Structure:
        """What the symbols mean in a model."""
        tables = {
            symbol.name: {at: self._value(symbol, at, model) for at in self.tuples(symbol.arguments)}
            for symbol in symbols
        }
        return Structure(self.scope.elements, tables)

    def _value(self, symbol: Symbol, at: At, model: z3.ModelRef) -> Value:
        if symbol.result == TRUTH:
            return is_true(self.atom(symbol, at), model)
        return chosen(self.element(symbol, at), model)


def is_true(truth: Truth, model: z3.ModelRef) -> bool:
    return truth if isinstance(truth, bool) else z3.is_true(model.eval(truth, model_completion=True))


def chosen(element: Element, model: z3.ModelRef) -> int:
    """Which element it is in a model; the first, where the model does not say."""
    if isinstance(element, int):
        return element
    return next((value for value, truth in element.items() if is_true(truth, model)), 0)


class _Spelling:
    """One expression in the making. Parts that come up again for the same values are made once."""

    def __init__(self, instance: SpelledOut) -> None:
        self._instance = instance
        self._free: dict[int, tuple[Variable, ...]] = {}
        self._made: dict[tuple[object, ...], Any] = {}

    def truth(self, expression: Expression, values: dict[Variable, Element]) -> Truth:
        match expression:
            case Negation(of):
                return negation(self.truth(of, values))
            case Junction(every, parts):
                return (conjunction if every else disjunction)(self.truth(one, values) for one in parts)
            case Equality(left, right):
                return self._same(left, right, values)
            case Application(symbol, arguments):
                cases = self._cases(arguments, values)
                return disjunction(conjunction((met, self._instance.atom(symbol, at))) for at, met in cases)
            case Choice(condition, yes, no):
                met = self.truth(condition, values)
                if isinstance(met, bool):
                    return self.truth(yes if met else no, values)
                first, second = self.truth(yes, values), self.truth(no, values)
                return disjunction((conjunction((met, first)), conjunction((negation(met), second))))
            case Quantified():
                return self._quantified(expression, values)
        raise TypeError(f"not a formula: {expression!r}")

    def element(self, expression: Expression, values: dict[Variable, Element]) -> Element:
        match expression:
            case Variable():
                return values[expression]
            case Application(symbol, arguments):
                cases = self._cases(arguments, values)
                return _merged((met, self._instance.element(symbol, at)) for at, met in cases)
            case Choice(condition, yes, no):
                met = self.truth(condition, values)
                first, second = (met, yes), (negation(met), no)
                return _merged((one, self.element(part, values)) for one, part in (first, second) if one is not False)
        raise TypeError(f"not a term: {expression!r}")

    def _same(self, left: Expression, right: Expression, values: dict[Variable, Element]) -> Truth:
        if left.sort == TRUTH:
            return _same_truth(self.truth(left, values), self.truth(right, values))
        one, other = dict(_cases_of(self.element(left, values))), dict(_cases_of(self.element(right, values)))
        return disjunction(conjunction((one[value], other[value])) for value in one if value in other)

    def _cases(self, arguments: Iterable[Expression], values: dict[Variable, Element]) -> Iterator[tuple[At, Truth]]:
        """Each tuple that the arguments may be, and the condition under which they are."""
        for case in itertools.product(*(list(_cases_of(self.element(one, values))) for one in arguments)):
            yield tuple(value for value, _ in case), conjunction(met for _, met in case)

    def _quantified(self, expression: Quantified, values: dict[Variable, Element]) -> Truth:
        free = self._free_variables(expression)
        key = (id(expression), *(_key(values[one]) for one in free))
        if key not in self._made:
            tuples = self._instance.tuples(one.sort for one in expression.variables)
            bodies = (
                self.truth(expression.body, {**values, **dict(zip(expression.variables, at, strict=True))})
                for at in tuples
            )
            self._made[key] = (conjunction if expression.every else disjunction)(bodies)
        return self._made[key]

    def _free_variables(self, expression: Expression) -> tuple[Variable, ...]:
        found = self._free.get(id(expression))
        if found is None:
            match expression:
                case Variable():
                    found = (expression,)
                case Quantified(_, variables, body):
                    found = tuple(one for one in self._free_variables(body) if one not in variables)
                case _:
                    parts = (self._free_variables(one) for one in expression.parts_within())
                    found = tuple(dict.fromkeys(itertools.chain.from_iterable(parts)))
            self._free[id(expression)] = found
        return found


def _key(value: Element) -> object:
    return value if isinstance(value, int) else id(value)


def _cases_of(value: Element) -> Iterable[tuple[int, Truth]]:
    return [(value, True)] if isinstance(value, int) else value.items()


def _merged(cases: Iterable[tuple[Truth, Element]]) -> Element:
    """One of several elements, each under its condition."""
    truths: dict[int, list[Truth]] = {}
    for met, element in cases:
        for value, truth in _cases_of(element):
            both = conjunction((met, truth))
            if both is not False:
                truths.setdefault(value, []).append(both)
    if len(truths) == 1:
        return next(iter(truths))
    return {value: disjunction(parts) for value, parts in truths.items()}

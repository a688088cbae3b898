"""What is known of objects and arrays, which Z3 sees as numbers: facts about each one that an expression makes.

Of an object: which of the constants that the declaration asks about stand under a name in some of its members. Of an
array: how many items it has, and the sum of the integers under a name. Each fact holds of all objects and arrays that
the model may have, so what is proved holds; a fact that is missing can only make a proof fail.

Assumption: the members of an object that is asked about are objects that have the name, and the items of an array that
is summed have integers under it. Functions are only ever called with such arguments (`Argument.members`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.logic import (
    Condition,
    Term,
    conjunction,
    count_of,
    disjunction,
    greatest,
    implication,
    least,
    negation,
)
from lawful.checkers.proof.values import Codes, Kind, Symbolic, Untranslatable, as_json
from lawful.specs import expression as x
from lawful.specs.expression import Scalar
from lawful.specs.table import Table

_INT = z3.IntSort()
_BOOL = z3.BoolSort()


class Containers:
    """The objects and arrays of one table; `facts` grows as expressions are translated."""

    def __init__(self, table: Table, codes: Codes) -> None:
        self._codes = codes
        self.facts: list[Condition] = []
        self._stated: dict[int, Term] = {}
        """Terms about which the facts were stated. A term that is kept keeps its number to itself."""
        self.replacements: list[tuple[Term, Term, Term]] = []
        """An object, the name of a member, and the object in which that member was added or replaced."""
        self.asked = _asked_of_members(table)
        self.summed = {part.name for part in parts_of(table) if isinstance(part, x.SumOfItems)}

    # Objects

    def some_member(self, value: Symbolic, name: str, values: tuple[Scalar, ...]) -> Condition:
        """Whether some member has one of these under `name`."""
        self._state_object(value.term)
        return disjunction(*(self.holds(name, one)(value.term) for one in values))

    def every_member(self, value: Symbolic, name: str, values: tuple[Scalar, ...]) -> Condition:
        """Whether every member has one of these under `name`."""
        self._state_object(value.term)
        return conjunction(
            *(negation(self.holds(name, one)(value.term)) for one in (*self.asked[name], None) if one not in values)
        )

    def with_member(self, value: Symbolic, key: Symbolic, member: Symbolic) -> Symbolic:
        """The object with one member added or replaced."""
        number = as_json(member).term
        made = z3.Function("with member", _INT, _INT, _INT, _INT)(value.term, key.term, number)
        if self._is_new(made):
            self._state_object(value.term)
            had_key = self.has_member(value.term, key.term)
            empty = self._codes.empty_object
            self.facts += [made != empty, self.has_member(made, key.term), implication(had_key, value.term != empty)]
            self.replacements.append((value.term, key.term, made))
            for name, constants in self.asked.items():
                given = member.members.get(name)
                lost = []
                for one in (*constants, None):
                    before, after = self.holds(name, one)(value.term), self.holds(name, one)(made)
                    is_given = self._is_one(given, one, constants)
                    lost.append(conjunction(before, negation(after)))
                    self.facts += [implication(is_given, after), implication(after, disjunction(is_given, before))]
                # Only the member that was replaced can have been the last with its value.
                self.facts += [count_of(lost) <= 1, implication(disjunction(*lost), had_key)]
        return Symbolic(Kind.JSON, made)

    def has_member(self, term: Term, key: Term) -> Term:
        """Whether an object has a member of this name."""
        return z3.Function("has member", _INT, _INT, _BOOL)(term, key)

    def holds(self, name: str, one: Scalar) -> Any:
        """Of the number of an object: whether `one` stands under `name` in some member; None: some other value."""
        return z3.Function(f"some {name} is {one}" if one is not None else f"some {name} is another", _INT, _BOOL)

    def _is_one(self, given: Symbolic | None, one: Scalar, constants: tuple[Scalar, ...]) -> Condition:
        if given is None:
            raise Untranslatable("a member without the name that is asked about")
        if one is not None:
            return conjunction(negation(given.null), given.term == self._codes.number(one))
        return conjunction(*(negation(self._is_one(given, other, constants)) for other in constants))

    def _state_object(self, term: Term) -> None:
        """An object is empty exactly where nothing stands under a name."""
        if not self._is_new(term):
            return
        for name, constants in self.asked.items():
            some = disjunction(*(self.holds(name, one)(term) for one in (*constants, None)))
            self.facts.append(some == (term != self._codes.empty_object))

    # Arrays

    def with_item(self, value: Symbolic, item: Symbolic, most: Symbolic | None) -> Symbolic:
        """The array with one more item at its end, and of more than `most` the first ones gone."""
        number = as_json(item).term
        arguments = (value.term, number) if most is None else (value.term, number, most.term)
        name = "with item" if most is None else "with item, at most"
        made = z3.Function(name, *(_INT for _ in arguments), _INT)(*arguments)
        if self._is_new(made):
            longer = self.length(value.term) + 1
            kept = longer if most is None else least(longer, greatest(most.term, z3.IntVal(0)))
            self._state_array(value.term)
            self._state_array(made)
            self.facts.append(self.length(made) == kept)
            for one in self.summed:
                self._sum_with_item(one, value.term, item, made, kept == longer)
        return Symbolic(Kind.JSON, made)

    def first_items(self, value: Symbolic, most: Symbolic) -> Symbolic:
        """The first items, at most so many."""
        return self._parted(value, most)[0]

    def without_first_items(self, value: Symbolic, most: Symbolic) -> Symbolic:
        """What is left without them."""
        return self._parted(value, most)[1]

    def sum_of_items(self, value: Symbolic, name: str) -> Symbolic:
        """The sum of the integers under `name`."""
        self._state_array(value.term)
        return Symbolic(Kind.INTEGER, self.sum(name)(value.term))

    def count_of_items(self, value: Symbolic) -> Symbolic:
        """How many items there are."""
        self._state_array(value.term)
        return Symbolic(Kind.INTEGER, self.length(value.term))

    def none_is_below_nought(self, value: Symbolic, name: str) -> Condition:
        """Whether no integer under `name` is below nought."""
        self._state_array(value.term)
        return self.none_below_nought(name)(value.term)

    def none_below_nought(self, name: str) -> Any:
        """Of the number of an array: whether no integer under `name` is below nought."""
        return z3.Function(f"no {name} is below nought", _INT, _BOOL)

    def length(self, array: Term) -> Term:
        return z3.Function("length", _INT, _INT)(array)

    def sum(self, name: str) -> Any:
        return z3.Function(f"sum of {name}", _INT, _INT)

    def _parted(self, value: Symbolic, most: Symbolic) -> tuple[Symbolic, Symbolic]:
        first = z3.Function("first items", _INT, _INT, _INT)(value.term, most.term)
        rest = z3.Function("without first items", _INT, _INT, _INT)(value.term, most.term)
        if self._is_new(first):
            length = self.length(value.term)
            taken = least(greatest(most.term, z3.IntVal(0)), length)
            for one in (value.term, first, rest):
                self._state_array(one)
            self.facts += [self.length(first) == taken, self.length(rest) == length - taken]
            self.facts += [z3.Implies(taken == 0, rest == value.term), z3.Implies(taken == length, first == value.term)]
            for name in self.summed:
                whole, head, tail = (self.sum(name)(one) for one in (value.term, first, rest))
                small = self.none_below_nought(name)
                self.facts += [whole == head + tail, small(value.term) == z3.And(small(first), small(rest))]
        return Symbolic(Kind.JSON, first), Symbolic(Kind.JSON, rest)

    def _sum_with_item(self, name: str, array: Term, item: Symbolic, made: Term, all_kept: Condition) -> None:
        given = item.members.get(name)
        if given is None or given.kind is not Kind.INTEGER:
            raise Untranslatable(f"an item without an integer under {name}")
        small = self.none_below_nought(name)
        both_small = z3.And(small(array), given.term >= 0)
        self.facts += [
            implication(all_kept, self.sum(name)(made) == self.sum(name)(array) + given.term),
            implication(all_kept, small(made) == both_small),
            implication(both_small, z3.And(small(made), self.sum(name)(made) <= self.sum(name)(array) + given.term)),
        ]

    def _state_array(self, term: Term) -> None:
        if not self._is_new(term):
            return
        empty = term == self._codes.empty_array
        self.facts += [self.length(term) >= 0, (self.length(term) == 0) == empty]
        for name in self.summed:
            small = self.none_below_nought(name)(term)
            total = self.sum(name)(term)
            self.facts += [
                z3.Implies(empty, z3.And(total == 0, small)),
                z3.Implies(small, total >= 0),
                z3.Implies(self.length(term) == 1, small == (total >= 0)),
            ]

    def _is_new(self, term: Term) -> bool:
        if term.get_id() in self._stated:
            return False
        self._stated[term.get_id()] = term
        return True


def _asked_of_members(table: Table) -> Mapping[str, tuple[Scalar, ...]]:
    """The constants that members are compared with, by the name that they stand under."""
    asked: dict[str, dict[Scalar, None]] = {}
    for part in parts_of(table):
        if isinstance(part, x.EveryMember | x.SomeMember):
            asked.setdefault(part.name, {}).update(dict.fromkeys(part.values))
    return {name: tuple(values) for name, values in asked.items()}


def parts_of(declaration: Any) -> Iterator[Any]:
    """Every part of a declaration: tables, functions, cases, effects, expressions."""
    if isinstance(declaration, tuple):
        for one in declaration:
            yield from parts_of(one)
        return
    names = getattr(declaration, "__dataclass_fields__", None)
    if names is None:
        return
    yield declaration
    for name in names:
        yield from parts_of(getattr(declaration, name))

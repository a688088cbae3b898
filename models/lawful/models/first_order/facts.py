"""A state of a system whose things come up one by one: what holds of those that there are, and of no others.

A `Structure` has a table for all tuples of all things. Along a behaviour of which nobody knows the end, new things
come up (entries, reads). Of a thing that has not come up no relation holds, and functions have the value nought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lawful.models.first_order.expression import TRUTH, Sort, Symbol
from lawful.models.first_order.structure import Structure, Value

At: TypeAlias = tuple[int, ...]
Fixed: TypeAlias = Mapping[str, Callable[..., int]]
"""What the symbols that never change mean, by name; truth values are numbers as well."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Sorts, relations and functions by their names; things are numbers."""

    things: Mapping[str, frozenset[int]]
    relations: Mapping[str, frozenset[At]]
    functions: Mapping[str, Mapping[At, int]]

    def holds(self, relation: str, *at: int) -> bool:
        return at in self.relations[relation]

    def value(self, function: str, *at: int) -> int:
        return self.functions[function].get(at, 0)


def structure_of(
    facts: Facts, fixed: Iterable[Symbol], changing: Iterable[Symbol], meaning: Fixed, name: Callable[[Sort, int], str]
) -> Structure:
    """The same as a structure, to be shown, or evaluated by definition. `name`: what a thing is called."""
    symbols = (*fixed, *changing)
    sorts = {sort for one in symbols for sort in (*one.arguments, one.result) if sort != TRUTH}
    order = {sort: sorted(facts.things[sort.name]) for sort in sorts}
    place = {sort: {thing: number for number, thing in enumerate(things)} for sort, things in order.items()}
    empty = Structure({sort: tuple(name(sort, one) for one in order[sort]) for sort in sorts}, {})
    tables: dict[str, dict[tuple[Value, ...], Value]] = {}
    for symbol in symbols:
        table = tables[symbol.name] = {}
        for at in empty.tuples(symbol):
            asked = tuple(order[sort][position] for sort, position in zip(symbol.arguments, at, strict=True))
            if symbol.name in meaning:
                found = meaning[symbol.name](*asked)
            elif symbol.result == TRUTH:
                found = asked in facts.relations[symbol.name]
            else:
                found = facts.value(symbol.name, *asked)
            table[at] = bool(found) if symbol.result == TRUTH else place[symbol.result].get(found, 0)
    return Structure(empty.elements, tables)

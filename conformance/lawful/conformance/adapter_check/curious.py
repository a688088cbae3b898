"""Values that careless stores change, in every field in turn, each read back at once (clause TS-ALL-5).

The script of a workload gives the context in which an operation succeeds, such as a claim before a report of progress;
here one argument of each operation that writes is exchanged for a curious value of its type.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Iterator, Mapping

from lawful.conformance.workloads.script import CURIOUS_INTEGERS, CURIOUS_TEXTS, CURIOUS_VALUES, Intent, Script
from lawful.models.history import Outcome
from lawful.models.values import Json
from lawful.specs.field import Drawn
from lawful.specs.function import DeleteRows
from lawful.specs.table import Argument, Function, Table

_NO_VALUES = frozenset({Drawn.DURATION, Drawn.FEW, Drawn.SEEN})
"""Arguments that are no values of fields, or refer to one that a client has seen."""
_SHARED_BY = 3
"""An argument of so many functions says which row or whose claim is meant: exchanged, it would only be refused. It is
exchanged in the first function that writes, which makes the row or the claim."""
_PATIENCE = 150
"""Operations without a new place after which the script ends: the places left need what the script never does."""

Place = tuple[str, str, int]
"""A function, one of its arguments, and the position of a value among those for it."""


class Curious:
    """A script that ends when every place was written with success, or none was for a while."""

    def __init__(self, script: Script, table: Table, seed: int, offered: frozenset[str]) -> None:
        self._script = script
        self._table = table
        self._random = random.Random(f"{seed}/curious/{table.name}")
        self._offered = offered
        self._patience = _PATIENCE
        self._reads: deque[Intent] = deque()
        self._place: Place | None = None
        self._own = False
        self._written: Counter[Place] = Counter()
        self.places = frozenset(_places(table, offered))

    @property
    def written(self) -> int:
        """How many places were written with success."""
        return len(self._written)

    def next(self) -> Intent | None:
        self._place = None
        self._own = bool(self._reads)
        if self._reads:
            return self._reads.popleft()
        self._patience -= 1
        if self._patience <= 0 or self.written == len(self.places):
            return None
        intent = self._script.next()
        return None if intent is None else self._exchanged(intent)

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        if self._own:
            return
        self._script.saw(intent, outcome, result)
        if self._place is not None and outcome is Outcome.OK and result is not None and result is not False:
            self._written[self._place] += 1
            self._patience = _PATIENCE
            self._reads.extend(self._read_back(intent))

    def _exchanged(self, intent: Intent) -> Intent:
        function = self._table.function(intent.function)
        if function is None or function.reads_only:
            return intent
        candidates = [place for place in self.places if place[0] == function.name and not self._written[place]]
        if not candidates:
            return intent
        self._place = self._random.choice(sorted(candidates))
        _, name, position = self._place
        argument = next(one for one in function.arguments if one.name == name)
        value = _values(argument)[position]
        if argument.type == "object":
            value = _renamed(self._table, argument, intent.arguments[name], position)
        return intent._replace(arguments={**intent.arguments, name: value})

    def _read_back(self, written: Intent) -> Iterator[Intent]:
        for function in self._table.functions:
            if not function.reads_only or function.name not in self._offered:
                continue
            arguments = _arguments_from(function, written.arguments)
            if arguments is not None:
                yield Intent(written.table, written.key, function.name, arguments)


def _places(table: Table, offered: frozenset[str]) -> Iterator[Place]:
    shared = Counter(argument.name for function in table.functions for argument in function.arguments)
    met: set[str] = set()
    for function in table.functions:
        if function.reads_only or function.name not in offered or isinstance(function.body, DeleteRows):
            continue
        for argument in function.arguments:
            if shared[argument.name] < _SHARED_BY or argument.name not in met:
                yield from ((function.name, argument.name, position) for position in range(len(_values(argument))))
            met.add(argument.name)


def _values(argument: Argument) -> tuple[Json, ...]:
    """The curious values for an argument; durations, bounds and the like stay as they are."""
    null: tuple[Json, ...] = (None,) if argument.nullable else ()
    match argument.type:
        case "string" if not argument.values:
            return (*null, *CURIOUS_TEXTS)
        case "integer" if argument.drawn not in _NO_VALUES:
            return (*null, *CURIOUS_INTEGERS)
        case "any":
            return (*CURIOUS_VALUES, *CURIOUS_TEXTS)
        case "object":
            return ({}, *CURIOUS_TEXTS)  # the texts become names of its members
        case "array":
            return ((), CURIOUS_TEXTS)
    return null


def _renamed(table: Table, argument: Argument, value: Json, position: int) -> Json:
    """An object of the same form with a curious name; at position 0 the empty one."""
    if position == 0 or not isinstance(value, Mapping):
        return {}
    member: Json = {name: _member(table, name) for name in argument.members} or None
    return {CURIOUS_TEXTS[position - 1]: next(iter(value.values()), member)}


def _member(table: Table, name: str) -> str:
    """The first of the values that a field of this name has, where they are counted."""
    return next((field.values[0] for field in table.fields if field.name == name and field.values), "x")


def _arguments_from(function: Function, written: Mapping[str, Json]) -> dict[str, Json] | None:
    """Arguments that look at what was written: its id, and no filter. None where something is missing."""
    arguments: dict[str, Json] = {}
    for argument in function.arguments:
        if argument.nullable:
            arguments[argument.name] = None
        elif argument.name in written:
            arguments[argument.name] = written[argument.name]
        else:
            return None
    return arguments

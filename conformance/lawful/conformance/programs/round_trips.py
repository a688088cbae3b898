"""Every value that a careless store changes, through every argument that a table stores, each read back at once.

What goes before a write, such as a claim before a report of progress, is found in the declaration: the shortest calls
after which the write has an effect. Each value gets a row of its own, or where a table has independent parts, a part.
(Clause TS-ALL-5.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from lawful.conformance.programs.awkward import awkward_values
from lawful.conformance.programs.plain import LONG_MS
from lawful.conformance.workloads.memory import Memory
from lawful.conformance.workloads.script import Intent
from lawful.conformance.workloads.table_traits import initially
from lawful.models.history import Outcome
from lawful.models.model import Call
from lawful.models.task_store.execution import Execution
from lawful.models.values import Json, identical
from lawful.specs.expression import Expression
from lawful.specs.field import Argument, Drawn
from lawful.specs.function import Function, Insert, OnAnyRow, OnRow, Update
from lawful.specs.table import Table

_LONGEST_WAY = 3
_TRIPS_PER_LIST = 24
_MOST_TRIES = 400
"""How often a row is asked for where the store chooses which one."""

Answered = tuple[Outcome, Json]


class Place(NamedTuple):
    """Where a value is put, and which."""

    function: str
    argument: str
    position: int
    """Among the awkward values for the argument."""


class RoundTrips:
    """Implements `Script`: one trip after the other, to the end; with one value of `every` so many."""

    def __init__(self, table: Table, offered: frozenset[str], every: int = 1) -> None:
        self._every = every
        self._table = table
        self._offered = offered
        self._memory = Memory(table)
        self._calls = self._trips()
        self._answered: Answered | None = None
        self.written: set[Place] = set()
        """The places that were written with success."""
        self.seen: set[Place] = set()
        """Those of them whose value stood in an answer afterwards."""
        self.places = frozenset(
            Place(function.name, argument.name, position)
            for function, argument in stored(table)
            if function.name in offered
            for position in range(0, len(awkward_values(table, argument)), every)
        )

    def next(self) -> Intent | None:
        try:
            return self._calls.send(self._answered) if self._answered is not None else next(self._calls)
        except StopIteration:
            return None

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        self._memory.saw(intent, outcome, result)
        self._answered = outcome, result

    def _trips(self) -> Generator[Intent, Answered, None]:
        number = 0
        for function, argument in stored(self._table):
            way = way_to(self._table, function, argument)
            if way is None or not {function.name, *(one.name for one in way)} <= self._offered:
                continue
            for position, value in list(enumerate(awkward_values(self._table, argument)))[:: self._every]:
                number += 1
                trip = _Trip(self._table, number, self._memory, argument, value)
                yield from self._trip(trip, way, function, Place(function.name, argument.name, position))

    def _trip(
        self, trip: _Trip, way: tuple[Function, ...], function: Function, place: Place
    ) -> Generator[Intent, Answered, None]:
        for step in way:
            yield from self._taken(trip, step)
            for reader in self._offered_of(one_row_readers(self._table)):
                yield trip.intent(reader, written={})
        outcome, result = yield from self._taken(trip, function, exchanged=True)
        if outcome is not Outcome.OK or result is False or result is None:
            return
        self.written.add(place)
        written = trip.arguments(function, exchanged=True)
        # What looks at one row first: mostly it shows the value, and no other needs to be asked.
        for reader in sorted(self._offered_of(self._table.functions), key=lambda one: "array" in one.answer):
            if self._is_worth_reading(reader, trip, place):
                _, shown = yield trip.intent(reader, written=written)
                if holds(shown, trip.value):
                    self.seen.add(place)

    def _is_worth_reading(self, reader: Function, trip: _Trip, place: Place) -> bool:
        """A list shows all rows so far, which takes long; what shows and changes something is the last resort."""
        if reader in one_row_readers(self._table):
            return True
        shows = bool({"object", "array", "any"} & {*reader.answer})
        return (shows and place not in self.seen) or (reader.reads_only and trip.number % _TRIPS_PER_LIST == 0)

    def _offered_of(self, functions: Iterable[Function]) -> tuple[Function, ...]:
        return tuple(one for one in functions if one.name in self._offered)

    def _taken(self, trip: _Trip, function: Function, exchanged: bool = False) -> Generator[Intent, Answered, Answered]:
        """One step; again where the store chose another row than that of the trip."""
        answered = yield trip.intent(function, exchanged=exchanged)
        tries = 1
        while isinstance(function.body, OnAnyRow) and trip.is_of_another_row(answered[1]) and tries < _MOST_TRIES:
            answered = yield trip.intent(function, exchanged=exchanged)
            tries += 1
        return answered


class _Trip:
    """The arguments of the calls for one value: they name one row, and take from answers what was seen about it."""

    def __init__(self, table: Table, number: int, memory: Memory, argument: Argument, value: Json) -> None:
        self.value = value
        self._table = table
        self.number = number
        self._memory = memory
        self._exchanged = argument
        self._keys = {field.name for field in table.row_key}
        self._key = None if table.key is None else f"{table.key} {number}"

    def intent(
        self, function: Function, *, exchanged: bool = False, written: Mapping[str, Json] | None = None
    ) -> Intent:
        arguments = self.arguments(function, exchanged=exchanged, written=written)
        return Intent(self._table.name, self._key, function.name, arguments)

    def is_of_another_row(self, answer: Json) -> bool:
        named = (
            {name: value for name, value in answer.items() if name in self._keys} if isinstance(answer, Mapping) else {}
        )
        return any(not identical(value, self._name(name, "string")) for name, value in named.items())

    def arguments(
        self, function: Function, *, exchanged: bool = False, written: Mapping[str, Json] | None = None
    ) -> dict[str, Json]:
        """`exchanged`: with the awkward value; `written`: to read back what these wrote."""
        arguments: dict[str, Json] = {}
        for one in sorted(function.arguments, key=lambda one: one.name not in self._keys):
            if one.name == self._exchanged.name and (exchanged or self._names_rows(one)):
                arguments[one.name] = self.value
            elif written is not None and not self._names_rows(one) and one.nullable:
                arguments[one.name] = None
            elif written and one.name in written:
                arguments[one.name] = written[one.name]
            else:
                arguments[one.name] = self._plain(one, arguments)
        return {one.name: arguments[one.name] for one in function.arguments}

    def _names_rows(self, argument: Argument) -> bool:
        return names_rows(self._table, argument)

    def _name(self, name: str, of_type: str) -> Json:
        if self._exchanged.name == name and self._names_rows(self._exchanged):
            return self.value
        return self.number if of_type == "integer" else f"{name} {self.number}"

    def _plain(self, argument: Argument, drawn: Mapping[str, Json]) -> Json:
        if self._names_rows(argument):
            return self._name(argument.name, argument.type)
        match argument.drawn:
            case Drawn.SEEN | Drawn.ABOVE_SEEN:
                return self._seen(argument, drawn)
            case Drawn.DURATION:
                return LONG_MS
            case Drawn.FEW | Drawn.AGE:
                return 5
        return plain_value(argument)

    def _seen(self, argument: Argument, drawn: Mapping[str, Json]) -> Json:
        seen = self._memory.values(self._key, self._memory.row_in(drawn), argument.like or argument.name)
        latest = seen[-1] if seen else initially(self._table, argument.like or argument.name)
        if argument.drawn is Drawn.ABOVE_SEEN:
            return (latest if isinstance(latest, int) else 0) + 1
        return latest if latest is not None or argument.nullable else plain_value(argument)


def names_rows(table: Table, argument: Argument) -> bool:
    """Whether an argument says which row is meant, or a part of one."""
    is_key = argument.name in {field.name for field in table.row_key}
    return is_key or (argument.drawn is Drawn.IDENTITY and not argument.values)


def one_row_readers(table: Table) -> tuple[Function, ...]:
    """The functions that change nothing and look at one row."""
    return tuple(one for one in table.functions if one.reads_only and "array" not in one.answer)


def plain_value(argument: Argument) -> Json:
    """Some value of the type."""
    if argument.values:
        return argument.values[0]
    plain: dict[str, Json] = {"string": "x", "integer": 0, "boolean": False, "array": ["x"], "object": {}}
    return plain.get(argument.type, "x")


@cache
def way_to(table: Table, function: Function, argument: Argument) -> tuple[Function, ...] | None:
    """The fewest calls after which `function` stores a value of `argument`; None where none were found."""
    writers = [one for one in table.functions if not one.reads_only]
    waiting: deque[tuple[Function, ...]] = deque([()])
    while waiting:
        way = waiting.popleft()
        if any(_changes(table, way, function, argument, value) for value in awkward_values(table, argument)):
            return way
        if len(way) < _LONGEST_WAY:
            waiting += ((*way, one) for one in writers if _changes(table, way, one, argument, None))
    return None


def _changes(table: Table, way: tuple[Function, ...], last: Function, argument: Argument, value: Json) -> bool:
    """Whether the last call changes anything; with `value` in the place of `argument`, where it is not null."""
    execution, memory = Execution(table), Memory(table)
    trip = _Trip(table, 1, memory, argument, f"{argument.name} 1" if value is None else value)
    state = execution.initial()
    for function in (*way, last):
        intent = trip.intent(function, exchanged=function is last and value is not None)
        before = state
        result, state = execution.carry_out(before, Call(intent.function, intent.arguments), now_ns=0)
        memory.saw(intent, Outcome.OK, result)
        for reader in one_row_readers(table):
            looked = trip.intent(reader, written={})
            shown, _ = execution.carry_out(state, Call(looked.function, looked.arguments), now_ns=0)
            memory.saw(looked, Outcome.OK, shown)
    return state != before


def stored(table: Table) -> Iterator[tuple[Function, Argument]]:
    """The arguments whose value a table stores, as it is or in another; those that name rows in one function only.

    What has to be as the store showed it is no value of the caller's choice.
    """
    met: set[str] = set()
    for function in table.functions:
        into = {name for case in function.cases for name in _stored_by(table, function, case.effects)}
        for argument in function.arguments:
            in_way = argument.name in met if names_rows(table, argument) else argument.drawn is Drawn.SEEN
            if argument.name in into and not in_way:
                met.add(argument.name)
                yield function, argument


def _stored_by(table: Table, function: Function, effects: object) -> Iterator[str]:
    assert isinstance(effects, tuple)
    for effect in effects:
        if isinstance(effect, Insert):
            key = function.body.key if isinstance(function.body, OnRow) else ()
            yield from (field.name for field in table.row_key)
            yield from (name for part in key for name in _arguments_in(part))
        if isinstance(effect, Insert | Update):
            yield from (name for _, value in effect.values for name in _arguments_in(value))


def _arguments_in(part: object) -> Iterator[str]:
    """The arguments in an expression that are values; how long something lasts or how many stay is none."""
    if isinstance(part, Argument):
        if part.drawn not in (Drawn.DURATION, Drawn.FEW):
            yield part.name
    elif isinstance(part, Expression):
        for name in getattr(part, "__dataclass_fields__", {}):
            yield from _arguments_in(getattr(part, name))
    elif isinstance(part, tuple):
        for one in part:
            yield from _arguments_in(one)


def holds(answer: Json, value: Json) -> bool:
    """Whether `value` is an answer, or stands in it."""
    if identical(answer, value):
        return True
    if isinstance(answer, Mapping):
        return any(holds(part, value) for part in answer.values())
    return isinstance(answer, list | tuple) and any(holds(part, value) for part in answer)

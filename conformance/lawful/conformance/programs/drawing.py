"""Hypothesis strategies for the arguments of a function, by what its declaration says of each (`Drawn`).

The plainest value of each strategy comes first. Needs Hypothesis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from lawful.conformance.history.strategies import INT64, json_values
from lawful.conformance.programs.plain import CLIENTS, LONG_MS, NAMES
from lawful.conformance.programs.program import Source
from lawful.conformance.programs.seen import Sightings
from lawful.conformance.workloads.script import CURIOUS_VALUES
from lawful.models.values import Json
from lawful.specs.field import Argument, Drawn
from lawful.specs.function import Function
from lawful.specs.table import Table

AGES = (0, 1, 2, -1, 2**53 + 1, 2**63 - 1, -(2**63))
TEXTS = st.text(max_size=6)


@dataclass(slots=True)
class Arguments:
    """The arguments of one call."""

    values: dict[str, Json] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    """Of those that come from an earlier answer."""


@st.composite
def arguments(draw: st.DrawFn, table: Table, function: Function, seen: Sightings, short_ms: int) -> Arguments:
    """Arguments for a call; those that name the row come first, as others depend on which row it is.

    `short_ms` is a duration that the program can wait for.
    """
    drawn = Arguments()
    keys = {one.name for one in table.row_key}
    for argument in sorted(function.arguments, key=lambda one: one.name not in keys):
        value, source = draw(
            _value(table, argument, seen, drawn.values) if argument.drawn is not Drawn.DURATION else _duration(short_ms)
        )
        drawn.values[argument.name] = value
        if source is not None:
            drawn.sources[argument.name] = source
    drawn.values = {one.name: drawn.values[one.name] for one in function.arguments}
    return drawn


def keys(table: Table) -> st.SearchStrategy[str | None]:
    """The key of an independent part; null where the table is one."""
    return st.none() if table.key is None else st.sampled_from(NAMES)


_Taken = tuple[Json, Source | None]


def _value(table: Table, argument: Argument, seen: Sightings, drawn: Mapping[str, Json]) -> st.SearchStrategy[_Taken]:
    match argument.drawn:
        case Drawn.SEEN:
            return _seen(argument, seen, drawn, (0,))
        case Drawn.ABOVE_SEEN:
            return _seen(argument, seen, drawn, (1, 2, 0, -1))
    return _plain(table, argument).map(lambda value: (value, None))


def _duration(short_ms: int) -> st.SearchStrategy[_Taken]:
    return st.sampled_from((LONG_MS, short_ms)).map(lambda ms: (ms, None))


def _plain(table: Table, argument: Argument) -> st.SearchStrategy[Json]:
    """A value that depends on nothing that was seen; now and then null, where that is one."""
    if argument.values:
        return st.sampled_from((*((None,) if argument.nullable else ()), *argument.values))
    plain = _by_hint(table, argument)
    return st.one_of(st.none(), plain, plain) if argument.nullable else plain


def _by_hint(table: Table, argument: Argument) -> st.SearchStrategy[Json]:
    match argument.drawn, argument.type:
        case Drawn.IDENTITY, "string":
            return st.sampled_from(NAMES)
        case Drawn.SELF, "string":
            return st.sampled_from(CLIENTS)
        case Drawn.FEW, _:
            return st.sampled_from((1, 2, 0, 3))
        case ((Drawn.IDENTITY | Drawn.AGE | Drawn.SEEN | Drawn.ABOVE_SEEN), "integer"):
            return st.sampled_from(AGES)
        case Drawn.SEEN, "string":
            return st.sampled_from(NAMES)
    return _of_type(table, argument)


def _of_type(table: Table, argument: Argument) -> st.SearchStrategy[Json]:
    match argument.type:
        case "string":
            return TEXTS
        case "integer":
            return INT64
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(st.sampled_from(NAMES), max_size=3)
        case "object" if argument.members:
            member = st.fixed_dictionaries({name: _member(table, name) for name in argument.members})
            return st.dictionaries(st.sampled_from(NAMES), member, max_size=2)
        case "object":
            return st.dictionaries(TEXTS, json_values(3), max_size=2)
    return st.sampled_from(CURIOUS_VALUES) | json_values(4)


def _member(table: Table, name: str) -> st.SearchStrategy[Json]:
    """A member of an object in an object: one of the values that a field of this name has, else any text."""
    values = next((one.values for one in table.fields if one.name == name and one.values), None)
    return TEXTS if values is None else st.sampled_from(values)


def _seen(
    argument: Argument, seen: Sightings, drawn: Mapping[str, Json], offsets: tuple[int, ...]
) -> st.SearchStrategy[_Taken]:
    """Something seen, an integer with an offset; now and then a value that nobody saw."""
    known = seen.about(argument, drawn)
    taken: list[_Taken] = []
    for offset in offsets:
        for one in known:
            taken.append(_shifted(one.value, one.source, offset))
    null: list[_Taken] = [(None, None)] if argument.nullable else []
    unseen: tuple[Json, ...] = (0, 1, 2) if argument.type == "integer" else NAMES
    if not known:
        return st.sampled_from([*((value, None) for value in unseen), *null])
    return st.sampled_from([*taken, *null, (unseen[0], None), (unseen[1], None)])


def _shifted(value: Json, source: Source | None, offset: int) -> _Taken:
    if not offset or not isinstance(value, int) or value + offset not in range(-(2**63), 2**63):
        return value, source
    return value + offset, None if source is None else Source(source.step, source.path, source.plus + offset)

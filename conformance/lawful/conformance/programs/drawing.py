"""Hypothesis strategies for the calls of two clients that know what either saw. Needs Hypothesis.

They are drawn as for workloads (`workloads.drawing`), but that any value of a type may come where the declaration asks
for curious ones, and that durations are long or such that a program can wait for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

from lawful.conformance.history.strategies import INT64, json_values
from lawful.conformance.programs.plain import LONG_MS
from lawful.conformance.workloads.client import keys_of
from lawful.conformance.workloads.drawing import Drawing, names
from lawful.conformance.workloads.memory import Memory
from lawful.conformance.workloads.script import CURIOUS_TEXTS, CURIOUS_VALUES, Intent
from lawful.conformance.workloads.table_traits import counted_values
from lawful.models.values import Json
from lawful.specs.field import Argument, Drawn
from lawful.specs.function import Function
from lawful.specs.table import Table

T = TypeVar("T")

_CLIENTS = (0, 1)
_TEXTS = st.text(max_size=6) | st.sampled_from(CURIOUS_TEXTS)


@st.composite
def calls(draw: st.DrawFn, table: Table, function: Function, memory: Memory, tick: int, short_ms: int) -> Intent:
    """A call by one of two clients; `short_ms` is a duration that the program can wait for."""

    def choose(values: Sequence[T]) -> T:
        return draw(st.sampled_from(values))

    given: dict[str, Json] = {
        argument.name: draw(_any(table, argument))
        for argument in function.arguments
        if argument.drawn is Drawn.CURIOUS and not argument.values
    }
    for argument in function.arguments:
        if argument.drawn is Drawn.DURATION:
            given[argument.name] = choose((LONG_MS, LONG_MS, short_ms))
    drawing = Drawing(table, choose(_CLIENTS), choose, memory)
    drawing.tick = tick
    key = choose(keys_of(table))
    return Intent(table.name, key, function.name, drawing.arguments(function, key, given))


def _any(table: Table, argument: Argument) -> st.SearchStrategy[Json]:
    """Any value of the type; now and then null, where that is one."""
    strategy = _of_type(table, argument)
    return st.one_of(st.none(), strategy, strategy) if argument.nullable else strategy


def _of_type(table: Table, argument: Argument) -> st.SearchStrategy[Json]:
    match argument.type:
        case "string":
            return _TEXTS
        case "integer":
            return INT64
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(st.sampled_from(names(argument.name)), max_size=3)
        case "object" if argument.members:
            member = st.fixed_dictionaries({name: _member(table, name) for name in argument.members})
            return st.dictionaries(st.sampled_from(names("node")), member, max_size=2)
        case "object":
            return st.dictionaries(_TEXTS, json_values(3), max_size=2)
    return st.sampled_from(CURIOUS_VALUES) | json_values(4)


def _member(table: Table, name: str) -> st.SearchStrategy[Json]:
    """A member of an object in an object: one of the values that a field of this name has, else any text."""
    values = counted_values(table, name)
    return st.sampled_from(values) if values else _TEXTS

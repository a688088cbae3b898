"""What a client saw so far, by the names of fields and arguments: where later arguments are taken from.

A worker names the job that it claimed, a leader shows the token that it was granted, a writer the version that it
read. What the store chose is remembered with the answer that showed it (see `program.Source`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lawful.conformance.programs.program import Source, Step
from lawful.models.values import Json, canonical
from lawful.specs.field import Argument, Field
from lawful.specs.function import AnyAbove, Function, OnAnyRow, OnRow, OnWhole, Reply
from lawful.specs.table import Table

_MOST = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """A value under a name."""

    value: Json
    row: Mapping[str, Json]
    """The fields of the key of the row that it is about, where they are known."""
    source: Source | None
    """Where it was answered; None where a client had said it itself."""


class Sightings:
    """What was seen in one independent part of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._keys = tuple(one.name for one in table.row_key)
        self._seen: dict[str, list[Seen]] = {}

    def note(self, step: Step, result: Json) -> None:
        """Remember what a step asked and what was answered."""
        function = step.declared
        asked = {name: value for name, value in step.arguments.items() if name in self._keys}
        for argument in function.arguments:
            source = step.sources.get(argument.name)
            self._add(argument.like or argument.name, Seen(step.arguments[argument.name], asked, source))
        for name, value, row, path in self._answered(function, result, asked):
            chosen = isinstance(function.body, OnAnyRow) or not self._said(name, value)
            self._add(name, Seen(value, row, Source(step.number, path) if chosen else None))

    def about(self, argument: Argument, drawn: Mapping[str, Json]) -> list[Seen]:
        """What was seen under the name of an argument: about the same row first, the latest first."""
        row = {name: value for name, value in drawn.items() if name in self._keys}
        seen = self._seen.get(argument.like or argument.name, [])
        latest_first = seen[::-1]
        return sorted(latest_first, key=lambda one: not _agree(one.row, row))[:_MOST]

    def _add(self, name: str, seen: Seen) -> None:
        if seen.value is None:
            return
        known = self._seen.setdefault(name, [])
        same = [one for one in known if (canonical(one.value), one.row) == (canonical(seen.value), seen.row)]
        for one in same:
            known.remove(one)
        known.append(seen)

    def _said(self, name: str, value: Json) -> bool:
        """Whether a client had named the value before any store did."""
        text = canonical(value)
        return any(one.source is None and canonical(one.value) == text for one in self._seen.get(name, []))

    def _answered(
        self, function: Function, result: Json, asked: Mapping[str, Json]
    ) -> Iterator[tuple[str, Json, Mapping[str, Json], tuple[str | int, ...]]]:
        """Each value in an answer: its name, itself, its row and its place."""
        if isinstance(result, Mapping):
            yield from _members(result, asked, self._keys, ())
        elif isinstance(result, Sequence) and not isinstance(result, str):
            for position, row in enumerate(result):
                if isinstance(row, Mapping):
                    yield from _members(row, asked, self._keys, (position,))
        elif isinstance(result, str | int) and not isinstance(result, bool):
            for name in _answered_fields(function):
                yield name, result, asked, ()


def _members(
    row: Mapping[str, Json], asked: Mapping[str, Json], keys: Sequence[str], path: tuple[str | int, ...]
) -> Iterator[tuple[str, Json, Mapping[str, Json], tuple[str | int, ...]]]:
    about = {**asked, **{name: row[name] for name in keys if name in row}}
    for name, value in row.items():
        yield name, value, about, (*path, name)


def _answered_fields(function: Function) -> frozenset[str]:
    """The fields that an answer of one value shows."""
    cases = function.body.cases if isinstance(function.body, OnRow | OnWhole | OnAnyRow) else ()
    return frozenset(name for case in cases for name in _fields_in(case.answer))


def _fields_in(answer: Reply) -> Iterator[str]:
    if isinstance(answer, Field):
        yield answer.name
    elif isinstance(answer, AnyAbove):
        yield from _fields_in(answer.bound)
    else:
        for name in getattr(answer, "__dataclass_fields__", ()):
            part = getattr(answer, name)
            if hasattr(part, "__dataclass_fields__"):
                yield from _fields_in(part)


def _agree(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    return all(one[name] == value for name, value in other.items() if name in one)

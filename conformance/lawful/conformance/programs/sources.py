"""Which arguments of a program come from an earlier answer: a job that was claimed, a token that was granted.

They are found by their names and values, in answers about the same part of the table. A value that a client had named
first is no choice of the store, and stays as it is, but for the row where the store chose one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lawful.conformance.programs.program import Source, Step
from lawful.models.values import Json, canonical
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.function import AnyAbove, Function, OnAnyRow, Reply

_MOST_ABOVE = 5
_Name = tuple[str, str | None, str]
"""A table, the key of a part of it, and the name of a field."""


class Sources:
    """What was said and answered so far in one program."""

    def __init__(self) -> None:
        self._said: set[tuple[_Name, str]] = set()
        self._chosen: dict[_Name, list[tuple[Json, Source]]] = {}

    def of(self, step: Step) -> dict[str, Source]:
        """The arguments of `step` that stand in an earlier answer."""
        found = ((one.name, self._of_argument(step, one)) for one in step.declared.arguments)
        return {name: source for name, source in found if source is not None}

    def note(self, step: Step, result: Json) -> None:
        """Remember what a step asked and what was answered."""
        for argument in step.declared.arguments:
            if argument.name not in step.sources:
                self._said.add((_name(step, argument), canonical(step.arguments[argument.name])))
        for name, value, path in _answered(step.declared, result):
            place = step.table.name, step.key, name
            said = (place, canonical(value)) in self._said
            if isinstance(value, str | int) and (isinstance(step.declared.body, OnAnyRow) or not said):
                self._chosen.setdefault(place, []).append((value, Source(step.number, path)))

    def _of_argument(self, step: Step, argument: Argument) -> Source | None:
        value = step.arguments[argument.name]
        for chosen, source in reversed(self._chosen.get(_name(step, argument), ())):
            if argument.drawn is Drawn.SEEN and canonical(chosen) == canonical(value):
                return source
            if argument.drawn is Drawn.ABOVE_SEEN and isinstance(value, int) and isinstance(chosen, int):
                above = value - chosen
                return Source(source.step, source.path, above) if abs(above) <= _MOST_ABOVE else None
        return None


def _name(step: Step, argument: Argument) -> _Name:
    return step.table.name, step.key, argument.like or argument.name


_Shown = tuple[str, Json, tuple[str | int, ...]]
"""A name, the value under it, and where it stands in the answer."""


def _answered(function: Function, result: Json) -> Iterator[_Shown]:
    if isinstance(result, Mapping):
        yield from ((name, value, (name,)) for name, value in result.items())
    elif isinstance(result, Sequence) and not isinstance(result, str):
        for position, row in enumerate(result):
            if isinstance(row, Mapping):
                yield from ((name, value, (position, name)) for name, value in row.items())
    else:
        names = {name for case in function.cases for name in _fields_in(case.answer)}
        yield from ((name, result, ()) for name in names)


def _fields_in(answer: Reply) -> Iterator[str]:
    """The fields whose values an answer of one value shows."""
    if isinstance(answer, Field):
        yield answer.name
    elif isinstance(answer, AnyAbove):
        yield from _fields_in(answer.bound)
    else:
        parts = (getattr(answer, name) for name in getattr(answer, "__dataclass_fields__", ()))
        for part in parts:
            if hasattr(part, "__dataclass_fields__"):
                yield from _fields_in(part)

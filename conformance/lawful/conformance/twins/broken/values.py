"""Values that come back other than they were written, and keys that are taken for each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace

from lawful.conformance.twins.store import DeclaredStore, Request, Steps
from lawful.models.values import Json
from lawful.specs.table import Table


class ReadsThrough(DeclaredStore):
    """Every value in a row that is shown has gone through an encoding that changes some."""

    def __init__(self, table: Table, encoding: Callable[[Json], Json]) -> None:
        super().__init__(table)
        self._encoding = encoding

    def steps(self, request: Request) -> Steps:
        return self._rows(self.carry_out(request))
        yield

    def _rows(self, answer: Json) -> Json:
        if isinstance(answer, Mapping):
            return {name: self._encoding(value) for name, value in answer.items()}
        if isinstance(answer, list | tuple):
            return [self._rows(row) for row in answer]
        return answer


def everywhere(change: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """`change` of a value, and of all values in it."""

    def changed(value: Json) -> Json:
        if isinstance(value, Mapping):
            return change({name: changed(member) for name, member in value.items()})
        if isinstance(value, list | tuple):
            return change([changed(member) for member in value])
        return change(value)

    return changed


def through_double(value: Json) -> Json:
    """An integer as a language has it in which every number is a double."""
    return int(float(value)) if isinstance(value, int) and not isinstance(value, bool) else value


def one_as_true(value: Json) -> Json:
    """A truth value as a language has it in which it is a number."""
    return bool(value) if isinstance(value, int) and value in (0, 1) else value


def map_as_list(value: Json) -> Json:
    """An empty object as a language has it in which maps and lists are one."""
    return [] if isinstance(value, Mapping) and not value else value


def null_as_text(value: Json) -> Json:
    """Null as a store has it that knows texts only."""
    return "" if value is None else value


def cut_at_zero(value: Json) -> Json:
    """A text as a language has it in which texts end in zero."""
    return value.split("\x00")[0] if isinstance(value, str) else value


def composed(value: Json) -> Json:
    """A text in Unicode's normal form for compatibility."""
    return unicodedata.normalize("NFKC", value) if isinstance(value, str) else value


def in_ascii(value: Json) -> Json:
    """A text with a question mark for every character that is not in ASCII."""
    return value.encode("ascii", "replace").decode() if isinstance(value, str) else value


class OneForAll(DeclaredStore):
    """The independent parts of the table are one."""

    def steps(self, request: Request) -> Steps:
        return self.carry_out(replace(request, key=None))
        yield


class JoinedKeys(DeclaredStore):
    """The parts of a key are joined with a colon, and what a key is made of may hold one."""

    def steps(self, request: Request) -> Steps:
        names = [field.name for field in self.table.row_key]
        if self.table.key is not None and request.key is not None:
            names = [self.table.key, *names]
        given = {**request.arguments, **({} if self.table.key is None else {self.table.key: request.key})}
        if not all(isinstance(given.get(name), str) for name in names):
            return self.carry_out(request)
        joined = ":".join(str(given[name]) for name in names)
        # Split again at the first colons: where no part holds one, these are the parts.
        parts = dict(zip(names, joined.split(":", len(names) - 1), strict=True))
        arguments = {name: parts.get(name, value) for name, value in request.arguments.items()}
        key = request.key if self.table.key is None else parts[self.table.key]
        return self.carry_out(replace(request, key=key, arguments=arguments))
        yield

"""Tables in SQLite whose rows are put, looked up, listed and removed, and nothing else.

A table names its columns and how each holds a value; the four statements are the same for all. An upsert is an
`UPDATE` and, where that met no row, an `INSERT`: `ON CONFLICT DO UPDATE` would not tell whether the row is new. The two
are one step because the transaction holds the write lock from before the first on; see `database`.

Text is compared byte by byte in UTF-8 (SQLite documentation, "Datatypes", BINARY), which is the order of code points.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from lawful.conformance.backends.sqlite.database import Database
from lawful.models.values import Json, canonical


class Column(NamedTuple):
    """A column, with the way from a JSON value to what SQLite holds and back."""

    name: str
    held: Callable[[Any], str | int | None]
    shown: Callable[[Any], Json]


def plain(name: str) -> Column:
    """A text, an integer or null, as it is."""
    return Column(name, lambda value: value, lambda value: value)


def boolean(name: str) -> Column:
    """SQLite has no booleans, and would give back 0 and 1."""
    return Column(name, int, bool)


def json_text(name: str) -> Column:
    """Any JSON value, as its text; null is a text as well."""
    return Column(name, canonical, json.loads)


class UpsertedRows:
    """One such table. Its columns and `schema` are those of the subclass."""

    schema: str
    table: ClassVar[str]
    key: ClassVar[str]
    """The column that tells rows apart, a text."""
    columns: ClassVar[tuple[Column, ...]]
    """The other columns."""
    named: ClassVar[str | None] = None
    """The argument by which clients name a row; None: the one called like the key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        names = [column.name for column in self.columns]
        assigned = ", ".join(f"{name} = ?" for name in names)
        every = ", ".join((self.key, *names))
        self._update = f"UPDATE {self.table} SET {assigned} WHERE {self.key} = ?"
        self._insert = f"INSERT INTO {self.table} ({', '.join((*names, self.key))}) VALUES (?{', ?' * len(names)})"
        self._select = f"SELECT {every} FROM {self.table}"

    def key_of(self, name: str) -> str:
        """The key of the row that clients call `name`."""
        return name

    def upsert(self, **arguments: Json) -> bool:
        key = self._key(arguments)
        values = [column.held(arguments[column.name]) for column in self.columns]
        if self._database.execute(self._update, *values, key).rowcount == 1:
            return False
        self._database.execute(self._insert, *values, key)
        return True

    def get(self, **arguments: Json) -> Json:
        row = self._database.execute(f"{self._select} WHERE {self.key} = ?", self._key(arguments)).fetchone()
        return None if row is None else self._shown(row)

    def delete(self, **arguments: Json) -> bool:
        deleted = self._database.execute(f"DELETE FROM {self.table} WHERE {self.key} = ?", self._key(arguments))
        return deleted.rowcount == 1

    def list(self) -> Sequence[Json]:
        return [self._shown(row) for row in self._database.execute(f"{self._select} ORDER BY {self.key}")]

    def _key(self, arguments: dict[str, Json]) -> str:
        return self.key_of(str(arguments[self.named or self.key]))

    def _shown(self, row: Sequence[Any]) -> Json:
        key, *values = row
        shown = {column.name: column.shown(value) for column, value in zip(self.columns, values, strict=True)}
        return {self.key: key, **shown}

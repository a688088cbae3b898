"""Statements of programs on a real SQLite file in WAL mode, one connection per client.

The busy time-out is 0: the model says which statements have to wait, and a schedule never sends them before they can
go on, so one that finds the file locked is one that SQLite refuses without waiting.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from lawful.models.history import NS_PER_MS
from lawful.models.primitives.command import Answer, Command, ErrorReply

_TRANSACTIONS = {
    "BEGIN_DEFERRED": "BEGIN DEFERRED",
    "BEGIN_IMMEDIATE": "BEGIN IMMEDIATE",
    "COMMIT": "COMMIT",
    "ROLLBACK": "ROLLBACK",
}
_Where = Sequence[tuple[str, Any]]


class SqliteStore:
    """The file at `path`, with the tables of `schema`: columns beside `id` by table."""

    def __init__(self, path: Path, schema: Mapping[str, Sequence[str]]) -> None:
        self._path = path
        self._schema = schema
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            for table, columns in schema.items():
                database.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, {', '.join(columns)})")

    def connect(self) -> SqliteConnection:
        return SqliteConnection(sqlite3.connect(self._path, timeout=0, isolation_level=None))

    def clear(self) -> None:
        with closing(sqlite3.connect(self._path)) as database:
            for table in self._schema:
                database.execute(f"DELETE FROM {table}")
            database.commit()


class SqliteConnection:
    """Statement by statement."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def send(self, command: Command) -> Answer:
        if command.name == "NOW":
            return time.time_ns() // NS_PER_MS
        try:
            if command.name in _TRANSACTIONS:
                self._connection.execute(_TRANSACTIONS[command.name])
                return None
            return _STATEMENTS[command.name](self._connection, *command.arguments)
        except sqlite3.OperationalError as error:
            # The low byte is the kind of error: SQLITE_BUSY_SNAPSHOT is a SQLITE_BUSY.
            return ErrorReply("BUSY" if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY else "ERROR")

    def close(self) -> None:
        self._connection.close()


def _rows(connection: sqlite3.Connection, statement: str, values: Sequence[Any]) -> list[Answer]:
    cursor = connection.execute(statement, values)
    columns = [column[0] for column in cursor.description]
    named = [sorted(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return [tuple(part for column in row for part in column) for row in named]


def _select(connection: sqlite3.Connection, table: str, id: str) -> Answer:
    rows = _rows(connection, f"SELECT * FROM {table} WHERE id = ?", (id,))
    return rows[0] if rows else None


def _select_all(connection: sqlite3.Connection, table: str, where: _Where = ()) -> Answer:
    statement = f"SELECT * FROM {table} WHERE {_conditions(where)} ORDER BY id"
    return tuple(_rows(connection, statement, [value for _, value in where]))


def _insert(connection: sqlite3.Connection, table: str, id: str, columns: _Where) -> Answer:
    names = ", ".join(["id", *(name for name, _ in columns)])
    places = ", ".join("?" * (len(columns) + 1))
    statement = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})"
    return connection.execute(statement, (id, *(value for _, value in columns))).rowcount


def _update(connection: sqlite3.Connection, table: str, id: str, changes: _Where, where: _Where = ()) -> Answer:
    assignments = ", ".join(f"{column} = ?" for column, _ in changes)
    statement = f"UPDATE {table} SET {assignments} WHERE id = ? AND {_conditions(where)}"
    values = (*(value for _, value in changes), id, *(value for _, value in where))
    return connection.execute(statement, values).rowcount


def _delete(connection: sqlite3.Connection, table: str, id: str) -> Answer:
    return connection.execute(f"DELETE FROM {table} WHERE id = ?", (id,)).rowcount


def _conditions(where: _Where) -> str:
    """`IS`, as `=` is never true of null."""
    return " AND ".join(["1", *(f"{column} IS ?" for column, _ in where)])


_STATEMENTS: dict[str, Callable[..., Answer]] = {
    "SELECT": _select,
    "SELECT_ALL": _select_all,
    "INSERT": _insert,
    "UPDATE": _update,
    "DELETE": _delete,
}

"""An SQLite file in WAL mode, at the level of rows: statements by several connections, and their transactions.

Claims, from the SQLite documentation ("Transaction", "Isolation In SQLite", "Write-Ahead Logging", "Result and
Error Codes", SQLITE_BUSY and SQLITE_BUSY_SNAPSHOT):
- Without BEGIN each statement is a transaction.
- BEGIN DEFERRED takes nothing. Its first statement takes a snapshot, which all later reads see.
- One connection at a time holds the write lock. BEGIN IMMEDIATE, or a first statement that writes, waits for it.
- A transaction that has a snapshot and wants to write is refused at once (BUSY) where another one holds the lock, or
  where the file was changed since its snapshot. It stays open, and can only read on or be rolled back.
- A lost connection rolls its transaction back.

Assumption: the busy time-out is longer than any wait; a client that waits for ever shows as a schedule that is stuck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lawful.models.primitives.command import Answer, Command, ErrorReply
from lawful.models.primitives.store import Reply
from lawful.models.rows import Rows

Row = tuple[tuple[str, Any], ...]
"""Columns and values, in order of column."""
Tables = Rows[Row]
"""Rows by `table/id`."""

_Columns = Mapping[str, Sequence[str]]

BUSY = ErrorReply("BUSY")


class Transaction(NamedTuple):
    """A transaction that was begun."""

    tables: Tables | None = None
    """What it sees: its snapshot with its own changes; None before its first statement."""
    has_changed: bool = False
    is_stale: bool = False
    """Another connection changed the file since the snapshot."""


class SqliteState(NamedTuple):
    """The file, and what its connections have open."""

    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tables: Tables = Rows()
    now_ms: int = 0
    writer: int | None = None
    transactions: Rows[Transaction] = Rows()


@dataclass(frozen=True, slots=True)
class SqliteModel:
    """The file."""

    name: str = "sqlite"

    def initial(self, schema: Mapping[str, Sequence[str]]) -> SqliteState:
        return SqliteState(tuple((table, tuple(columns)) for table, columns in schema.items()))

    def step(self, state: SqliteState, client: int, command: Command) -> Reply | None:
        transaction = state.transactions.get(str(client))
        match command.name:
            case "NOW":
                return Reply(state.now_ms, state)
            case "BEGIN_DEFERRED" if transaction is not None:
                return Reply(ErrorReply("ERROR"), state)
            case "BEGIN_IMMEDIATE" if transaction is not None:
                return _nested(state, client)
            case "BEGIN_DEFERRED":
                return Reply(None, _open(state, client, Transaction()))
            case "BEGIN_IMMEDIATE":
                if state.writer is not None:
                    return None
                return Reply(None, _open(state._replace(writer=client), client, Transaction(state.tables)))
            case "COMMIT" | "ROLLBACK" if transaction is None:
                return Reply(ErrorReply("ERROR"), state)
            case "COMMIT":
                return Reply(None, _committed(state, client))
            case "ROLLBACK":
                return Reply(None, _closed(state, client))
        if command.name in _READS:
            return _read(state, client, command)
        return _write(state, client, command)

    def disconnected(self, state: SqliteState, client: int) -> SqliteState:
        return _closed(state, client)

    def later(self, state: SqliteState, now_ms: int) -> SqliteState:
        return state._replace(now_ms=now_ms)


def _read(state: SqliteState, client: int, command: Command) -> Reply:
    transaction = state.transactions.get(str(client))
    if transaction is None:
        return Reply(_READS[command.name](state.tables, *command.arguments), state)
    if transaction.tables is None:
        transaction = transaction._replace(tables=state.tables)
    assert transaction.tables is not None
    return Reply(_READS[command.name](transaction.tables, *command.arguments), _open(state, client, transaction))


def _write(state: SqliteState, client: int, command: Command) -> Reply | None:
    transaction = state.transactions.get(str(client))
    is_locked = state.writer not in (None, client)
    if transaction is None:
        if is_locked:
            return None
        # One statement is a transaction of its own.
        begun = _open(state._replace(writer=client), client, Transaction(state.tables))
        reply = _write(begun, client, command)
        assert reply is not None
        assert isinstance(reply.state, SqliteState)
        return Reply(reply.answer, _committed(reply.state, client))
    if transaction.tables is None:
        if is_locked:
            return None
        transaction = transaction._replace(tables=state.tables)
    elif is_locked or transaction.is_stale:
        return Reply(BUSY, state)
    assert transaction.tables is not None
    count, tables = _WRITES[command.name](dict(state.columns), transaction.tables, *command.arguments)
    has_changed = transaction.has_changed or tables != transaction.tables
    changed = transaction._replace(tables=tables, has_changed=has_changed)
    return Reply(count, _open(state._replace(writer=client), client, changed))


def _nested(state: SqliteState, client: int) -> Reply | None:
    """BEGIN IMMEDIATE within a transaction is an error, but takes the lock before it finds out."""
    reply = _write(state, client, Command("LOCK"))
    return reply if reply is None or reply.answer == BUSY else reply._replace(answer=ErrorReply("ERROR"))


def _open(state: SqliteState, client: int, transaction: Transaction) -> SqliteState:
    return state._replace(transactions=state.transactions.put(str(client), transaction))


def _closed(state: SqliteState, client: int) -> SqliteState:
    name = str(client)
    writer = None if state.writer == client else state.writer
    if state.transactions.get(name) is None:
        return state
    return state._replace(writer=writer, transactions=state.transactions.without(name))


def _committed(state: SqliteState, client: int) -> SqliteState:
    transaction = state.transactions.get(str(client))
    assert transaction is not None
    state = _closed(state, client)
    if not transaction.has_changed or transaction.tables is None:
        return state
    others = state.transactions
    for name, other in others.items():
        if other.tables is not None:
            others = others.put(name, other._replace(is_stale=True))
    return state._replace(tables=transaction.tables, transactions=others)


def _select(tables: Tables, table: str, id: str) -> Answer:
    row = tables.get(f"{table}/{id}")
    return None if row is None else _flat(row)


def _select_all(tables: Tables, table: str, where: Row = ()) -> Answer:
    """Rows in order of id."""
    return tuple(_flat(row) for key, row in tables.items() if key.startswith(f"{table}/") and _matches(row, where))


def _insert(
    columns: Mapping[str, Sequence[str]], tables: Tables, table: str, id: str, given: Row
) -> tuple[int, Tables]:
    """INSERT OR IGNORE."""
    key = f"{table}/{id}"
    if tables.get(key) is not None:
        return 0, tables
    row = {"id": id, **dict.fromkeys(columns[table]), **dict(given)}
    return 1, tables.put(key, tuple(sorted(row.items())))


def _update(
    columns: _Columns, tables: Tables, table: str, id: str, changes: Row, where: Row = ()
) -> tuple[int, Tables]:
    key = f"{table}/{id}"
    row = tables.get(key)
    if row is None or not _matches(row, where):
        return 0, tables
    return 1, tables.put(key, tuple(sorted({**dict(row), **dict(changes)}.items())))


def _delete(columns: _Columns, tables: Tables, table: str, id: str) -> tuple[int, Tables]:
    key = f"{table}/{id}"
    return (0, tables) if tables.get(key) is None else (1, tables.without(key))


def _matches(row: Row, where: Row) -> bool:
    values = dict(row)
    return all(values[column] == value for column, value in where)


def _flat(row: Row) -> Answer:
    return tuple(part for column in row for part in column)


_READS: dict[str, Callable[..., Answer]] = {"SELECT": _select, "SELECT_ALL": _select_all}
_WRITES: dict[str, Callable[..., tuple[int, Tables]]] = {
    "INSERT": _insert,
    "UPDATE": _update,
    "DELETE": _delete,
    "LOCK": lambda columns, tables: (0, tables),
}

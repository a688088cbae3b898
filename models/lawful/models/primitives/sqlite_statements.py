"""The SQL statements that programs use: whole rows by id, conditions as equality of columns.

A row is answered as `pairs` takes it, columns in order of name. What a statement is in SQL stands in
`conformance/…/protocol_replay`.
"""

from __future__ import annotations

from typing import Any

from lawful.models.primitives.command import Command, Primitive

BEGIN_DEFERRED = Primitive("BEGIN_DEFERRED")
BEGIN_IMMEDIATE = Primitive("BEGIN_IMMEDIATE")
COMMIT = Primitive("COMMIT")
ROLLBACK = Primitive("ROLLBACK")
SELECT = Primitive("SELECT")
"""`SELECT(table, id)`: the row or null."""
DELETE = Primitive("DELETE")
"""`DELETE(table, id)`: how many rows went."""

Columns = dict[str, Any]


def SELECT_ALL(table: str, **where: Any) -> Command:  # noqa: N802 as SQL spells its statements
    """The rows that match, in order of id."""
    return Command("SELECT_ALL", (table, _sorted(where)))


def INSERT(table: str, id: str, **columns: Any) -> Command:  # noqa: N802
    """INSERT OR IGNORE: how many rows were added; columns not given are null."""
    return Command("INSERT", (table, id, _sorted(columns)))


def UPDATE(table: str, id: str, changes: Columns, where: Columns | None = None) -> Command:  # noqa: N802
    """How many rows were changed."""
    return Command("UPDATE", (table, id, _sorted(changes), _sorted(where or {})))


def _sorted(columns: Columns) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(columns.items()))

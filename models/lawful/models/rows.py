"""The rows of a table as an immutable value: what the states of the task-store models are made of."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Generic, TypeVar

Row = TypeVar("Row", bound=Hashable)


class Rows(Generic[Row]):
    """Rows by key. `put` and `without` give a new table and leave this one as it is.

    The hash is the exclusive or of the hashes of the rows, so a changed table gets its hash from the old one and
    the changed row: a search hashes tables of hundreds of rows at each step.

    >>> table = Rows[int]().put("a", 1).put("b", 2)
    >>> table.get("a"), sorted(table.without("a")), table.without("b").put("b", 2) == table
    (1, ['b'], True)
    """

    __slots__ = ("_hash", "_rows")

    def __init__(self, rows: Mapping[str, Row] | None = None, known_hash: int | None = None) -> None:
        self._rows: Mapping[str, Row] = {} if rows is None else rows
        if known_hash is None:
            known_hash = 0
            for item in self._rows.items():
                known_hash ^= hash(item)
        self._hash = known_hash

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def put(self, key: str, row: Row) -> Rows[Row]:
        """This table with `row` under `key`, whether or not there was one."""
        rows = dict(self._rows)
        rows[key] = row
        changed = self._hash ^ hash((key, row))
        if key in self._rows:
            changed ^= hash((key, self._rows[key]))
        return Rows(rows, changed)

    def without(self, key: str) -> Rows[Row]:
        """This table without `key`, which it must have."""
        rows = dict(self._rows)
        row = rows.pop(key)
        return Rows(rows, self._hash ^ hash((key, row)))

    def items(self) -> list[tuple[str, Row]]:
        """Keys and rows in order of the keys, whatever the order in which they were put."""
        return sorted(self._rows.items(), key=lambda item: item[0])

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self._hash == other._hash and self._rows == other._rows

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{key}: {row!r}" for key, row in self.items()) + "}"

"""The rows of a table that is changed in place, since nobody looks at a state that was replaced."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from lawful.models.rows import Rows

Row = TypeVar("Row", bound=Hashable)


class RowsInPlace(Rows[Row]):
    """As `Rows`, but `put` and `without` change this table and give it back. Iterated in order of last change.

    >>> table = RowsInPlace[int]()
    >>> list(table.put("b", 1).put("a", 2).put("b", 3)), table.items()
    (['a', 'b'], [('a', 2), ('b', 3)])
    """

    __slots__ = ("_changed",)

    def __init__(self) -> None:
        self._changed: dict[str, Row] = {}
        super().__init__(self._changed)

    def put(self, key: str, row: Row) -> RowsInPlace[Row]:
        self._changed.pop(key, None)
        self._changed[key] = row
        return self

    def without(self, key: str) -> RowsInPlace[Row]:
        del self._changed[key]
        return self

    def __hash__(self) -> int:
        raise TypeError("rows that change have no hash")

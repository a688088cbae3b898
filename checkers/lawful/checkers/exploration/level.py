"""The states of one level, in the order in which they were reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.pieces import PIECE
from lawful.checkers.exploration.store import Kept, Store

Ints = NDArray[Any]
LOT = PIECE << 6
"""Rows that are put away at once: whole pieces, so that these are the same wherever rows are."""


class Level:
    """Rows, which are put away once there are many, where there is a `store`."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._kept: list[Kept] = []
        self._rows: list[Ints] = []
        self._here = 0
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, rows: Ints) -> None:
        """More rows."""
        self._rows.append(rows)
        self._here += len(rows)
        self._size += len(rows)
        if self._store is not None and self._here >= LOT:
            there = np.concatenate(self._rows)
            whole = len(there) // LOT * LOT
            self._kept += [self._store(there[begin : begin + LOT]) for begin in range(0, whole, LOT)]
            self._rows = [there[whole:].copy()]
            self._here -= whole

    def lots(self) -> Iterator[Ints]:
        """All rows, once: many at a time, and all but the last a whole number of pieces."""
        while self._kept:
            kept = self._kept.pop(0)
            rows = np.array(kept.values)
            kept.release()
            yield rows
        if self._here:
            there, self._rows = np.concatenate(self._rows), []
            yield there

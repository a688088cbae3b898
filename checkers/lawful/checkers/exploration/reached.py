"""The global states that were reached, in order, and how each was reached first."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.store import Store

Ints = NDArray[Any]
_MANY = 1 << 20


class Origin(NamedTuple):
    """How a state was reached."""

    parent: int
    """The number of the state before; -1 for the first state."""
    entry: int
    """The step, by its number in the table."""


class Reached:
    """Kept in blocks that are never copied, each in the narrowest integers that hold it.

    Where there is a `store`, blocks are put away once there are many, and read where a behaviour is asked for.
    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._starts: list[int] = []
        self._blocks: list[tuple[Ints, Ints]] = []
        self._size = 0
        self._put_away = 0
        """How many blocks, which are the first ones."""

    def __len__(self) -> int:
        return self._size

    @property
    def bytes(self) -> int:
        """What it takes."""
        return sum(parents.nbytes + entries.nbytes for parents, entries in self._blocks)

    def append(self, parents: Ints, entries: Ints) -> None:
        """States with these parents, by these steps."""
        if len(parents):
            self._starts.append(self._size)
            self._blocks.append((_narrow(parents), _narrow(entries)))
            self._size += len(parents)
            if self._store is not None and self._size - self._starts[self._put_away] >= _MANY:
                self._put_blocks_away(self._store)

    def _put_blocks_away(self, store: Store) -> None:
        first = self._put_away
        parents, entries = zip(*self._blocks[first:], strict=True)
        block = store(np.concatenate(parents)).values, store(np.concatenate(entries)).values
        self._blocks[first:], self._starts[first + 1 :] = [block], []
        self._put_away += 1
        # The next block begins here, whenever it comes.

    def origin(self, number: int) -> Origin:
        """How state `number` was reached first."""
        block = bisect_right(self._starts, number) - 1
        parents, entries = self._blocks[block]
        place = number - self._starts[block]
        return Origin(int(parents[place]), int(entries[place]))

    def way(self, number: int) -> list[int]:
        """The steps from the first state to state `number`."""
        entries = []
        while (origin := self.origin(number)).parent >= 0:
            entries.append(origin.entry)
            number = origin.parent
        return entries[::-1]


def _narrow(numbers: Ints) -> Ints:
    """The same numbers in 4 bytes each where they fit."""
    return numbers.astype(np.int32) if numbers.max(initial=0) < 2**31 else numbers.astype(np.int64)

"""The global states that were reached, in order, and how each was reached first."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]


class Origin(NamedTuple):
    """How a state was reached."""

    parent: int
    """The number of the state before; -1 for the first state."""
    entry: int
    """The step, by its number in the table."""


class Reached:
    """Kept in blocks that are never copied, each in the narrowest integers that hold it."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._blocks: list[tuple[Ints, Ints]] = []
        self._size = 0

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

"""Which states were seen, by fingerprint, within a bounded memory.

The latest fingerprints are in a set in memory. When that is full it is put away, sorted, as a run, and a new one is
begun; whatever is not in memory is looked up in all runs. Each piece asks for its fingerprints in rising order, so
that a run is read from its beginning to its end. The answers are those of one large set.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.fingerprints import MOST_FULL, Fingerprints, FingerprintSet, not_empty
from lawful.checkers.exploration.seen import Rows, first_of_each
from lawful.checkers.exploration.store import Kept, Spill

Ints = NDArray[Any]
_BYTES_OF_SLOT = 8


class ByRuns:
    """States are the same where their fingerprints are. `shared`: several processes look."""

    def __init__(self, spill: Spill, *, shared: bool) -> None:
        self._store = spill.store
        self._shared = shared
        self._most = most_marks(spill.memory_bytes)
        self._recent = FingerprintSet(shared=shared)
        self._runs: list[Kept] = []

    @property
    def bytes(self) -> int:
        return self._recent.bytes + sum(run.values.nbytes for run in self._runs)

    def new(self, marks: Fingerprints, rows: Rows) -> Ints:
        unseen = first_of_each(marks, self._recent.missing(marks))
        if not self._runs:
            return unseen
        order = np.argsort(marks[unseen])
        wanted = not_empty(marks[unseen[order]])
        for run in self._runs:
            left = np.flatnonzero(~_are_in(run.values, wanted))
            order, wanted = order[left], wanted[left]
            run.release()
        found: Ints = np.sort(unseen[order])
        return found

    def add(self, marks: Fingerprints, rows: Rows) -> None:
        self._recent.add(marks)
        if len(self._recent) > self._most:
            self._runs.append(self._store(self._recent.in_order()))
            # Processes that were forked before go on looking at the set as it is, and add nothing to it.
            self._recent = FingerprintSet(shared=self._shared)


def most_marks(memory_bytes: int) -> int:
    """How many fingerprints fit: a set has twice the slots of the one before, and both are there while it grows."""
    slots = 1
    while 3 * slots * _BYTES_OF_SLOT <= memory_bytes:
        slots *= 2
    return int(slots * MOST_FULL)


def _are_in(run: Fingerprints, wanted: Fingerprints) -> NDArray[np.bool_]:
    places = np.searchsorted(run, wanted)
    found: NDArray[np.bool_] = run[np.minimum(places, len(run) - 1)] == wanted
    return found

"""Which states were seen, as 64-bit fingerprints, and how likely it is that two states share one.

The fingerprint of a state is the sum, modulo 2^64, of a random-looking number for each part: a server with its state,
or a message. A step changes few parts, so the fingerprint after it is the one before plus a number that is known once
and for all; and messages in flight need no order. Two different states collide with a probability of about 2^-64, as
in the hash compaction of Wolper and Leroy (1993) and of TLC.
"""

from __future__ import annotations

from mmap import mmap
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Fingerprints: TypeAlias = NDArray[np.uint64]

_FEWEST_SLOTS = 1 << 12
MOST_FULL = 0.6
"""Part of the slots that are taken before there are twice as many."""
_EMPTY = np.uint64(0)


def scrambled(numbers: NDArray[np.uint64]) -> Fingerprints:
    """A random-looking number for each, the same on every machine (splitmix64 of Steele, Lea and Flood, 2014)."""
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def overlooked_probability(states: int) -> float:
    """A bound on the probability that some state was taken for another one, and so was not looked at."""
    return float(states) * float(states) / 2.0**65


class FingerprintSet:
    """Open addressing in one array: 8 bytes a slot, and at least four slots for every ten are free."""

    def __init__(self, *, shared: bool = False) -> None:
        """`shared`: processes that are forked later see what is put in after that, too."""
        self._shared = shared
        self._slots = self._empty(_FEWEST_SLOTS)
        self._size = 0

    def _empty(self, slots: int) -> Fingerprints:
        # The pages of an anonymous map stay common to all processes where others are copied at the first change.
        return np.frombuffer(mmap(-1, slots * 8), np.uint64) if self._shared else np.zeros(slots, np.uint64)

    def __len__(self) -> int:
        return self._size

    @property
    def bytes(self) -> int:
        """What it takes."""
        return self._slots.nbytes

    def missing(self, fingerprints: Fingerprints) -> NDArray[np.intp]:
        """The positions of those that are not in the set. One that occurs more than once is named each time."""
        wanted = not_empty(fingerprints)
        mask = np.uint64(len(self._slots) - 1)
        places = wanted & mask
        pending = np.arange(len(wanted))
        found = [pending[:0]]
        while len(pending):
            there = self._slots[places]
            free = there == _EMPTY
            found.append(pending[free])
            further = ~free & (there != wanted)
            pending, wanted = pending[further], wanted[further]
            places = (places[further] + np.uint64(1)) & mask
        return np.sort(np.concatenate(found))

    def add(self, fingerprints: Fingerprints) -> None:
        """Put fingerprints in that are all different and none of which is there."""
        self._size += len(fingerprints)
        if self._size > MOST_FULL * len(self._slots):
            self._grow()
        self._place(not_empty(fingerprints))

    def in_order(self) -> Fingerprints:
        """All of them, in rising order."""
        found: Fingerprints = np.sort(self._slots[self._slots != _EMPTY])
        return found

    def _grow(self) -> None:
        kept = self._slots[self._slots != _EMPTY]
        slots = len(self._slots)
        while self._size > MOST_FULL * slots:
            slots *= 2
        self._slots = self._empty(slots)
        self._place(kept)

    def _place(self, wanted: Fingerprints) -> None:
        """Linear probing, all at once: of those that want the same free slot one gets it, and the others go on."""
        mask = np.uint64(len(self._slots) - 1)
        places = wanted & mask
        while len(wanted):
            free = self._slots[places] == _EMPTY
            self._slots[places[free]] = wanted[free]
            left = self._slots[places] != wanted
            wanted, places = wanted[left], (places[left] + np.uint64(1)) & mask


def not_empty(fingerprints: Fingerprints) -> Fingerprints:
    """Zero stands for a free slot, so the fingerprint 0 counts as 1."""
    return np.where(fingerprints == _EMPTY, np.uint64(1), fingerprints)

"""Which global states were seen: what the search asks of whatever remembers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.fingerprints import Fingerprints, FingerprintSet

Ints = NDArray[Any]
Rows: TypeAlias = Callable[[Ints], Ints]
"""The states themselves, of those that stand at some positions."""


class Seen(Protocol):
    """States, each with its fingerprint."""

    @property
    def bytes(self) -> int:
        """What it takes."""

    def new(self, marks: Fingerprints, rows: Rows) -> Ints:
        """The positions of those that were not seen, each state once, in order."""

    def add(self, marks: Fingerprints, rows: Rows) -> None:
        """States that are all different, and of which none was seen."""


class ByFingerprint:
    """States are the same where their fingerprints are: hash compaction. `shared`: several processes look."""

    def __init__(self, *, shared: bool) -> None:
        self._marks = FingerprintSet(shared=shared)

    @property
    def bytes(self) -> int:
        return self._marks.bytes

    def new(self, marks: Fingerprints, rows: Rows) -> Ints:
        unseen = self._marks.missing(marks)
        return first_of_each(marks, unseen)

    def add(self, marks: Fingerprints, rows: Rows) -> None:
        self._marks.add(marks)


def first_of_each(marks: Fingerprints, which: Ints) -> Ints:
    """Of the positions `which` those where a fingerprint stands first, in order."""
    _, first = np.unique(marks[which], return_index=True)
    found: Ints = np.sort(which[first])
    return found

"""Which states were seen, by the states themselves: none is taken for another one, whatever the fingerprints are.

A fingerprint says only where to look. Each state is kept as its row, of which equal states have the same: the numbers
of the servers' states in the order of the servers, and those of the messages in flight in rising order. Up to
renaming, a state is kept as the smallest of its images.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.fingerprints import MOST_FULL, Fingerprints
from lawful.checkers.exploration.seen import Rows
from lawful.checkers.exploration.step_table import StepTable

Ints = NDArray[Any]
_FREE = -1
_FEWEST_SLOTS = 1 << 12


class ByState:
    """Open addressing: a slot has a fingerprint and the number of a row."""

    def __init__(self, table: StepTable) -> None:
        self._table = table
        width = table.model.servers + table.model.in_flight
        self._rows = np.zeros((_FEWEST_SLOTS, width), np.int32)
        self._size = 0
        self._marks = np.zeros(_FEWEST_SLOTS, np.uint64)
        self._numbers = np.full(_FEWEST_SLOTS, _FREE, np.int64)

    @property
    def bytes(self) -> int:
        return self._rows.nbytes + self._marks.nbytes + self._numbers.nbytes

    def new(self, marks: Fingerprints, rows: Rows) -> Ints:
        states = representatives(self._table, rows(np.arange(len(marks))))
        pending, places = np.arange(len(marks)), self._first_places(marks)
        found = [pending[:0]]
        while len(pending):
            numbers = self._numbers[places]
            free = numbers == _FREE
            found.append(pending[free])
            same = ~free & (self._marks[places] == marks[pending])
            same[same] = (self._rows[numbers[same]] == states[pending[same]]).all(axis=1)
            further = ~free & ~same
            pending, places = pending[further], self._next(places[further])
        unseen = np.sort(np.concatenate(found))
        return unseen[_first_of_each_row(marks[unseen], states[unseen])]

    def add(self, marks: Fingerprints, rows: Rows) -> None:
        states = representatives(self._table, rows(np.arange(len(marks))))
        numbers = np.arange(self._size, self._size + len(marks))
        self._size += len(marks)
        while self._size > len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[numbers] = states
        if self._size > MOST_FULL * len(self._numbers):
            self._grow()
        self._place(marks, numbers)

    def _grow(self) -> None:
        taken = self._numbers != _FREE
        marks, numbers = self._marks[taken], self._numbers[taken]
        slots = len(self._numbers)
        while self._size > MOST_FULL * slots:
            slots *= 2
        self._marks, self._numbers = np.zeros(slots, np.uint64), np.full(slots, _FREE, np.int64)
        self._place(marks, numbers)

    def _place(self, marks: Fingerprints, numbers: Ints) -> None:
        """Linear probing, all at once: of those that want the same free slot one gets it, and the others go on."""
        places = self._first_places(marks)
        while len(numbers):
            free = self._numbers[places] == _FREE
            self._numbers[places[free]] = numbers[free]
            left = self._numbers[places] != numbers
            self._marks[places[~left]] = marks[~left]
            marks, numbers, places = marks[left], numbers[left], self._next(places[left])

    def _first_places(self, marks: Fingerprints) -> Fingerprints:
        return marks & np.uint64(len(self._marks) - 1)

    def _next(self, places: Fingerprints) -> Fingerprints:
        return (places + np.uint64(1)) & np.uint64(len(self._marks) - 1)


def _first_of_each_row(marks: Fingerprints, states: Ints) -> Ints:
    """The positions where a state stands first, in order."""
    _, first, which = np.unique(marks, return_index=True, return_inverse=True)
    if (states != states[first[which]]).any():
        # Two of them share a fingerprint.
        _, first = np.unique(states, axis=0, return_index=True)
    found: Ints = np.sort(first)
    return found


def representatives(table: StepTable, rows: Ints) -> Ints:
    """For each row the smallest of its images under all renamings; without symmetry, the row itself."""
    servers = table.model.servers
    best = rows
    for which, renaming in list(enumerate(table.renamings))[1:]:
        image = np.empty_like(rows)
        for server in range(servers):
            image[:, renaming[server]] = table.states.images[rows[:, server], which]
        image[:, servers:] = np.sort(table.messages.images[rows[:, servers:], which], axis=1)
        best = np.where(_is_smaller(image, best)[:, np.newaxis], image, best)
    return best


def _is_smaller(one: Ints, other: Ints) -> NDArray[np.bool_]:
    """By row, whether it comes first in the order of a dictionary."""
    first = (one != other).argmax(axis=1)[:, np.newaxis]
    found: NDArray[np.bool_] = (np.take_along_axis(one, first, 1) < np.take_along_axis(other, first, 1))[:, 0]
    return found

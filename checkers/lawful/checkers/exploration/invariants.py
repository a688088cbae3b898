"""Whether properties hold, looked at once for each server state, pair of server states and local step that occurs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.fingerprints import FingerprintSet, scrambled
from lawful.models.local_steps import LocalProperty, OfPair, OfServer, OfStep

Ints = NDArray[Any]


class Broken(NamedTuple):
    """A property that does not hold, and the first row that shows it."""

    property: LocalProperty
    row: int


class Invariants:
    """The properties, and what was looked at so far."""

    def __init__(self, properties: Sequence[LocalProperty], values: Sequence[Any]) -> None:
        self._values = values
        self._of_server = [one for one in properties if isinstance(one, OfServer)]
        self._of_pair = [one for one in properties if isinstance(one, OfPair)]
        self._of_step = [one for one in properties if isinstance(one, OfStep)]
        self._seen = FingerprintSet()
        self.applied = dict.fromkeys((one.id for one in properties), 0)
        """By property, of how many different things it said anything."""
        self.pairs: list[tuple[int, int]] = []
        """Those that were looked at, by number, the smaller one first."""

    def broken_states(self, rows: Ints) -> Broken | None:
        """The first property that does not hold of a global state; a row holds the number of each server's state."""
        found = [self._broken_servers(rows)] if self._of_server else []
        if self._of_pair and rows.shape[1] > 1:
            found.append(self._broken_pairs(rows))
        return min((one for one in found if one is not None), key=lambda one: one.row, default=None)

    def broken_steps(self, transitions: Iterable[tuple[int, int]]) -> list[tuple[LocalProperty, int, int]]:
        """Those steps, as state before and after, of which a property does not hold."""
        broken: list[tuple[LocalProperty, int, int]] = []
        for before, after in transitions:
            for one in self._of_step:
                pair = self._values[before], self._values[after]
                self.applied[one.id] += one.applies(*pair)
                if not one.holds(*pair):
                    broken.append((one, before, after))
        return broken

    def _broken_servers(self, rows: Ints) -> Broken | None:
        codes = rows.astype(np.uint64).ravel()

        def judge(code: int) -> LocalProperty | None:
            state = self._values[code]
            return self._judge(self._of_server, [(state,)])

        return self._first_broken(codes, scrambled(~codes), rows.shape[1], judge)

    def _broken_pairs(self, rows: Ints) -> Broken | None:
        columns = [
            np.minimum(rows[:, i], rows[:, j]).astype(np.uint64) << np.uint64(32)
            | np.maximum(rows[:, i], rows[:, j]).astype(np.uint64)
            for i, j in combinations(range(rows.shape[1]), 2)
        ]
        codes = np.stack(columns, axis=1).ravel()

        def judge(code: int) -> LocalProperty | None:
            one, other = code >> 32, code & 0xFFFFFFFF
            self.pairs.append((one, other))
            states = self._values[one], self._values[other]
            return self._judge(self._of_pair, [states, states[::-1]])

        return self._first_broken(codes, scrambled(codes), len(columns), judge)

    def _judge(self, properties: Sequence[Any], things: Sequence[tuple[Any, ...]]) -> LocalProperty | None:
        broken: LocalProperty | None = None
        for one in properties:
            self.applied[one.id] += any(one.applies(*thing) for thing in things)
            if broken is None and not all(one.holds(*thing) for thing in things):
                broken = one
        return broken

    def _first_broken(
        self,
        codes: NDArray[np.uint64],
        marks: NDArray[np.uint64],
        width: int,
        judge: Callable[[int], LocalProperty | None],
    ) -> Broken | None:
        """Judge what was not seen before, in the order of rows."""
        unseen = self._seen.missing(marks)
        new, first = np.unique(marks[unseen], return_index=True)
        self._seen.add(new)
        for place in np.sort(unseen[first]).tolist():
            broken = judge(int(codes[place]))
            if broken is not None:
                return Broken(broken, place // width)
        return None

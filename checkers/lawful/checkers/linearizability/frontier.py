"""Refuting at speed: all configurations at once, return by return, without remembering how they were reached.

The depth-first search finds linearizations, but to show that there is none it has to give up every configuration one
by one. A proof that there is none needs no trails: per position, the sets of what may be placed ahead, by state, are
all there is to know, and a move is applied to a whole set.

Two relaxations make the proof local. What they allow includes what the history allows, so what cannot be explained even
then cannot be explained at all.

1. An operation with an unknown outcome may be placed any number of times.
2. What went before the first position is forgotten: the proof starts from *every* state that any order of any
   operations could lead to, with every choice of the open operations placed ahead. (Those that only look are taken as
   placed: one obligation less, and nothing else changes.) Most contradictions are local, so a few returns suffice.

Models with too many reachable states cannot be started from all of them; for those only the first relaxation is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias

from lawful.checkers.linearizability.configuration import Configuration, Counter
from lawful.checkers.linearizability.moves import Local, Moves
from lawful.checkers.linearizability.schedule import Open, Schedule
from lawful.checkers.linearizability.table import TransitionTable

Layer: TypeAlias = dict[int, set[int]]
"""What may be placed ahead, by state."""

_SHORTEST = 12
_MOST_ENTRIES = 20_000
"""Entries of the table that may be worked out to find the reachable states."""
_SETS_PER_STEP = 4
"""Configurations that a set move handles in the time that the depth-first search takes for one."""
_CONFIGURATIONS_BETWEEN_LOOKS = 2_000


class _TooMuchEffort(Exception):
    """The proof would take longer than it may."""


class Refuter:
    """Tries to prove that some return of one history cannot be explained."""

    def __init__(self, schedule: Schedule, table: TransitionTable, moves: Moves, counter: Counter) -> None:
        self._positions = schedule.positions
        self._kinds = sorted({*schedule.kinds, *(copies.kind for copies in schedule.copies)})
        self._table = table
        self._moves = moves
        self._counter = counter
        self._states: tuple[int, ...] | None = None
        self._length: dict[int, int] = {}
        self._left = 0
        self._unlooked = 0

    def refuted(self, position: int, effort: int) -> bool:
        """Whether the returns up to `position` are proved impossible, whatever went before the last few of them.

        Takes about as long as `effort` steps of the search. False says nothing.
        """
        self._left = effort * _SETS_PER_STEP
        length = self._length.get(position, _SHORTEST)
        while length < position:
            try:
                first = self._cut(position - length)
                if not self._passes(self._anything(first), first, position):
                    return True
            except _TooMuchEffort:
                return False
            length *= 2
            self._length[position] = length
        return False

    def hopeless(self, configuration: Configuration, position: int, effort: int) -> bool:
        """Whether there is provably no way from `configuration` past `position`; False says nothing."""
        self._left = effort * _SETS_PER_STEP
        first, (ahead, state), _, _ = configuration
        try:
            return not self._passes({state: {ahead}}, first, position)
        except _TooMuchEffort:
            return False

    def _cut(self, latest: int) -> int:
        """A position up to `latest` where few operations are open: the fewer, the less has to be tried."""
        candidates = range(max(1, latest - _SHORTEST), latest + 1)
        return min(candidates, key=lambda first: len(self._carried(first)))

    def _carried(self, first: int) -> list[Open]:
        """The operations that change states and may have been placed ahead when the search came to `first`."""
        called = set(self._positions[first].called)
        window = self._positions[first].window
        return [opened for opened in window if opened not in called and not self._table.preserves(opened.kind)]

    def _anything(self, first: int) -> Layer:
        """Every state, with every choice of operations placed ahead, copies in order of return."""
        if self._states is None:
            self._states = self._table.closure(self._kinds, _MOST_ENTRIES)
        if not self._states:
            raise _TooMuchEffort
        looked = sum(opened.bit for opened in self._positions[first].window if self._table.preserves(opened.kind))
        choices = {looked}
        copies: dict[int, int] = {}
        for opened in self._carried(first):
            earlier = copies.get(opened.kind, 0)
            choices |= {ahead | opened.bit for ahead in choices if ahead & earlier == earlier}
            copies[opened.kind] = earlier | opened.bit
            self._spend(len(choices))
        return {state: set(choices) for state in self._states}

    def _passes(self, layer: Layer, first: int, last: int) -> bool:
        """Whether some configuration of `layer` at `first` may get past `last`."""
        for position in range(first, last + 1):
            layer = self._explained(layer, position)
            if not layer:
                return False
        return True

    def _explained(self, layer: Layer, position: int) -> Layer:
        """Every configuration behind the return at `position` that is reached from one of `layer`."""
        bit = self._positions[position].bit
        behind: defaultdict[int, set[int]] = defaultdict(set)
        waiting: Layer = {}
        for state, choices in layer.items():
            looked = self._moves.looked(position, state)
            choices = {ahead | looked for ahead in choices}
            behind[state] |= {ahead ^ bit for ahead in choices if ahead & bit}
            waiting[state] = {ahead for ahead in choices if not ahead & bit}
        reached: defaultdict[int, set[int]] = defaultdict(set, {state: set(waiting[state]) for state in waiting})
        while waiting:
            fresh: defaultdict[int, set[int]] = defaultdict(set)
            for state, choices in waiting.items():
                self._spend(len(choices))
                local = self._moves.at(position, state)
                for after in local.explained:
                    behind[after] |= choices
                for after, moved in _moved(local, choices):
                    behind[after] |= {ahead ^ bit for ahead in moved if ahead & bit}
                    new = {ahead for ahead in moved if not ahead & bit} - reached[after]
                    reached[after] |= new
                    fresh[after] |= new
            waiting = {state: choices for state, choices in fresh.items() if choices}
        return {state: choices for state, choices in behind.items() if choices}

    def _spend(self, configurations: int) -> None:
        self._left -= configurations
        if self._left < 0:
            raise _TooMuchEffort
        self._unlooked += configurations
        if self._unlooked > _CONFIGURATIONS_BETWEEN_LOOKS:
            self._unlooked = 0
            self._counter.look()


def _moved(local: Local, choices: set[int]) -> Iterator[tuple[int, set[int]]]:
    """Every move applied to all of `choices`: the state after it, and what is placed ahead then."""
    for bit, copies, after, looked, _ in local.extras:
        placed = bit | looked
        if copies:
            yield after, {ahead | placed for ahead in choices if not ahead & bit and ahead & copies == copies}
        else:
            yield after, {ahead | placed for ahead in choices if not ahead & bit}
    for _, after, looked in local.optional:
        yield after, {ahead | looked for ahead in choices}

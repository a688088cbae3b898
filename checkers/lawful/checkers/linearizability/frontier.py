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

Models with too many reachable states cannot be started from all of them. Nor can they be relaxed in the first way:
a register to which something may be appended any number of times has no end of states. For those only exact proofs are
tried, from one configuration on; with operations of unknown outcome, by the steps of the search itself.
"""

from __future__ import annotations

from collections import defaultdict

from lawful.checkers.linearizability.configuration import Configuration, Counter, Layer, Onward
from lawful.checkers.linearizability.depth_first import Leaps
from lawful.checkers.linearizability.moves import Moves
from lawful.checkers.linearizability.schedule import Open, Schedule
from lawful.checkers.linearizability.table import TransitionTable
from lawful.checkers.linearizability.ways import Crossing, placeable, ways_through

_SHORTEST = 12
_MOST_ENTRIES = 4_000
"""Entries of the table that may be worked out to find the reachable states."""
_SETS_PER_STEP = 4
"""Configurations that a set move handles in the time that the depth-first search takes for one."""
_CONFIGURATIONS_BETWEEN_LOOKS = 2_000


class _TooMuchEffort(Exception):
    """The proof would take longer than it may."""


class Refuter:
    """Tries to prove that some return of one history cannot be explained."""

    def __init__(
        self, schedule: Schedule, table: TransitionTable, moves: Moves, counter: Counter, leaps: Leaps
    ) -> None:
        self._positions = schedule.positions
        self._kinds = sorted({*schedule.kinds, *(copies.kind for copies in schedule.copies)})
        self._uses_unknown = bool(schedule.copies)
        self._table = table
        self._moves = moves
        self._counter = counter
        self._leaps = leaps
        self._states: tuple[int, ...] | None = None
        self._length: dict[int, int] = {}
        self._left = 0
        self._unlooked = 0

    def refuted(self, position: int, effort: int) -> bool:
        """Whether the returns up to `position` are proved impossible, whatever went before the last few of them.

        Takes about as long as `effort` steps of the search. False says nothing.
        """
        if not self._reachable():
            return False
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

    def onward(self, configuration: Configuration, position: int, effort: int) -> Onward | None:
        """What lies on the way from `configuration` past `position`; empty where there is provably none.

        None where that would take much longer than `effort` steps of the search.
        """
        if self._uses_unknown and not self._reachable():
            return self._leaps.onward(configuration, position, effort)
        self._left = effort * _SETS_PER_STEP
        first, (ahead, state), _, _ = configuration
        crossings: list[Crossing] = []
        layer: Layer = {state: {ahead}}
        try:
            for here in range(first, position + 1):
                crossings.append(self._crossing(layer, here))
                layer = crossings[-1].behind
                if not layer:
                    return {}
        except _TooMuchEffort:
            return None
        return ways_through(crossings, self._moves, self._positions, first)

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
        choices = {self._moves.lookers(first)}
        copies: dict[int, int] = {}
        for opened in self._carried(first):
            earlier = copies.get(opened.kind, 0)
            choices |= {ahead | opened.bit for ahead in choices if ahead & earlier == earlier}
            copies[opened.kind] = earlier | opened.bit
            self._spend(len(choices))
        return {state: set(choices) for state in self._reachable()}

    def _reachable(self) -> tuple[int, ...]:
        """Every state that any order of the operations could lead to; none where there are too many."""
        if self._states is None:
            self._states = self._table.closure(self._kinds, _MOST_ENTRIES)
        return self._states

    def _passes(self, layer: Layer, first: int, last: int) -> bool:
        """Whether some configuration of `layer` at `first` may get past `last`."""
        for position in range(first, last + 1):
            layer = self._crossing(layer, position).behind
            if not layer:
                return False
        return True

    def _crossing(self, layer: Layer, position: int) -> Crossing:
        """From the configurations of `layer` to all that have the return at `position` behind them."""
        bit = self._positions[position].bit
        behind: defaultdict[int, set[int]] = defaultdict(set)
        before: defaultdict[int, set[int]] = defaultdict(set)
        for state, choices in layer.items():
            looked = self._moves.looked(position, state)
            for ahead in choices:
                if (ahead | looked) & bit:
                    behind[state].add((ahead | looked) ^ bit)
                else:
                    before[state].add(ahead | looked)
        waiting = {state: set(choices) for state, choices in before.items()}
        while waiting:
            fresh: defaultdict[int, set[int]] = defaultdict(set)
            for state, choices in waiting.items():
                self._spend(len(choices))
                local = self._moves.at(position, state)
                for after in local.explained:
                    behind[after] |= choices
                for after, placed, movable in placeable(local, choices):
                    if placed & bit:
                        behind[after] |= {(ahead | placed) ^ bit for ahead in movable}
                    else:
                        new = {ahead | placed for ahead in movable} - before[after]
                        before[after] |= new
                        fresh[after] |= new
            waiting = {state: choices for state, choices in fresh.items() if choices}
        return Crossing(before, {state: choices for state, choices in behind.items() if choices})

    def _spend(self, configurations: int) -> None:
        self._left -= configurations
        if self._left < 0:
            raise _TooMuchEffort
        self._unlooked += configurations
        if self._unlooked > _CONFIGURATIONS_BETWEEN_LOOKS:
            self._unlooked = 0
            self._counter.look()

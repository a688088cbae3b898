"""One step of the search for models without time: from one configuration to all that are one return further.

A configuration is the position (see `schedule`), the open operations that are placed *ahead* of their return, the
state, and which operations with an unknown outcome have been *used*. Four rules keep their number small; each leaves
every verdict as it is.

1. *Just in time.* At a position, operations are placed only until the next return is explained; all others can wait.
   Take any linearization, and for each return in order place what stands before it there: no operation is placed
   that was not called by then, since one that was called after the return comes after it.

2. *Who only looks is placed at once.* An open operation whose answer is right, and whose kind never changes any state,
   is placed as soon as that is so. Whatever comes before it in real time is placed already, and moved to the front of
   a linearization it changes no state and so no other answer. That it changes no state is taken on trust until the
   table has been verified (see `table`); one entry alone would not do.

3. *Copies are used in order.* Two open operations of one kind can swap places, and the one that returns first can
   always take the place that comes first. Copies with an unknown outcome never return; the one called first goes
   first. One that would change nothing is never used: leaving it out explains as much.

4. *Less used is better.* An operation with an unknown outcome may take effect at any later time or never. So of two
   configurations that differ only in that one has used more, the other can do whatever the first can.

Within a position the search goes breadth-first, so that what takes the fewest operations ahead is tried first, and
candidates in order of return, since that is the order in which they tend to take effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lawful.checkers.linearizability.configuration import Configuration, Counter, Trail, admit
from lawful.checkers.linearizability.schedule import Schedule
from lawful.checkers.linearizability.table import TransitionTable


class Extra(NamedTuple):
    """An open operation that may be placed ahead of its return."""

    bit: int
    kind: int
    earlier_copies: int
    """The open operations of the same kind that return before it."""
    rank: int


class UntimedSteps:
    """The successors of a configuration, under the four rules."""

    def __init__(self, schedule: Schedule, table: TransitionTable, counter: Counter) -> None:
        self._positions = schedule.positions
        self._copies = schedule.copies
        self._table = table
        self._rows = table.rows
        self._counter = counter
        self._last = len(schedule.positions)
        self._extras: dict[int, tuple[Extra, ...]] = {}
        self._lookers: dict[int, tuple[tuple[int, int], ...]] = {}
        self._new_lookers: dict[int, tuple[tuple[int, int], ...]] = {}

    def start(self, state: int) -> Configuration:
        """Nothing is placed in `state` but what only looks."""
        return self._arrive(0, 0, state, 0, None)

    def successors(self, configuration: Configuration) -> Iterator[Configuration]:
        """Every configuration that is reached by explaining the next return, those with the fewest extras first."""
        position, (ahead, state), used, trail = configuration
        blocked = self._positions[position]
        bit, kind = blocked.bit, blocked.kind
        extras = self._extras_at(position)
        copies = self._copies[: blocked.unknown_kinds]
        called = (1 << blocked.unknown) - 1
        reached = {(ahead, state): [used]}
        queue = [(ahead, state, used, trail)]
        for ahead, state, used, trail in queue:
            self._counter.step()
            row = self._rows[state]
            for after in row[kind]:
                yield self._arrive(position + 1, ahead, after, used, (trail, position, after))
            moves = [
                (ahead | extra_bit, after, used, rank)
                for extra_bit, extra_kind, earlier_copies, rank in extras
                if not ahead & extra_bit and not earlier_copies & ~ahead
                for after in row[extra_kind]
            ]
            for unknown_kind, mask in copies:
                free = mask & called & ~used
                if free:
                    first = free & -free
                    for after in row[unknown_kind]:
                        if after != state:
                            moves.append((ahead, after, used | first, -first.bit_length()))
            for ahead_then, after, used_then, choice in moves:
                looked = self._look(position, ahead_then, after)
                if looked & bit:
                    yield self._arrive(position, looked, after, used_then, (trail, choice, after))
                elif admit(reached, (looked, after), used_then):
                    queue.append((looked, after, used_then, (trail, choice, after)))

    def _arrive(self, position: int, ahead: int, state: int, used: int, trail: Trail) -> Configuration:
        """Place what only looks, and go past every return that is explained."""
        if position < self._last:
            ahead = self._look(position, ahead, state)
            row = self._rows[state]
            preserved = row.preserved
            while ahead & (bit := self._positions[position].bit):
                ahead ^= bit
                position += 1
                if position == self._last:
                    break
                for looker_bit, looker_kind in self._new_lookers_at(position):
                    if row[looker_kind] is preserved:
                        ahead |= looker_bit
        return position, (ahead, state), used, trail

    def _look(self, position: int, ahead: int, state: int) -> int:
        """`ahead`, with every open operation that only looks and whose answer is right in `state`."""
        row = self._rows[state]
        preserved = row.preserved
        for bit, kind in self._lookers_at(position):
            if row[kind] is preserved:
                ahead |= bit
        return ahead

    def _lookers_at(self, position: int) -> tuple[tuple[int, int], ...]:
        lookers = self._lookers.get(position)
        if lookers is None:
            preserves = self._table.preserves
            window = self._positions[position].window
            lookers = self._lookers[position] = tuple((bit, kind) for _, bit, kind in window if preserves(kind))
        return lookers

    def _new_lookers_at(self, position: int) -> tuple[tuple[int, int], ...]:
        lookers = self._new_lookers.get(position)
        if lookers is None:
            preserves = self._table.preserves
            called = self._positions[position].called
            lookers = self._new_lookers[position] = tuple((bit, kind) for _, bit, kind in called if preserves(kind))
        return lookers

    def _extras_at(self, position: int) -> tuple[Extra, ...]:
        extras = self._extras.get(position)
        if extras is None:
            blocked = self._positions[position]
            earlier: dict[int, int] = {}
            found = []
            for rank, bit, kind in blocked.window[1:]:
                # A copy of the operation that returns would have to come after it.
                if kind != blocked.kind and not self._table.preserves(kind):
                    found.append(Extra(bit, kind, earlier.get(kind, 0), rank))
                    earlier[kind] = earlier.get(kind, 0) | bit
            extras = self._extras[position] = tuple(found)
        return extras

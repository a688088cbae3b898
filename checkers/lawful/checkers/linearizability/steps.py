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

4. *Less used and more looked is better.* An operation with an unknown outcome may take effect at any later time or
   never, and one that only looks has no effect at any. So of two configurations that differ only in that one has used
   more of the former or placed fewer of the latter, the other can do whatever the first can. What it has used, and what
   it still has to place of those that only look, is the *burden* of a configuration.

Within a position the search goes breadth-first, so that what takes the fewest operations ahead is tried first, and
candidates in order of return, since that is the order in which they tend to take effect. Operations with an unknown
outcome come last: most of them never took effect.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TypeAlias

from lawful.checkers.linearizability.configuration import Configuration, Counter, Reached, Trail
from lawful.checkers.linearizability.moves import Moves
from lawful.checkers.linearizability.schedule import Schedule

_Node: TypeAlias = tuple[int, int, int, Trail]
"""A configuration at a known position: ahead, state, used, trail."""


class UntimedSteps:
    """The successors of a configuration, under the four rules."""

    def __init__(self, schedule: Schedule, moves: Moves, counter: Counter) -> None:
        self._positions = schedule.positions
        self._last = len(schedule.positions)
        self._moves = moves
        self._counter = counter
        self._width = max((position.bit for position in schedule.positions), default=0).bit_length()

    def start(self, state: int) -> Configuration:
        """Nothing is placed in `state` but what only looks."""
        return self._arrive(0, 0, state, 0, None)

    def enter(self, reached: Reached, configuration: Configuration) -> bool:
        """Enter a configuration, unless one is there that is as good (rule 4)."""
        position, (ahead, state), used, _ = configuration
        return self._admit(reached, self._moves.lookers(position), ahead, state, used)

    def successors(self, configuration: Configuration, reached: Reached) -> Iterator[Configuration]:
        """Every configuration that is reached by explaining the next return, those with the fewest extras first.

        What is met at the same position on the way is entered into `reached`; what is known there is not tried again.
        """
        position, (ahead, state), used, trail = configuration
        bit = self._positions[position].bit
        lookers = self._moves.lookers(position)
        level: list[_Node] = [(ahead, state, used, trail)]
        while level:
            for ahead, state, used, trail in level:
                self._counter.step()
                local = self._moves.at(position, state)
                for after in local.explained:
                    yield self._arrive(position + 1, ahead, after, used, (trail, position, after))
                for extra_bit, earlier_copies, after, looked, rank in local.extras:
                    if ahead & extra_bit or earlier_copies & ~ahead:
                        continue
                    ahead_then = ahead | extra_bit | looked
                    if looked & bit:
                        yield self._arrive(position, ahead_then, after, used, (trail, rank, after))
                    elif self._admit(reached, lookers, ahead_then, after, used):
                        level.append((ahead_then, after, used, (trail, rank, after)))
            level = yield from self._with_one_unknown(position, level, reached)

    def _with_one_unknown(
        self, position: int, level: list[_Node], reached: Reached
    ) -> Generator[Configuration, None, list[_Node]]:
        """From each node of `level`, place one more operation with an unknown outcome."""
        bit = self._positions[position].bit
        lookers = self._moves.lookers(position)
        later: list[_Node] = []
        for ahead, state, used, trail in level:
            for mask, after, looked in self._moves.at(position, state).optional:
                free = mask & ~used
                if free:
                    first = free & -free
                    ahead_then, used_then, step = ahead | looked, used | first, (trail, -first.bit_length(), after)
                    if looked & bit:
                        yield self._arrive(position, ahead_then, after, used_then, step)
                    elif self._admit(reached, lookers, ahead_then, after, used_then):
                        later.append((ahead_then, after, used_then, step))
        return later

    def _admit(self, reached: Reached, lookers: int, ahead: int, state: int, used: int) -> bool:
        key = (ahead & ~lookers, state)
        burden = used << self._width | lookers & ~ahead
        burdens = reached.get(key)
        if burdens is None:
            reached[key] = [burden]
            return True
        for other in burdens:
            if not other & ~burden:
                return False
        reached[key] = [other for other in burdens if burden & ~other] + [burden]
        return True

    def _arrive(self, position: int, ahead: int, state: int, used: int, trail: Trail) -> Configuration:
        """Place what only looks, and go past every return that is explained."""
        if position < self._last:
            ahead |= self._moves.looked(position, state)
            while ahead & (bit := self._positions[position].bit):
                ahead ^= bit
                position += 1
                if position == self._last:
                    break
                called = self._positions[position].called
                if called:
                    ahead |= self._moves.right(called, state)
        return position, (ahead, state), used, trail

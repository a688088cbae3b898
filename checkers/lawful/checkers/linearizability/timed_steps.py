"""One step of the search for models with time, where the answer also depends on when a call takes effect.

Nobody saw the instant at which an operation took effect, but the operations placed before and after it bound it: it is
no earlier than the latest call among those placed so far and itself, and no later than the earliest return among
those that are not placed yet and itself. In any linearization the instants can be chosen in its order within these
windows, so the windows exclude nothing that happened; the model decides, from what it knows of its own clock, which
answers are possible at some instant of the window (`lawful.models.model.Window`). At a position the latter bound is
the next return, so a window follows from the configuration once that carries the *latest call* among the placed.

Assumption: a model gives in a wider window whatever it gives in a narrower one, and the state that follows then allows
whatever the other state does. It must: it does not know the instant either way, only less about it.

The rules of `steps` become:

1. *Just in time* holds as it is: it keeps the order of the linearization, and with it every window.
2. *Who only looks is placed at once*, where the model says from the answer that there was no effect (`KnowsEffects`),
   where it leaves the state as it is, and where its call is no later than the latest among the placed. Then it raises
   no lower bound, and its return no longer lowers an upper one: the windows of others can only grow. The same goes
   for what was called before an operation that is placed next, as that one raises the bound in any case.
3. *Copies are used in order* holds for those with an unknown outcome: the one that was called first leaves the wider
   windows. One that would change nothing is never used.
4. *Less used and more looked is better*, and so is an earlier latest call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lawful.checkers.linearizability.configuration import Configuration, Counter, Key, Reached
from lawful.checkers.linearizability.schedule import Schedule
from lawful.checkers.linearizability.timed_table import TimedTable


class Open(NamedTuple):
    """An operation that may be placed at some position."""

    choice: int
    """Its rank in order of return; ~i for number i of those with an unknown outcome."""
    bit: int
    """Its bit among the open or among the unknown operations."""
    kind: int
    call_ns: int


class TimedSteps:
    """The successors of a configuration of a model with time; the last part of its key is the latest call."""

    def __init__(self, schedule: Schedule, table: TimedTable, counter: Counter) -> None:
        self._schedule = schedule
        self._table = table
        self._counter = counter
        self._width = max((position.bit for position in schedule.positions), default=0).bit_length()
        # Behind the last return nothing is open: a short cut may lead there.
        self._open: dict[int, tuple[Open, ...]] = {len(schedule.positions): ()}
        self._lookers: dict[int, tuple[Open, ...]] = {}

    def start(self, state: int) -> Configuration:
        """Nothing is placed."""
        return self._settled((0, (0, state, 0), 0, None))

    def enter(self, reached: Reached, configuration: Configuration) -> bool:
        """Enter a configuration, unless one is there that is as good (rule 4)."""
        key, (burden, latest_call_ns) = self._burdened(configuration)
        kept = reached.setdefault(key, [])
        if any(call_ns <= latest_call_ns and not other & ~burden for other, call_ns in kept):
            return False
        kept[:] = [(other, call_ns) for other, call_ns in kept if burden & ~other or latest_call_ns > call_ns]
        kept.append((burden, latest_call_ns))
        return True

    def _burdened(self, configuration: Configuration) -> tuple[Key, tuple[int, int]]:
        """What two configurations must have in common to be compared, and what is compared."""
        position, (ahead, state, latest_call_ns), used, _ = configuration
        lookers = 0
        for looker in self._lookers_at(position):
            lookers |= looker.bit
        return (ahead & ~lookers, state), (used << self._width | lookers & ~ahead, latest_call_ns)

    def successors(self, configuration: Configuration, reached: Reached) -> Iterator[Configuration]:
        """Every configuration that is reached by placing what returns next, those with the fewest extras first.

        Operations with an unknown outcome come last: most of them never took effect. What is met at the same position
        on the way is entered into `reached`; what is known there is not tried again.
        """
        position = configuration[0]
        level = [configuration]
        while level:
            later: list[Configuration] = []
            for node in level:
                self._counter.step()
                for successor in self._placing(node, self._open_at(position)):
                    if successor[0] > position:
                        yield successor
                    elif self.enter(reached, successor):
                        level.append(successor)
            for node in level:
                for successor in self._placing(node, self._unknown_at(position, node[2])):
                    if successor[0] > position:
                        yield successor
                    elif self.enter(reached, successor):
                        later.append(successor)
            level = later

    def _placing(self, node: Configuration, candidates: Sequence[Open]) -> Iterator[Configuration]:
        """The configurations after each of `candidates` that can be placed next."""
        position, (ahead, state, latest_call_ns), used, _ = node
        returning = self._schedule.positions[position]
        for candidate in candidates:
            choice, bit, kind, call_ns = candidate
            if choice >= 0 and ahead & bit:
                continue
            earliest_ns = max(latest_call_ns, call_ns)
            looked = self._looked(node, earliest_ns)
            ahead_then = looked[1][0]
            if choice >= 0 and ahead_then & bit:
                if choice == position or not ahead_then & returning.bit:
                    yield self._settled(looked)
            elif not ahead_then & returning.bit:
                # Else what returns next is better placed first, and this candidate at the next position.
                ahead_then, used_then = (ahead_then | bit, used) if choice >= 0 else (ahead_then, used | bit)
                for after in self._table.after(state, kind, earliest_ns, returning.deadline_ns):
                    if choice >= 0 or after != state:
                        key = (ahead_then, after, earliest_ns)
                        yield self._settled((position, key, used_then, (looked[3], choice, after)))

    def _looked(self, node: Configuration, bound_ns: int) -> Configuration:
        """`node` with all that only looks, is right in its state and was called by `bound_ns` (rule 2)."""
        position, (ahead, state, latest_call_ns), used, trail = node
        latest_ns = self._schedule.positions[position].deadline_ns
        for choice, bit, kind, call_ns in self._lookers_at(position):
            if call_ns > bound_ns:
                break
            if not ahead & bit:
                earliest_ns = max(latest_call_ns, call_ns)
                if state in self._table.after(state, kind, earliest_ns, latest_ns):
                    ahead, latest_call_ns, trail = ahead | bit, earliest_ns, (trail, choice, state)
        return position, (ahead, state, latest_call_ns), used, trail

    def _settled(self, configuration: Configuration) -> Configuration:
        """Go past every return that is explained, and place what only looks on the way."""
        positions = self._schedule.positions
        while configuration[0] < len(positions):
            position, (ahead, state, latest_call_ns), used, trail = self._looked(configuration, configuration[1][2])
            bit = positions[position].bit
            if not ahead & bit:
                return position, (ahead, state, latest_call_ns), used, trail
            configuration = position + 1, (ahead ^ bit, state, latest_call_ns), used, trail
        return configuration

    def _open_at(self, position: int) -> tuple[Open, ...]:
        """The completed operations that are open, in order of return."""
        found = self._open.get(position)
        if found is None:
            positions = self._schedule.positions
            window = positions[position].window
            found = self._open[position] = tuple(
                Open(rank, bit, kind, positions[rank].operation.call_ns) for rank, bit, kind in window
            )
        return found

    def _lookers_at(self, position: int) -> tuple[Open, ...]:
        """Those of the open operations that only look, in order of call."""
        found = self._lookers.get(position)
        if found is None:
            found = self._lookers[position] = tuple(
                sorted(
                    (opened for opened in self._open_at(position) if self._only_looks(opened.choice)),
                    key=lambda opened: (opened.call_ns, opened.choice),
                )
            )
        return found

    def _only_looks(self, rank: int) -> bool:
        return self._table.only_looks(self._schedule.positions[rank].operation)

    def _unknown_at(self, position: int, used: int) -> tuple[Open, ...]:
        """The operations with an unknown outcome that may be placed: the first one of each kind (rule 3)."""
        found = []
        called = (1 << self._schedule.positions[position].unknown) - 1
        for kind, mask in self._schedule.copies[: self._schedule.positions[position].unknown_kinds]:
            free = mask & called & ~used
            if free:
                first = free & -free
                number = first.bit_length() - 1
                found.append(Open(~number, first, kind, self._schedule.unknown[number].call_ns))
        return tuple(found)

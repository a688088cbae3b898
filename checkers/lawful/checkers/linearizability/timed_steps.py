"""One step of the search for models with time, where the answer also depends on when a call takes effect.

Nobody saw the instant at which an operation took effect, but the operations placed before and after it bound it: it is
no earlier than the latest call among those placed so far and itself, and no later than the earliest return among
those that are not placed yet and itself. In any linearization the instants can be chosen in its order within these
windows, so the windows exclude nothing that happened; the model decides, from what it knows of its own clock, which
answers are possible at some instant of the window (`lawful.models.model.Window`). At a position the latter bound is
the next return, so a window follows from the configuration once that carries the *latest call* among the placed.

Of the four rules of `steps` two hold as they are, one in part and one not at all, since moving an operation moves the
windows of others:

1. *Just in time* holds: it keeps the order of the linearization, and with it every window.
2. *Who only looks is placed at once* does not: what is placed earlier brings its call along, and raises the lower
   bound for all that is placed after it.
3. *Copies are used in order* holds for copies with an unknown outcome whose calls are no later than the latest call
   among the placed: such a call moves no bound, so one copy is as good as another. One that would change nothing is
   never used: it could only narrow the windows of others, and a call that may answer in a narrow window may answer
   in a wider one.
4. *Less used is better* holds between configurations with the same latest call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lawful.checkers.linearizability.configuration import Configuration, Counter, Key, Trail, admit
from lawful.checkers.linearizability.kinds import Kinds
from lawful.checkers.linearizability.schedule import Schedule
from lawful.checkers.meter import Meter
from lawful.models.model import TimedModel, Window, state_after

_SECONDS_BETWEEN_LOOKS = 0.05


class TimedTable:
    """What each kind of operation does in each state and window, worked out once; states are numbered as found."""

    def __init__(self, model: TimedModel[Any], meter: Meter) -> None:
        self._model = model
        self._meter = meter
        self._next_look_s = 0.0
        self._numbers: dict[Any, int] = {}
        self._entries: dict[tuple[int, int, int, int], tuple[int, ...]] = {}
        self.kinds = Kinds()
        self.states: list[Any] = []
        self.initial = self._number_of(model.initial())

    def after(self, state: int, kind: int, earliest_ns: int, latest_ns: int) -> tuple[int, ...]:
        """The states that may follow where an operation takes effect in the window."""
        key = (state, kind, earliest_ns, latest_ns)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = self._entry(state, kind, Window(earliest_ns, latest_ns))
        return entry

    def _entry(self, state: int, kind: int, window: Window) -> tuple[int, ...]:
        known = self.kinds.kinds[kind]
        found: list[int] = []
        for transition in self._model.timed_step(self.states[state], self.kinds.calls[known.call], window):
            after = state_after(transition, known.result) if known.known else transition.state
            if after is not None:
                number = self._number_of(after)
                if number not in found:
                    found.append(number)
        # A model may be slow: look at the clock after every call of it, though not more often than useful.
        if self._meter.seconds > self._next_look_s:
            self._meter.look()
            self._next_look_s = self._meter.seconds + _SECONDS_BETWEEN_LOOKS
        return tuple(found)

    def _number_of(self, state: Any) -> int:
        number = self._numbers.get(state)
        if number is None:
            number = self._numbers[state] = len(self.states)
            self.states.append(state)
        return number


class TimedSteps:
    """The successors of a configuration of a model with time; the last part of its key is the latest call."""

    def __init__(self, schedule: Schedule, table: TimedTable, counter: Counter) -> None:
        self._schedule = schedule
        self._table = table
        self._counter = counter

    def start(self, state: int) -> Configuration:
        """Nothing is placed."""
        return 0, (0, state, 0), 0, None

    def successors(self, configuration: Configuration) -> Iterator[Configuration]:
        """Every configuration that is reached by placing what returns next, those with the fewest extras first."""
        position, (ahead, state, latest_call_ns), used, trail = configuration
        blocked = self._schedule.positions[position]
        reached: dict[Key, list[int]] = {(ahead, state, latest_call_ns): [used]}
        queue = [configuration]
        for _, (ahead, state, latest_call_ns), used, trail in queue:
            self._counter.step()
            for rank, bit, kind in blocked.window:
                if ahead & bit:
                    continue
                earliest_ns = max(latest_call_ns, self._schedule.positions[rank].operation.call_ns)
                for after in self._table.after(state, kind, earliest_ns, blocked.deadline_ns):
                    key = (ahead | bit, after, earliest_ns)
                    if rank == position:
                        yield self._arrive(position, key, used, (trail, rank, after))
                    elif admit(reached, key, used):
                        queue.append((position, key, used, (trail, rank, after)))
            for number, kind in self._usable(position, used, latest_call_ns):
                earliest_ns = max(latest_call_ns, self._schedule.unknown[number].call_ns)
                for after in self._table.after(state, kind, earliest_ns, blocked.deadline_ns):
                    key, used_then = (ahead, after, earliest_ns), used | 1 << number
                    if after != state and admit(reached, key, used_then):
                        queue.append((position, key, used_then, (trail, ~number, after)))

    def _usable(self, position: int, used: int, latest_call_ns: int) -> Iterator[tuple[int, int]]:
        """The operations with an unknown outcome that may be placed, with their kinds, without needless copies."""
        blocked = self._schedule.positions[position]
        called = (1 << blocked.unknown) - 1
        for kind, mask in self._schedule.copies[: blocked.unknown_kinds]:
            free = mask & called & ~used
            covered = False
            while free:
                first = free & -free
                free ^= first
                number = first.bit_length() - 1
                early = self._schedule.unknown[number].call_ns <= latest_call_ns
                if not (early and covered):
                    yield number, kind
                covered |= early

    def _arrive(self, position: int, key: tuple[int, ...], used: int, trail: Trail) -> Configuration:
        """Go past every return that is explained."""
        ahead, state, latest_call_ns = key
        positions = self._schedule.positions
        while position < len(positions) and ahead & positions[position].bit:
            ahead ^= positions[position].bit
            position += 1
        return position, (ahead, state, latest_call_ns), used, trail

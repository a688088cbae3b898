"""What may be placed next, worked out once for each position and state.

Many configurations share a position and a state and differ only in what is placed ahead; which operations have the
right answer is the same for all of them. Here also stand the parts of rules 2 and 3 of `steps` that follow from the
schedule and the table alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lawful.checkers.linearizability.schedule import Open, Schedule
from lawful.checkers.linearizability.table import TransitionTable


class Extra(NamedTuple):
    """An open operation that may be placed ahead of its return."""

    bit: int
    earlier_copies: int
    """The open operations of the same kind that return before it, and must be placed before it."""
    after: int
    """The state that follows."""
    looked: int
    """The bits of those that only look and are right in that state."""
    rank: int


class Optional(NamedTuple):
    """Operations of one kind, with an unknown outcome, that may be placed."""

    mask: int
    after: int
    looked: int


class Local(NamedTuple):
    """What may be placed in one state at one position."""

    explained: tuple[int, ...]
    """The states that follow where the operation that returns next is placed."""
    extras: tuple[Extra, ...]
    """In order of return."""
    optional: tuple[Optional, ...]
    """Only those that change the state."""


class Moves:
    """The moves of one schedule.

    Which kinds only look is asked of the table once; whoever catches `PurityRefuted` needs new moves.
    """

    def __init__(self, schedule: Schedule, table: TransitionTable) -> None:
        self._positions = schedule.positions
        self._copies = schedule.copies
        self._table = table
        self._candidates: list[tuple[tuple[Open, int], ...] | None] = [None] * len(schedule.positions)
        # Behind the last return nothing is open: a short cut may lead there.
        self._lookers: list[int | None] = [*(None for _ in schedule.positions), 0]
        self._local: list[dict[int, Local]] = [{} for _ in schedule.positions]
        self._looked: list[dict[int, int]] = [{} for _ in schedule.positions]

    def at(self, position: int, state: int) -> Local:
        """What may be placed in `state` before the return at `position`."""
        local = self._local[position].get(state)
        if local is None:
            local = self._local[position][state] = self._work_out(position, state)
        return local

    def met(self, positions: Iterable[int]) -> set[int]:
        """The states that a search met at these positions."""
        return {state for position in positions for known in (self._local, self._looked) for state in known[position]}

    def lookers(self, position: int) -> int:
        """The bits of the open operations that only look."""
        lookers = self._lookers[position]
        if lookers is None:
            window = self._positions[position].window
            lookers = self._lookers[position] = sum(bit for _, bit, kind in window if self._table.preserves(kind))
        return lookers

    def looked(self, position: int, state: int) -> int:
        """The bits of the open operations that only look and whose answers are right in `state`."""
        looked = self._looked[position].get(state)
        if looked is None:
            looked = self._looked[position][state] = self.right(self._positions[position].window, state)
        return looked

    def right(self, candidates: Sequence[Open], state: int) -> int:
        """The bits of those of `candidates` that only look and whose answers are right in `state`."""
        row = self._table.rows[state]
        preserved = row.preserved
        preserves = self._table.preserves
        looked = 0
        for _, bit, kind in candidates:
            if preserves(kind) and row[kind] is preserved:
                looked |= bit
        return looked

    def candidates(self, position: int) -> tuple[tuple[Open, int], ...]:
        """The open operations that change states and are not the next to return, each with its earlier copies."""
        candidates = self._candidates[position]
        if candidates is None:
            blocked = self._positions[position]
            earlier: dict[int, int] = {}
            found = []
            for opened in blocked.window[1:]:
                # A copy of the operation that returns next would have to come after it.
                if opened.kind != blocked.kind and not self._table.preserves(opened.kind):
                    copies = earlier.get(opened.kind, 0)
                    found.append((opened, copies))
                    earlier[opened.kind] = copies | opened.bit
            candidates = self._candidates[position] = tuple(found)
        return candidates

    def _work_out(self, position: int, state: int) -> Local:
        blocked = self._positions[position]
        row = self._table.rows[state]
        extras = tuple(
            Extra(opened.bit, copies, after, self.looked(position, after), opened.rank)
            for opened, copies in self.candidates(position)
            for after in row[opened.kind]
        )
        called = (1 << blocked.unknown) - 1
        optional = tuple(
            Optional(copies.mask & called, after, self.looked(position, after))
            for copies in self._copies[: blocked.unknown_kinds]
            for after in row[copies.kind]
            if after != state
        )
        return Local(row[blocked.kind], extras, optional)

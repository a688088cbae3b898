"""How far the tables of steps were, piece by piece.

Where several processes work on a level, all its steps are worked out before any of its pieces is looked at. What is
reported has to be the same as if they had been worked out piece by piece, up to the piece with the violation.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from lawful.checkers.exploration.invariants import Invariants
from lawful.checkers.exploration.step_table import StepTable
from lawful.models.local_steps import LocalProperty


class _Extent(NamedTuple):
    states: int
    messages: int
    applied: dict[str, int]
    """By property, of how many more transitions it said anything."""


class WorkedOut:
    """`states` and `messages`: how many different ones there are, up to the piece that was reached last."""

    def __init__(self, table: StepTable, invariants: Invariants) -> None:
        self._table = table
        self._invariants = invariants
        self._ahead: deque[_Extent] = deque()
        self.states, self.messages = 0, 0
        self.broken: list[tuple[LocalProperty, int, int]] = []
        """The transitions of a server, before and after, that a property forbids."""

    def looked_up(self) -> None:
        """One more piece was: its transitions are judged."""
        applied = self._invariants.applied
        before = dict(applied)
        self.broken += self._invariants.broken_steps(self._table.transitions)
        self._table.transitions.clear()
        more = {name: times - before[name] for name, times in applied.items()}
        applied.update(before)
        self._ahead.append(_Extent(len(self._table.states.values), len(self._table.messages.values), more))

    def reached(self) -> None:
        """The search comes to the next piece."""
        self.states, self.messages, more = self._ahead.popleft()
        for name, times in more.items():
            self._invariants.applied[name] += times

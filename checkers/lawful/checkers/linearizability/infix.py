"""Refuting a history by a part of it: a few operations before the point where the search is stuck may say it all.

To exhaust a history, the search has to try every configuration at every return from the beginning. But most
contradictions are local: whatever went before, these last operations cannot be explained. So forget what went before:
start from *every* state that any order of any operations could lead to, let every operation that was open at the
start of the part be placed once or not at all, and search the part. Whatever the whole history allows, this allows
too: if the part cannot be explained even so, neither can the whole.

Only models with few reachable states can be started from all of them; for others nothing is tried.
"""

from __future__ import annotations

from dataclasses import replace

from lawful.checkers.linearizability.configuration import Counter
from lawful.checkers.linearizability.depth_first import explore
from lawful.checkers.linearizability.schedule import Schedule, schedule
from lawful.checkers.linearizability.steps import UntimedSteps
from lawful.checkers.linearizability.table import TransitionTable
from lawful.checkers.meter import BudgetExhausted
from lawful.models.history import Operation, Outcome

_SHORTEST = 16
_MOST_ENTRIES = 20_000
"""Entries of the table that are worked out to find the reachable states."""


class Infixes:
    """Tries to refute one history by ever longer parts of it."""

    def __init__(self, plan: Schedule, table: TransitionTable, counter: Counter) -> None:
        self._plan = plan
        self._table = table
        self._counter = counter
        self._states: tuple[int, ...] | None = None

    def refute(self, position: int, effort: int) -> bool:
        """Whether some part that ends with the return at `position` proves that the return cannot be explained.

        Takes about `effort` steps of the search. False says nothing.
        """
        states = self._reachable()
        length = _SHORTEST
        stop = self._counter.steps + effort
        while states and length < position and self._counter.steps < stop:
            first = self._cut(position - length, position)
            if first > 0:
                part = self._part(first, position)
                allowance = _Allowance(self._counter, stop)
                steps = UntimedSteps(part, self._table, allowance)
                starts = [steps.start(state) for state in states]
                found = explore(steps, starts, len(part.positions), allowance)
                if found.linearizable is False:
                    return True
            length *= 2
        return False

    def _reachable(self) -> tuple[int, ...]:
        """Every state that any order of the operations may lead to; none where there are too many."""
        if self._states is None:
            kinds = {*self._plan.kinds, *(copies.kind for copies in self._plan.copies)}
            self._states = self._table.closure(sorted(kinds), _MOST_ENTRIES)
        return self._states

    def _cut(self, latest: int, position: int) -> int:
        """Where to begin: the fewer operations are open there, the less is forgotten."""
        positions = self._plan.positions
        called_ns = positions[position].operation.call_ns
        candidates = range(max(1, latest - _SHORTEST), latest + 1)
        # The operation that is stuck must have been called after the cut, or it would be forgotten as well.
        good = [first for first in candidates if positions[first - 1].deadline_ns < called_ns]
        return min(good, key=lambda first: len(positions[first].window) - len(positions[first].called), default=0)

    def _part(self, first: int, last: int) -> Schedule:
        """The returns `first` to `last` of what was called after the return before, with all else that may have taken
        effect meanwhile as optional."""
        positions = self._plan.positions
        begin_ns = positions[first - 1].deadline_ns
        carried = {opened.rank for opened in positions[first].window if opened not in positions[first].called}
        ahead = {opened.rank for opened in positions[last].window if opened.rank > last}
        operations: list[Operation] = []
        kinds: dict[int, int] = {}
        for rank in sorted({*range(first, last + 1), *ahead}):
            operation, kind = positions[rank].operation, positions[rank].kind
            if rank in carried or rank in ahead:
                if self._table.preserves(kind):
                    continue
                call_ns = max(operation.call_ns, begin_ns)
                operation = replace(operation, outcome=Outcome.UNKNOWN, call_ns=call_ns, return_ns=None)
            kinds[operation.index] = kind
            operations.append(operation)
        for unknown in self._plan.unknown[: positions[last].unknown]:
            kinds[unknown.index] = self._table.kinds.of(unknown)
            operations.append(unknown)
        return schedule(operations, lambda operation: kinds[operation.index])


class _Allowance:
    """A part of the budget: the search stops where the counter that it draws on comes to `stop`."""

    def __init__(self, counter: Counter, stop: int) -> None:
        self._counter = counter
        self._stop = stop

    @property
    def steps(self) -> int:
        return self._counter.steps

    def step(self) -> None:
        self._counter.step()
        if self._counter.steps > self._stop:
            raise BudgetExhausted("the effort for a short cut is used up")

"""From the interpreted search to the native one, where a history repays it.

To import numba takes half a second, and to compile the loops some seconds the first time on a machine. Most histories
are decided long before; so the interpreted search goes first, and hands over after a number of steps, which are the
same at each run. It goes on where the native search does not apply, or meets too many configurations.
"""

from __future__ import annotations

from importlib.util import find_spec

from lawful.checkers.linearizability.depth_first import Found
from lawful.checkers.linearizability.schedule import Schedule
from lawful.checkers.linearizability.table import TransitionTable
from lawful.checkers.meter import Meter

PATIENCE = 5_000
"""Steps of the interpreted search, which take a fifth of a second or so."""


class TakenOver(Exception):
    """The native search has ended."""

    def __init__(self, found: Found) -> None:
        super().__init__(found)
        self.found = found


class Declined(Exception):
    """The native search has not decided, but may have shown that some kinds change states: start anew."""


class Handover:
    """The counter of the interpreted search of one history."""

    def __init__(self, plan: Schedule, table: TransitionTable, meter: Meter) -> None:
        self._plan = plan
        self._table = table
        self._meter = meter
        self._left = PATIENCE

    @property
    def steps(self) -> int:
        return self._meter.steps

    def step(self) -> None:
        """Count one step; raises `BudgetExhausted`, `TakenOver` or `Declined` where the search must stop."""
        self._meter.step()
        self._left -= 1
        if self._left == 0:
            self._hand_over()

    def look(self) -> None:
        self._meter.look()

    def _hand_over(self) -> None:
        if self._meter.limits_work or find_spec("numba") is None:
            return
        from lawful.checkers.linearizability.native.search import layered_search

        search = layered_search(self._plan, self._table, self._meter)
        explored = None if search is None else search.run()
        if explored is None or (explored.linearizable is None and not explored.exhausted):
            raise Declined
        deepest = len(self._plan.positions) if explored.linearizable else explored.deepest
        raise TakenOver(
            Found(explored.linearizable, None, deepest, exhausted=explored.exhausted, routes=explored.routes)
        )

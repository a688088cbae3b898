"""From what the native search used to a whole linearization: where everything else took effect."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.checkers.linearizability.evidence import Placement
from lawful.checkers.linearizability.native.route import Route, Used
from lawful.checkers.linearizability.schedule import Schedule
from lawful.checkers.linearizability.table import TransitionTable


def placements(plan: Schedule, table: TransitionTable, route: Route) -> list[Placement]:
    """The operations of a route in order, those that were only covered at the first place where they could be."""
    return list(_Walk(plan, table, route).placements())


class _Walk:
    def __init__(self, plan: Schedule, table: TransitionTable, route: Route) -> None:
        self._plan = plan
        self._table = table
        self._route = route
        self._kind = {kind: number for number, kind in enumerate(route.closed.kinds)}
        self._done = {used.choice for used in route.used}
        self._state = 0

    def placements(self) -> Iterator[Placement]:
        position = 0
        for used in self._route.used:
            while position < used.position:
                yield from self._unchanged(position)
                position += 1
            yield from self._unchanged(position)
            yield from self._wiped_out(used)
            self._state = used.state
            yield self._placement(used.choice)
        while position <= self._route.position and position < len(self._plan.positions):
            yield from self._unchanged(position)
            position += 1

    def _unchanged(self, position: int) -> Iterator[Placement]:
        """The open operations that may leave the state as it is (`layers`, rule 1)."""
        for rank, _, kind in self._plan.positions[position].window:
            if rank not in self._done and self._state in self._entry(kind):
                self._done.add(rank)
                yield self._placement(rank)

    def _wiped_out(self, used: Used) -> Iterator[Placement]:
        """The open operations that happened just before one that leads to the same state anyway (rule 2)."""
        kind = self._kind_of(used.choice)
        if not self._route.closed.is_blind(kind):
            return
        for rank, _, other in self._plan.positions[used.position].window:
            if rank not in self._done and self._route.closed.is_total(self._kind[other]):
                self._done.add(rank)
                following = self._entry(other)
                assert following, "what is total may happen in every state"
                self._state = following[0]
                yield self._placement(rank)

    def _kind_of(self, choice: int) -> int:
        if choice >= 0:
            return self._kind[self._plan.positions[choice].kind]
        bit = 1 << ~choice
        return self._kind[next(copies.kind for copies in self._plan.copies if copies.mask & bit)]

    def _entry(self, kind: int) -> tuple[int, ...]:
        closed = self._route.closed
        return closed.entries[self._state * len(closed.kinds) + self._kind[kind]]

    def _placement(self, choice: int) -> Placement:
        row = self._table.rows[self._route.closed.states[self._state]]
        return Placement(self._plan.operation(choice), row.state)

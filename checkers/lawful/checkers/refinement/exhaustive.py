"""All steps of a model within its bounds, with the proved system going along.

A state here is one of the model together with what the system remembers: the same states of servers come up with
different pasts, so there are more of them than a search without a proof looks at. Breadth first: the first step that
refines nothing has a shortest way.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lawful.checkers.exploration.behaviour import Move
from lawful.checkers.exploration.local_moves import Option, Place
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.refinement.check import Refined, Unrefined, Walker
from lawful.checkers.refinement.companion import Node, Refused
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.first_order.facts import Facts
from lawful.models.refinement import Refinement


def refine_all(refinement: Refinement, *, after: Sequence[Move] = (), budget: Budget | None = None) -> Refined:
    """Every step within the bounds of the model, or those up to the first one that refines nothing.

    `after`: as for `refine`, which raises the same errors.
    """
    return _Search(refinement, after, Meter(budget or Budget())).run_all()


class _Reached(NamedTuple):
    place: Place
    node: Node
    before: int
    """The number of the state that it was reached from; of the first one, none."""
    option: Option | None


class _Search(Walker):
    def __init__(self, refinement: Refinement, after: Sequence[Move], meter: Meter) -> None:
        super().__init__(refinement, after, meter)
        self.reached: list[_Reached] = []
        self.seen: set[tuple[tuple[int, ...], tuple[int, ...], int]] = set()
        self.nodes: dict[object, Node] = {}

    def run_all(self) -> Refined:
        """The search."""
        started_s = time.monotonic()
        progress, unrefined = None, self.scene()
        try:
            if unrefined is None:
                unrefined = self._search()
            verdict = Verdict.LAWFUL if unrefined is None else Verdict.VIOLATION
        except BudgetExhausted as exhausted:
            verdict, progress = Verdict.INCONCLUSIVE, f"{exhausted}; states reached: {len(self.reached):,}"
        seconds = time.monotonic() - started_s
        return Refined(verdict, 0, self.steps, dict(self.table), seconds, unrefined, progress, len(self.reached))

    def _search(self) -> Unrefined | None:
        self._reach(_Reached(*self.begin(), -1, None))
        waiting = deque([0])
        while waiting:
            number = waiting.popleft()
            place, node, _, _ = self.reached[number]
            for option in self.moves.options(place):
                self.meter.step()
                found = self.taken_along(node, place, option)
                if isinstance(found, Refused):
                    return self.unrefined(node, found, [*self.before, *reversed([option, *self._back(number)])])
                if self._reach(_Reached(self.moves.taken(place, option), found, number, option)):
                    waiting.append(len(self.reached) - 1)
        return None

    def _reach(self, reached: _Reached) -> bool:
        """Whether a state is new. States of the system that are equal become one."""
        node = self.nodes.setdefault(_contents(reached.node.facts), reached.node)
        place = reached.place
        key = place.states, tuple(sorted(place.in_flight)), id(node)
        if key in self.seen:
            return False
        self.seen.add(key)
        self.reached.append(reached._replace(node=node))
        return True

    def _back(self, number: int) -> Iterator[Option]:
        """The way to a state, from its end."""
        reached = self.reached[number]
        while reached.option is not None:
            yield reached.option
            reached = self.reached[reached.before]


def _contents(facts: Facts) -> object:
    # What a function is not said to be is nought.
    functions = ((name, frozenset(one for one in table.items() if one[1])) for name, table in facts.functions.items())
    return frozenset(facts.relations.items()), frozenset(functions)

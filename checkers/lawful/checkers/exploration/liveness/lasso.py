"""A behaviour that goes round forever: a way to a loop, and the loop.

The loop is made longer until it is fair: while a constraint asks for a step that the loop does not take, it goes by the
nearest step or state that answers one of those. Loops from several states are tried, those near the beginning first;
the shortest one found is not always the shortest one there is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from lawful.checkers.exploration.liveness.constraints import Constraints
from lawful.checkers.exploration.liveness.fair import NOWHERE
from lawful.checkers.exploration.liveness.graph import Flags, Graph, Ints
from lawful.checkers.meter import Meter

_STARTS = 100
"""States from which a loop is tried."""


class Round(NamedTuple):
    """Numbers of steps. An empty loop: nothing happens any more."""

    prefix: tuple[int, ...]
    loop: tuple[int, ...]


class _Asked(NamedTuple):
    """What a loop does not do yet."""

    instances: frozenset[int]
    needed: bool
    """It does not come by a state of those that it must come by."""


class Loops:
    """Fair loops in fair components."""

    def __init__(self, graph: Graph, constraints: Constraints, label: Ints, needed: Flags | None) -> None:
        self._graph = graph
        self._constraints = constraints
        self._label = label
        self._needed = needed
        self._enabled: dict[int, frozenset[int]] = {}
        self._taken: dict[int, frozenset[int]] = {}
        self._renewed = frozenset(np.flatnonzero(constraints.of_counted).tolist())

    def loop(self, start: int) -> list[int]:
        """The steps of a fair loop from a state and back."""
        steps: list[int] = []
        here = start
        while True:
            back = self._way_to(here, start)
            asked = self._asked(start, steps + back)
            if not asked.instances and not asked.needed:
                return steps + back
            further = self._nearest(here, asked)
            steps += further
            here = int(self._graph.target[further[-1]]) if further else here

    def _asked(self, start: int, steps: list[int]) -> _Asked:
        states = [start, *(int(self._graph.target[step]) for step in steps)]
        enabled = [self._enabled_in(state) for state in states]
        taken: frozenset[int] = frozenset().union(*(self._taken_by(step) for step in steps))
        always = frozenset.intersection(*enabled)
        strong = self._constraints.strong
        open_ = {one for one in frozenset().union(*enabled) - taken if strong[one] or one in always}
        is_missed = self._needed is not None and not any(self._needed[state] for state in states)
        return _Asked(frozenset(open_), is_missed)

    def _nearest(self, start: int, asked: _Asked) -> list[int]:
        """The way to what answers one of those that ask: a step, or a state where a weak one asks for nothing."""
        weak = {one for one in asked.instances if not self._constraints.strong[one]}
        ways: dict[int, list[int]] = {start: []}
        queue = deque([start])
        while queue:
            state = queue.popleft()
            if self._answers(state, asked, weak) and ways[state]:
                return ways[state]
            for step in self._steps(state):
                if self._taken_by(step) & asked.instances:
                    return [*ways[state], step]
                target = int(self._graph.target[step])
                if target not in ways:
                    ways[target] = [*ways[state], step]
                    queue.append(target)
        raise AssertionError("a component that is fair answers everything that asks in it")

    def _answers(self, state: int, asked: _Asked, weak: set[int]) -> bool:
        if asked.needed and self._needed is not None and self._needed[state]:
            return True
        return bool(weak - self._enabled_in(state))

    def _way_to(self, start: int, end: int) -> list[int]:
        """A shortest way within the component."""
        before: dict[int, int] = {start: NOWHERE}
        queue = deque([start])
        while queue and end not in before:
            state = queue.popleft()
            for step in self._steps(state):
                target = int(self._graph.target[step])
                if target not in before:
                    before[target] = step
                    queue.append(target)
        steps = []
        while (step := before[end]) != NOWHERE:
            steps.append(step)
            end = int(self._graph.source[step])
        return steps[::-1]

    def _steps(self, state: int) -> Iterable[int]:
        """Those that stay in the component."""
        graph = self._graph
        for step in range(int(graph.first[state]), int(graph.first[state + 1])):
            if self._label[graph.target[step]] == self._label[state] and not self._constraints.finite[step]:
                yield step

    def _enabled_in(self, state: int) -> frozenset[int]:
        found = self._enabled.get(state)
        if found is None:
            found = self._enabled[state] = frozenset(self._constraints.enabled.of(state))
        return found

    def _taken_by(self, step: int) -> frozenset[int]:
        found = self._taken.get(step)
        if found is None:
            rises = self._renewed if self._graph.rises[step] else frozenset()
            found = self._taken[step] = rises.union(self._constraints.taken.of(step))
        return found


def lasso(
    graph: Graph,
    constraints: Constraints,
    label: Ints,
    meter: Meter,
    *,
    needed: Flags | None = None,
    sources: Flags | None = None,
    within: Flags | None = None,
) -> Round:
    """A short lasso into one of the components. Raises `BudgetExhausted`.

    `sources`, `within`: the way goes by one of the sources, and from there on stays within.
    """
    length, step_to = _ways(graph, sources, within)
    loops = Loops(graph, constraints, label, needed)
    starts = np.flatnonzero((label != NOWHERE) & (length >= 0))
    quiet = np.ones(len(graph), np.bool_)
    quiet[constraints.enabled.thing] = False
    if needed is not None:
        quiet &= needed
    by_length = starts[np.argsort(length[starts], kind="stable")]
    tried = [*by_length[quiet[by_length]][:1].tolist(), *by_length[:_STARTS].tolist()]
    best: tuple[int, Round] | None = None
    for start in tried:
        meter.look()
        loop = loops.loop(start)
        size = int(length[start]) + len(loop)
        if best is None or size < best[0]:
            best = size, Round(tuple(_way(graph, step_to, start)), tuple(loop))
    assert best is not None
    return best[1]


def _ways(graph: Graph, sources: Flags | None, within: Flags | None) -> tuple[Ints, Ints]:
    """By state the length of a shortest way, -1 for none, and its last step; -1: the way of the search leads there."""
    if sources is None or within is None:
        return graph.depth, np.full(len(graph), NOWHERE)
    length, step_to = np.full(len(graph), NOWHERE), np.full(len(graph), NOWHERE)
    begins = np.flatnonzero(sources & within)
    level, frontier = 0, np.zeros(0, np.int64)
    last = int(graph.depth[begins].max(initial=-1))
    while len(frontier) or level <= last:
        more = begins[(graph.depth[begins] == level) & (length[begins] < 0)]
        frontier = np.unique(np.concatenate([frontier, more]))
        length[frontier] = level
        steps = _steps_from(graph, frontier)
        steps = steps[within[graph.target[steps]] & (length[graph.target[steps]] < 0)]
        frontier, place = np.unique(graph.target[steps], return_index=True)
        step_to[frontier] = steps[place]
        level += 1
    return length, step_to


def _steps_from(graph: Graph, states: Ints) -> Ints:
    counts = graph.first[states + 1] - graph.first[states]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    found: Ints = np.arange(total) + np.repeat(graph.first[states] - (ends - counts), counts)
    return found


def _way(graph: Graph, step_to: Ints, state: int) -> list[int]:
    steps: list[int] = []
    while (step := int(step_to[state])) != NOWHERE:
        steps.append(step)
        state = int(graph.source[step])
    return [*graph.way(state), *steps[::-1]]

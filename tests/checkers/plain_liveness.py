"""Liveness by its definition, for a handful of global states: every set of them is tried. To compare with."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import chain, combinations

from lawful.checkers.exploration.behaviour import Moment, Move, beginning, moved, moves
from lawful.models.liveness import AlwaysEventually, EventuallyAlways, Fairness, LivenessProperty, Strength
from lawful.models.local_steps import AnyModel

Kind = tuple[int, int, Hashable]


class PlainGraph:
    """The states within the bounds, by value, and the steps that change something."""

    def __init__(self, model: AnyModel, fairness: Sequence[Fairness], most: int) -> None:
        """Raises `OverflowError` where there are more states."""
        self.fairness = fairness
        first = _sorted(beginning(model))
        self.states = [first]
        self.steps: list[tuple[Moment, Moment, frozenset[Kind]]] = []
        self.asked: dict[Moment, frozenset[Kind]] = {}
        for moment in self.states:
            found = [(move, _sorted(moved(moment, move))) for move in moves(model, moment)]
            found = [(move, after) for move, after in found if after != moment]
            self.asked[moment] = frozenset(kind for move, _ in found for kind in self._kinds(moment, move))
            for move, after in found:
                if len(after.in_flight) <= model.in_flight and all(map(model.is_within, after.states)):
                    self.steps.append((moment, after, frozenset(self._kinds(moment, move))))
                    if after not in self.states:
                        self.states.append(after)
            if len(self.states) > most:
                raise OverflowError

    def violates(self, property_: LivenessProperty) -> bool:
        """Whether some fair behaviour does."""
        sets = chain.from_iterable(combinations(self.states, size) for size in range(1, len(self.states) + 1))
        return any(self._is_stayed_in(set(some)) and self._contradicts(property_, set(some)) for some in sets)

    def _is_stayed_in(self, some: set[Moment]) -> bool:
        """A fair behaviour can visit exactly these again and again."""
        finite = Strength.FINITE
        inside = [
            (source, target, kinds)
            for source, target, kinds in self.steps
            if {source, target} <= some and not any(self.fairness[kind[0]].strength is finite for kind in kinds)
        ]
        edges = [(source, target) for source, target, _ in inside]
        if any(_reached({one}, edges) != some for one in some):
            return False
        taken = {kind for _, _, kinds in inside for kind in kinds}
        for kind in set().union(*(self.asked[one] for one in some)) - taken:
            strength = self.fairness[kind[0]].strength
            if strength is Strength.STRONG or (
                strength is Strength.WEAK and all(kind in self.asked[one] for one in some)
            ):
                return False
        return True

    def _contradicts(self, property_: LivenessProperty, some: set[Moment]) -> bool:
        if isinstance(property_, AlwaysEventually):
            return not any(property_.holds(one.states) for one in some)
        if isinstance(property_, EventuallyAlways):
            return not all(property_.holds(one.states) for one in some)
        without = {one for one in self.states if not property_.goal(one.states)}
        triggered = {one for one in without if property_.trigger(one.states)}
        edges = [(source, target) for source, target, _ in self.steps if {source, target} <= without]
        return some <= _reached(triggered, edges)

    def _kinds(self, moment: Moment, move: Move) -> Iterator[Kind]:
        for which, one in enumerate(self.fairness):
            kind = one.of(move.server, moment.states[move.server], move.step, move.received)
            if kind is not None and (one.where is None or one.where(moment.states, move.server)):
                yield which, move.server, kind


def _sorted(moment: Moment) -> Moment:
    return Moment(moment.states, tuple(sorted(moment.in_flight)))


def _reached(begins: set[Moment], edges: list[tuple[Moment, Moment]]) -> set[Moment]:
    reached = set(begins)
    open_ = list(begins)
    while open_:
        state = open_.pop()
        for source, target in edges:
            if source == state and target not in reached:
                reached.add(target)
                open_.append(target)
    return reached

"""Random walks through the states of a model, with the same checks as the search through all of them.

A walk gets deeper than a search has time for, and leaves almost everything out. Each draws for every action how much
likelier than others it is to be taken, as swarm testing does (Groce et al., ISSTA 2012): with one likelihood for all
walks a cluster would restart and time out most of the time, and hardly ever commit. The seed decides everything, so
the same seed takes the same walks.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lawful.checkers.exploration.behaviour import Move, follow, violated_by
from lawful.checkers.exploration.local_moves import LocalMoves, Option, Place
from lawful.checkers.exploration.network import network_of
from lawful.checkers.exploration.result import DEADLOCK, Violation
from lawful.checkers.exploration.shortening import like, shortened
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import AnyModel, LocalProperty, OfPair, OfServer, OfStep

LIKELIHOODS = (0.05, 1.0, 1.0, 8.0)


@dataclass(frozen=True, slots=True)
class Walked:
    """What came out of walks. That nothing was violated says nothing about the states that they did not see."""

    verdict: Verdict
    walks: int
    """How many were taken; the last of them is the one with the violation, where there is one."""
    steps: int
    """Of all walks together, without what happened before them."""
    taken: Mapping[str, int]
    """By action, how often it was taken."""
    seconds: float
    violation: Violation | None = None
    progress: str | None = None
    """Which budget was used up."""


def walk(
    model: AnyModel,
    properties: Sequence[LocalProperty],
    *,
    walks: int,
    depth: int,
    seed: int,
    after: Sequence[Move] = (),
    budget: Budget | None = None,
    whole: Callable[[Sequence[Move]], str | None] | None = None,
) -> Walked:
    """Walks of up to `depth` steps each, up to the first violation, which is shortened.

    `after`: the behaviour from whose end the walks go on. `whole` judges each walk at its end, with what was before
    it: the id of what it violates, or None. Raises `WrongModel` where the model is not made of local
    steps.
    """
    return _Walker(model, properties, after, budget or Budget(), whole).run(walks, depth, seed)


class _Walker:
    def __init__(
        self,
        model: AnyModel,
        properties: Sequence[LocalProperty],
        after: Sequence[Move],
        budget: Budget,
        whole: Callable[[Sequence[Move]], str | None] | None,
    ) -> None:
        self.whole = whole
        self.model = model
        self.properties = properties
        self.before = tuple(after)
        self.moments = follow(model, after)
        self.moves = LocalMoves(model)
        self.start = self.moves.place(self.moments[-1])
        self.judged: dict[tuple[int, int, bool], str | None] = {}
        self.taken = dict.fromkeys((*model.actions, *network_of(model)), 0)
        self.meter = Meter(budget)

    def run(self, walks: int, depth: int, seed: int) -> Walked:
        """All walks, or those up to the first violation or the end of the budget."""
        started_s = time.monotonic()
        early = violated_by(self.properties, self.moments)
        violation = None if early is None else Violation(early[0].id, self.before[: early[1]])
        number, progress = 0, None
        try:
            while violation is None and number < walks:
                violation = self._walk(random.Random(f"{seed} {number}"), depth)
                number += 1
        except BudgetExhausted as exhausted:
            progress = f"{exhausted}; walks taken: {number} of {walks}"
        verdict = Verdict.LAWFUL if progress is None else Verdict.INCONCLUSIVE
        walked = Walked(verdict, number, sum(self.taken.values()), self.taken, time.monotonic() - started_s)
        if violation is None:
            return replace(walked, progress=progress)
        return replace(walked, verdict=Verdict.VIOLATION, violation=violation, seconds=time.monotonic() - started_s)

    def _walk(self, chance: random.Random, depth: int) -> Violation | None:
        likelihood = {action: chance.choice(LIKELIHOODS) for action in self.taken}
        place, way = self.start, list[Option]()
        for _ in range(depth):
            self.meter.step()
            options = self.moves.options(place)
            if not options:
                return self._stuck(place, way) or self._judged_whole(way)
            (option,) = chance.choices(options, [likelihood[one.move.step.action] for one in options])
            self.taken[option.move.step.action] += 1
            way.append(option)
            broken = self._broken(place, option)
            if broken is not None:
                shorter = shortened(way, partial(self._replayed, broken))
                return Violation(broken, (*self.before, *(one.move for one in shorter)))
            place = self.moves.taken(place, option)
        return self._judged_whole(way)

    def _judged_whole(self, way: list[Option]) -> Violation | None:
        broken = self._whole(way)
        if broken is None:
            return None
        length = next(length for length in range(len(way) + 1) if self._whole(way[:length]) == broken)
        shorter = shortened(way[:length], partial(self._replayed_whole, broken))
        return Violation(broken, (*self.before, *(one.move for one in shorter)))

    def _whole(self, way: Sequence[Option]) -> str | None:
        return None if self.whole is None else self.whole((*self.before, *(one.move for one in way)))

    def _replayed_whole(self, broken: str, hints: Sequence[Option]) -> list[Option] | None:
        """A way by moves like these that violates the same as a whole, and nothing before."""
        place, way = self.start, list[Option]()
        for hint in hints:
            option = like(self.moves.options(place), hint)
            if option is not None:
                if self._broken(place, option) is not None:
                    return None
                way.append(option)
                place = self.moves.taken(place, option)
        return way if self._whole(way) == broken else None

    def _stuck(self, place: Place, way: Sequence[Option]) -> Violation | None:
        """A state without any step; that its steps lead nowhere new, or out of the bounds, does not count."""
        states = (self.moves.states[state] for state in place.states)
        if place.in_flight or any(any(self.model.steps(server, state)) for server, state in enumerate(states)):
            return None
        return Violation(DEADLOCK, (*self.before, *(one.move for one in way)))

    def _broken(self, place: Place, option: Option) -> str | None:
        """The first property that a move breaks."""
        server = option.move.server
        before, after = place.states[server], option.after
        if before == after:
            return None
        others = [state for other, state in enumerate(place.states) if other != server]
        asked = [(before, after, True), *((after, other, False) for other in others)]
        return next((found for one in asked if (found := self._judgement(*one)) is not None), None)

    def _judgement(self, one: int, other: int, is_step: bool) -> str | None:
        key = (one, other, is_step)
        if key not in self.judged:
            self.judged[key] = self._judge(*key)
        return self.judged[key]

    def _judge(self, one: int, other: int, is_step: bool) -> str | None:
        """What two states, of one server or of two, say of the properties."""
        a, b = self.moves.states[one], self.moves.states[other]
        for each in self.properties:
            if is_step:
                holds = not isinstance(each, OfStep) or each.holds(a, b)
                holds = holds and (not isinstance(each, OfServer) or each.holds(b))
            else:
                holds = not isinstance(each, OfPair) or (each.holds(a, b) and each.holds(b, a))
            if not holds:
                return each.id
        return None

    def _replayed(self, broken: str, hints: Sequence[Option]) -> list[Option] | None:
        """A way by moves like these up to where the property breaks; None where it does not, or another does first.

        A hint that is not possible where it comes is passed over.
        """
        place, way = self.start, list[Option]()
        for hint in hints:
            option = like(self.moves.options(place), hint)
            if option is None:
                continue
            way.append(option)
            found = self._broken(place, option)
            if found is not None:
                return way if found == broken else None
            place = self.moves.taken(place, option)
        return None

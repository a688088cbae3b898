"""Random walks through a model, with the proved system walking along.

Each step of the model has to be the steps of the proved system that the refinement says, or none; afterwards every
server and every message in flight has to agree with the proved system again. What the walks do not come by is not
checked.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lawful.checkers.exploration.behaviour import Move, beginning
from lawful.checkers.exploration.local_moves import LocalMoves, Option, Place
from lawful.checkers.exploration.network import network_of
from lawful.checkers.exploration.shortening import like, shortened
from lawful.checkers.exploration.walks import LIKELIHOODS
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.refinement.companion import Companion, Node, Refused
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.first_order.facts import Facts, structure_of
from lawful.models.refinement import Refinement

_MOST_KEPT = 20_000
"""States of the system that are kept because walks may come by them again; then they are worked out anew."""

Table = Mapping[tuple[str, tuple[str, ...]], int]
"""By step of the model and the steps of the system that it was, how often."""


@dataclass(frozen=True, slots=True)
class Unrefined:
    """A behaviour whose last step is no step of the system, nor several, nor none."""

    behaviour: tuple[Move, ...]
    refused: Refused
    before: Facts
    """The system, before the last step."""


@dataclass(frozen=True, slots=True)
class Refined:
    """What came out."""

    verdict: Verdict
    walks: int
    steps: int
    table: Table
    seconds: float
    unrefined: Unrefined | None = None
    progress: str | None = None
    """Which budget was used up."""
    states: int | None = None
    """How many there are, with what the system remembers, where all steps were taken."""


def refine(
    refinement: Refinement,
    *,
    steps: int,
    depth: int,
    seed: int,
    after: Sequence[Move] = (),
    budget: Budget | None = None,
) -> Refined:
    """Walks of up to `depth` steps each until `steps` were taken, up to the first step that refines nothing.

    `after`: the behaviour from whose end the walks go on; its steps are checked as well. Raises `ValueError` where the
    system does not begin where the refinement says, or the model does not allow `after`.
    """
    return Walker(refinement, after, Meter(budget or Budget())).run(steps, depth, seed)


class Walker:
    """Walks through one model."""

    def __init__(self, refinement: Refinement, after: Sequence[Move], meter: Meter) -> None:
        self.refinement = refinement
        self.after = after
        self.meter = meter
        self.moves = LocalMoves(refinement.model)
        self.companion = Companion(refinement, self.moves)
        self.table: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.taken: Counter[str] = Counter()
        self.steps = 0
        self.kept = 0
        self.root = Node(refinement.beginning())
        self.start = self.moves.place(beginning(refinement.model))
        self._require_beginning()
        self.before: list[Option] = []

    def run(self, steps: int, depth: int, seed: int) -> Refined:
        """All walks, or those up to the first step that refines nothing or the end of the budget."""
        started_s = time.monotonic()
        walks, progress, unrefined = 0, None, self.scene()
        try:
            while unrefined is None and self.steps < steps:
                unrefined = self._walk(random.Random(f"{seed} {walks}"), min(depth, steps - self.steps))
                walks += 1
        except BudgetExhausted as exhausted:
            progress = f"{exhausted}; steps taken: {self.steps:,} of {steps:,}"
        verdict = Verdict.LAWFUL if progress is None else Verdict.INCONCLUSIVE
        if unrefined is not None:
            verdict = Verdict.VIOLATION
        seconds = time.monotonic() - started_s
        return Refined(verdict, walks, self.steps, dict(self.table), seconds, unrefined, progress)

    def _require_beginning(self) -> None:
        system, facts = self.refinement.system, self.root.facts
        first = structure_of(facts, system.fixed, system.changing, self.refinement.fixed, self.refinement.name)
        if not first.holds(system.initial(system.state)):
            raise ValueError(f"{system.name} does not begin as the refinement says")
        differing = self.companion.differing(self.root, self.start)
        if differing is not None:
            raise ValueError(f"the model and {system.name} do not agree at first: {differing}")

    def scene(self) -> Unrefined | None:
        """What happens before the walks."""
        place, node = self.start, self.root
        for number, move in enumerate(self.after, 1):
            option = next((one for one in self.moves.options(place) if one.move == move), None)
            if option is None:
                raise ValueError(f"step {number} of what comes first is not possible within the bounds")
            self.before.append(option)
            found = self.taken_along(node, place, option)
            if isinstance(found, Refused):
                return self.unrefined(node, found, self.before)
            place, node = self.moves.taken(place, option), found
        return None

    def _walk(self, chance: random.Random, depth: int) -> Unrefined | None:
        actions = (*self.refinement.model.actions, *network_of(self.refinement.model))
        likelihood = {action: chance.choice(LIKELIHOODS) for action in actions}
        place, node, way = *self.begin(), list[Option]()
        for _ in range(depth):
            self.meter.step()
            options = self.moves.options(place)
            if not options:
                break
            asked = [one.move.step.action for one in options]
            (option,) = chance.choices(options, [likelihood[one] / (1 + self.taken[one]) for one in asked])
            way.append(option)
            found = self.taken_along(node, place, option)
            if isinstance(found, Refused):
                return self._shortest(way)
            place, node = self.moves.taken(place, option), found
        return None

    def begin(self) -> tuple[Place, Node]:
        """Where the walks begin. What is kept of earlier ones is dropped when it is too much."""
        if self.kept > _MOST_KEPT:
            self.root, self.kept = Node(self.refinement.beginning()), 0
        place, node = self.start, self.root
        for option in self.before:
            found = self.companion.goes_along(node, place, option)
            assert not isinstance(found, Refused)
            place, node = self.moves.taken(place, option), found.node
        return place, node

    def taken_along(self, node: Node, place: Place, option: Option) -> Node | Refused:
        """One step, counted."""
        found = self.companion.goes_along(node, place, option)
        self.steps += 1
        self.taken[option.move.step.action] += 1
        if isinstance(found, Refused):
            return found
        self.kept += found.node is not node
        self.table[option.move.step.action, tuple(one.action for one in found.steps)] += 1
        return found.node

    def _shortest(self, way: list[Option]) -> Unrefined:
        action = way[-1].move.step.action
        shorter = shortened(way, lambda hints: self._replayed(action, hints))
        place, node = self.begin()
        for option in shorter[:-1]:
            found = self.companion.goes_along(node, place, option)
            assert not isinstance(found, Refused)
            place, node = self.moves.taken(place, option), found.node
        refused = self.companion.goes_along(node, place, shorter[-1])
        assert isinstance(refused, Refused)
        return self.unrefined(node, refused, [*self.before, *shorter])

    def _replayed(self, action: str, hints: Sequence[Option]) -> list[Option] | None:
        """A way by moves like these up to where a step of this action refines nothing; None where it comes to none."""
        (place, node), way = self.begin(), list[Option]()
        for hint in hints:
            option = like(self.moves.options(place), hint)
            if option is None:
                continue
            way.append(option)
            found = self.companion.goes_along(node, place, option)
            if isinstance(found, Refused):
                return way if option.move.step.action == action else None
            place, node = self.moves.taken(place, option), found.node
        return None

    def unrefined(self, node: Node, refused: Refused, way: Sequence[Option]) -> Unrefined:
        """What is shown of a way whose last step refines nothing."""
        return Unrefined(tuple(one.move for one in way), refused, node.facts)

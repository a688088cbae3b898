"""The search through all states: breadth first and level by level, so that the first violation has a shortest way.

A level is taken in pieces of some thousand states, and each piece is advanced at once with numpy: steps are looked up
in tables (`step_table`), and states are told apart by fingerprints (`fingerprints`). Within the bounds of the model
nothing is left out, but for states whose fingerprint another state has as well; how unlikely that is, is stated.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.behaviour import Move, follow, violated_by
from lawful.checkers.exploration.fingerprints import FingerprintSet, overlooked_probability
from lawful.checkers.exploration.frontier import (
    Expansion,
    Ints,
    expand,
    fingerprints,
    fingerprints_after,
    orbit_sizes,
    rows_after,
)
from lawful.checkers.exploration.invariants import Invariants
from lawful.checkers.exploration.reached import Reached
from lawful.checkers.exploration.reduction import is_reducible
from lawful.checkers.exploration.result import DEADLOCK, Exploration, Violation
from lawful.checkers.exploration.soundness import require_pure, require_symmetric
from lawful.checkers.exploration.step_table import NOTHING, StepTable
from lawful.checkers.exploration.wrong_model import WrongModel
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import AnyModel, LocalProperty

_PIECE = 1 << 14
"""States that are advanced at once: enough for numpy, few enough for the cache and for the budget of memory."""


def explore(
    model: AnyModel,
    properties: Sequence[LocalProperty],
    budget: Budget | None = None,
    *,
    symmetric: bool = False,
    reduced: bool = False,
    after: Sequence[Move] = (),
    may_end: bool = False,
) -> Exploration:
    """Every state within the bounds of the model, or those up to the first violation.

    `symmetric`: states that differ only in how servers are called are one; the model's renamings say how. `reduced`:
    steps of different servers are not taken in all orders (`reduction`): fewer states, the same verdict, but a
    counterexample may have steps that it does not need. `after`: the behaviour from whose end the search goes on.
    `may_end`: a state in which nothing can happen is no deadlock.
    Raises `WrongModel` where the model is not made of local steps, `ValueError` where it cannot be searched like this.
    """
    if reduced and not is_reducible(model):
        raise ValueError("steps may be left out only on a network that loses messages")
    search = _Search(model, properties, Meter(budget or Budget()), symmetric, reduced, after, may_end)
    violation, progress = None, None
    try:
        violation = search.run()
        verdict = Verdict.LAWFUL if violation is None else Verdict.VIOLATION
    except BudgetExhausted as exhausted:
        verdict = Verdict.INCONCLUSIVE
        progress = f"{exhausted}; states reached: {len(search.reached)}, at depth {search.depth}"
    require_pure(search.table)
    if symmetric:
        require_symmetric(search.table, properties, search.invariants)
    if violation is not None:
        _require_behaviour(model, properties, violation)
    return search.result(verdict, violation, progress)


def _require_behaviour(model: AnyModel, properties: Sequence[LocalProperty], violation: Violation) -> None:
    """A counterexample of the tables has to be one of the model as well."""
    found = violated_by(properties, follow(model, violation.behaviour))
    if violation.property != DEADLOCK and (found is None or found[1] < len(violation.behaviour)):
        raise WrongModel(f"the tables violate {violation.property}, and the model does not")


class _Search:
    def __init__(
        self,
        model: AnyModel,
        properties: Sequence[LocalProperty],
        meter: Meter,
        symmetric: bool,
        reduced: bool,
        after: Sequence[Move],
        may_end: bool,
    ) -> None:
        self.cpu_started_s = time.process_time()
        self.model = model
        self.properties = properties
        self.meter = meter
        self.symmetric = symmetric
        self.reduced = reduced
        self.start = after
        self.may_end = may_end
        self.table = StepTable(model, symmetric, meter.look)
        self.invariants = Invariants(properties, self.table.states.values)
        self.seen = FingerprintSet()
        self.reached = Reached()
        self.depth = 0
        self.generated = 1
        self.represented = 0
        self.block_visits = np.zeros(0, np.int64)
        self.entry_visits = np.zeros(0, np.int64)
        self.broken: list[tuple[LocalProperty, int, int]] = []

    def run(self) -> Violation | None:
        """The first violation; None where there is none. Raises `BudgetExhausted`."""
        level = self._first()
        broken = self.invariants.broken_states(level[:, : self.model.servers])
        if broken is not None:
            return Violation(broken.property.id, tuple(self.start))
        while len(level):
            self.depth += 1
            number = len(self.reached) - len(level)
            following = []
            for begin in range(0, len(level), _PIECE):
                self.meter.look()
                piece = level[begin : begin + _PIECE]
                found = self._advance(piece, number + begin)
                if isinstance(found, Violation):
                    return found
                following.append(found)
            level = np.concatenate(following)
        return None

    def _first(self) -> Ints:
        """The row that the search begins with."""
        self.table.initial()
        last = follow(self.model, self.start)[-1]
        if len(last.in_flight) > self.model.in_flight or not all(map(self.model.is_within, last.states)):
            raise ValueError("the search would begin outside of the bounds of the model")
        messages = sorted(self.table.messages.number(message) for message in last.in_flight)
        free = [NOTHING] * (self.model.in_flight - len(messages))
        row = np.array([[*map(self.table.states.number, last.states), *free, *messages]], np.int32)
        self.seen.add(fingerprints(self.table, row).min(axis=1))
        self.reached.append(np.array([-1]), np.array([-1]))
        return row

    def _advance(self, rows: Ints, number: int) -> Ints | Violation:
        """The states that are new after the rows, of which the first has this number."""
        found = expand(self.table, rows, self.reduced)
        before = fingerprints(self.table, rows)
        self._count(found, before)
        violation = self._violated_on_the_way(found, number)
        if violation is not None:
            return violation
        new = self._new(fingerprints_after(self.table, before, found.steps))
        steps = found.steps.at(new)
        following = rows_after(self.table, rows, steps)
        first = len(self.reached)
        self.reached.append(steps.parent + number, steps.entry)
        broken = self.invariants.broken_states(following[:, : self.model.servers])
        if broken is None:
            return following
        return Violation(broken.property.id, self._behaviour(first + broken.row))

    def _new(self, marks: NDArray[np.uint64]) -> Ints:
        """The steps that lead to states that were not seen, each state once, in order."""
        unseen = self.seen.missing(marks)
        new, first = np.unique(marks[unseen], return_index=True)
        self.seen.add(new)
        return np.sort(unseen[first])

    def _count(self, found: Expansion, before: NDArray[np.uint64]) -> None:
        self.generated += int(found.generated.sum())
        self.block_visits = _added(self.block_visits, np.bincount(found.blocks))
        self.entry_visits = _added(self.entry_visits, np.bincount(found.steps.entry))
        if self.symmetric:
            self.represented += int(orbit_sizes(before).sum())

    def _violated_on_the_way(self, found: Expansion, number: int) -> Violation | None:
        """A state without any step, or a step that a property forbids."""
        stuck = np.flatnonzero(found.generated == 0)
        if len(stuck) and not self.may_end:
            return Violation(DEADLOCK, self._behaviour(number + int(stuck[0])))
        self.broken += self.invariants.broken_steps(self.table.transitions)
        self.table.transitions.clear()
        for one, before, after in self.broken:
            entries = np.flatnonzero((self.table.before == before) & (self.table.after == after))
            showing = np.flatnonzero(np.isin(found.steps.entry, entries))
            if len(showing):
                step = found.steps.at(showing[:1])
                moves = (*self._behaviour(number + int(step.parent[0])), self.table.move(int(step.entry[0])))
                return Violation(one.id, moves)
        return None

    def _behaviour(self, number: int) -> tuple[Move, ...]:
        return (*self.start, *map(self.table.move, self.reached.way(number)))

    def result(self, verdict: Verdict, violation: Violation | None, progress: str | None) -> Exploration:
        """All that was found out."""
        table = self.table
        taken = np.zeros(len(table.actions), np.int64)
        taken += np.bincount(
            table.action[: len(self.entry_visits)], weights=self.entry_visits, minlength=len(taken)
        ).astype(np.int64)
        taken += self.block_visits @ table.idle[: len(self.block_visits)]
        states = len(self.reached)
        return Exploration(
            verdict,
            distinct=states,
            generated=self.generated,
            depth=self.depth,
            represented=self.represented if self.symmetric else None,
            local_states=len(table.states.values),
            messages=len(table.messages.values) - 1,
            taken=dict(zip(table.actions, taken.tolist(), strict=True)),
            applied=self.invariants.applied,
            overlooked=overlooked_probability(states),
            bytes_per_state=(self.reached.bytes + self.seen.bytes) / states,
            cpu_seconds=time.process_time() - self.cpu_started_s,
            seconds=self.meter.seconds,
            violation=violation,
            progress=progress,
        )


def _added(total: Ints, more: Ints) -> Ints:
    """The sum of counts by number, of which there may be more by now."""
    if len(more) > len(total):
        total, more = more, total
    total[: len(more)] += more
    return total

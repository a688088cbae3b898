"""The search through all states: breadth first and level by level, so that the first violation has a shortest way.

A level is taken in pieces of some thousand states, and each piece is advanced at once with numpy: steps are looked up
in tables (`step_table`), and states are told apart by fingerprints (`fingerprints`). Within the bounds of the model
nothing is left out, but for states whose fingerprint another state has as well; how unlikely that is, is stated.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from lawful.checkers.exploration.behaviour import Move, follow, violated_by
from lawful.checkers.exploration.fingerprints import overlooked_probability
from lawful.checkers.exploration.frontier import Expansion, Ints, blocks_of, expand, fingerprints, rows_after
from lawful.checkers.exploration.invariants import Invariants
from lawful.checkers.exploration.level import Level
from lawful.checkers.exploration.means import Means
from lawful.checkers.exploration.pieces import NONE, PIECE, Found, examine, read, written
from lawful.checkers.exploration.reached import Reached
from lawful.checkers.exploration.result import DEADLOCK, Exploration, Violation
from lawful.checkers.exploration.soundness import require_pure, require_symmetric
from lawful.checkers.exploration.step_table import NOTHING, StepTable
from lawful.checkers.exploration.store import Spill
from lawful.checkers.exploration.team import MOST_PIECES, Team
from lawful.checkers.exploration.worked_out import WorkedOut
from lawful.checkers.exploration.wrong_model import WrongModel
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import AnyModel, LocalProperty

_FEWEST_PIECES = 3
"""A level with less of them is not worth starting processes for."""


def explore(
    model: AnyModel,
    properties: Sequence[LocalProperty],
    budget: Budget | None = None,
    *,
    symmetric: bool = False,
    reduced: bool = False,
    exact: bool = False,
    workers: int = 1,
    spill: Spill | None = None,
    after: Sequence[Move] = (),
    may_end: bool = False,
) -> Exploration:
    """Every state within the bounds of the model, or those up to the first violation.

    `symmetric`: states that differ only in how servers are called are one; the model's renamings say how. `reduced`:
    steps of different servers are not taken in all orders (`reduction`): fewer states, the same verdict, but a
    counterexample may have steps that it does not need. `exact`: states are compared, and not their fingerprints.
    `workers`: how many processes search. `spill`: where states go that do not fit into memory. `after`: the behaviour
    from whose end the search goes on. `may_end`: a state in which nothing can happen is no deadlock.

    Raises `WrongModel` where the model is not made of local steps, `ValueError` where it cannot be searched like this.
    """
    means = Means(symmetric, reduced, exact, workers, spill)
    means.require_possible(model)
    search = _Search(model, properties, Meter(budget or Budget()), means, after, may_end)
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
        means: Means,
        after: Sequence[Move],
        may_end: bool,
    ) -> None:
        self.cpu_started_s = _cpu_s()
        self.model = model
        self.properties = properties
        self.meter = meter
        self.means = means
        self.start = after
        self.may_end = may_end
        self.table = StepTable(model, means.symmetric, meter.look)
        self.invariants = Invariants(properties, self.table.states.values)
        self.seen = means.seen(self.table)
        self.store = None if means.spill is None else means.spill.store
        self.reached = Reached(self.store)
        self.depth = 0
        self.generated = 1
        self.represented = 0
        self.taken = np.zeros(len(self.table.actions), np.int64)
        self.block_visits = np.zeros(0, np.int64)
        self.worked_out = WorkedOut(self.table, self.invariants)

    def run(self) -> Violation | None:
        """The first violation; None where there is none. Raises `BudgetExhausted`."""
        first = self._first()
        self.worked_out.looked_up()
        self.worked_out.reached()
        broken = self.invariants.broken_states(first[:, : self.model.servers])
        if broken is not None:
            return Violation(broken.property.id, tuple(self.start))
        level = Level(self.store)
        level.append(first)
        while len(level):
            self.depth += 1
            number = len(self.reached) - len(level)
            following = Level(self.store)
            for piece, found in self._examined(level):
                after = self._merge(piece, number, found)
                if isinstance(after, Violation):
                    return after
                following.append(after)
                number += len(piece)
            level = following
        return None

    def _examined(self, level: Level) -> Iterator[tuple[Ints, Found]]:
        """The pieces of a level in order, and what there is after each."""
        lot = PIECE * MOST_PIECES
        for rows in level.lots():
            for begin in range(0, len(rows), lot):
                some = rows[begin : begin + lot]
                pieces = [some[place : place + PIECE] for place in range(0, len(some), PIECE)]
                together = self.means.workers > 1 and len(pieces) >= _FEWEST_PIECES
                found = self._together(pieces) if together else self._one_by_one(pieces)
                yield from zip(pieces, found, strict=True)

    def _one_by_one(self, pieces: Iterable[Ints]) -> Iterator[Found]:
        for piece in pieces:
            self.meter.look()
            expansion = expand(self.table, piece, self.means.reduced)
            self.worked_out.looked_up()
            self.worked_out.reached()
            yield self._examine(piece, expansion)

    def _together(self, pieces: Sequence[Ints]) -> Iterator[Found]:
        """Several processes at once. All local steps are worked out before, so that they all have the same tables."""
        for piece in pieces:
            self.meter.look()
            for _ in blocks_of(self.table, piece, self.means.reduced):
                pass
            self.worked_out.looked_up()

        def work(number: int) -> Found:
            return self._examine(pieces[number], expand(self.table, pieces[number], self.means.reduced))

        results = Team(work, written, read, len(pieces), self.means.workers).results()
        for piece, found in zip(pieces, results, strict=True):
            self.meter.look()
            self.worked_out.reached()
            yield self._still_new(piece, found)

    def _examine(self, rows: Ints, expansion: Expansion) -> Found:
        broken = [(before, after) for _, before, after in self.worked_out.broken]
        return examine(self.table, self.seen, rows, expansion, broken)

    def _still_new(self, rows: Ints, found: Found) -> Found:
        """Without what was reached from another piece since it was looked at."""
        new = self.seen.new(found.marks, lambda which: rows_after(self.table, rows, found.steps.at(which)))
        return replace(found, steps=found.steps.at(new), marks=found.marks[new])

    def _first(self) -> Ints:
        """The row that the search begins with."""
        self.table.initial()
        last = follow(self.model, self.start)[-1]
        if len(last.in_flight) > self.model.in_flight or not all(map(self.model.is_within, last.states)):
            raise ValueError("the search would begin outside of the bounds of the model")
        messages = sorted(self.table.messages.number(message) for message in last.in_flight)
        free = [NOTHING] * (self.model.in_flight - len(messages))
        row = np.array([[*map(self.table.states.number, last.states), *free, *messages]], np.int32)
        self.seen.add(fingerprints(self.table, row).min(axis=1), row.__getitem__)
        self.reached.append(np.array([-1]), np.array([-1]))
        return row

    def _merge(self, rows: Ints, number: int, found: Found) -> Ints | Violation:
        """The states that are new after the rows, of which the first has this number."""
        self.generated += found.generated
        self.represented += found.represented
        self.taken += found.taken
        self.block_visits = _added(self.block_visits, found.visits)
        if found.stuck != NONE and not self.may_end:
            return Violation(DEADLOCK, self._behaviour(number + found.stuck))
        which, parent, entry = found.forbidden
        if which != NONE:
            return Violation(
                self.worked_out.broken[which][0].id, (*self._behaviour(number + parent), self.table.move(entry))
            )
        following = rows_after(self.table, rows, found.steps)
        self.seen.add(found.marks, following.__getitem__)
        first = len(self.reached)
        self.reached.append(found.steps.parent + number, found.steps.entry)
        broken = self.invariants.broken_states(following[:, : self.model.servers])
        if broken is None:
            return following
        return Violation(broken.property.id, self._behaviour(first + broken.row))

    def _behaviour(self, number: int) -> tuple[Move, ...]:
        return (*self.start, *map(self.table.move, self.reached.way(number)))

    def result(self, verdict: Verdict, violation: Violation | None, progress: str | None) -> Exploration:
        """All that was found out."""
        table = self.table
        taken = self.taken + self.block_visits @ table.idle[: len(self.block_visits)]
        states = len(self.reached)
        return Exploration(
            verdict,
            distinct=states,
            generated=self.generated,
            depth=self.depth,
            represented=self.represented if self.means.symmetric else None,
            local_states=self.worked_out.states if progress is None else len(table.states.values),
            messages=(self.worked_out.messages if progress is None else len(table.messages.values)) - 1,
            taken=dict(zip(table.actions, taken.tolist(), strict=True)),
            applied=self.invariants.applied,
            overlooked=0.0 if self.means.exact else overlooked_probability(states),
            bytes_per_state=(self.reached.bytes + self.seen.bytes) / states,
            cpu_seconds=_cpu_s() - self.cpu_started_s,
            seconds=self.meter.seconds,
            violation=violation,
            progress=progress,
        )


def _cpu_s() -> float:
    """Processor time of this process, and of those that it started and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _added(total: Ints, more: Ints) -> Ints:
    """The sum of counts by number, of which there may be more by now."""
    if len(more) > len(total):
        total = np.concatenate([total, np.zeros(len(more) - len(total), total.dtype)])
    total[: len(more)] += more
    return total

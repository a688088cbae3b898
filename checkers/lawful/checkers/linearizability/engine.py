"""One search for both kinds of models: what is left of a search when it is over, and how to read its trail.

An engine serves any number of searches on histories of one model, and remembers what the model said. Failed
operations are left out of each history, and operations with an unknown outcome are placed or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from lawful.checkers.linearizability.configuration import Counter, Trail
from lawful.checkers.linearizability.depth_first import Found, Leaps, explore
from lawful.checkers.linearizability.evidence import Placement, unrolled, with_lookers
from lawful.checkers.linearizability.frontier import Refuter
from lawful.checkers.linearizability.moves import Moves
from lawful.checkers.linearizability.native.covered import placements
from lawful.checkers.linearizability.native.handover import Declined, Handover, TakenOver
from lawful.checkers.linearizability.native.route import Route
from lawful.checkers.linearizability.purity import verify_purity
from lawful.checkers.linearizability.schedule import Schedule, schedule
from lawful.checkers.linearizability.steps import UntimedSteps
from lawful.checkers.linearizability.table import PurityRefuted, TransitionTable
from lawful.checkers.linearizability.timed_steps import TimedSteps
from lawful.checkers.linearizability.timed_table import TimedTable
from lawful.checkers.meter import Meter
from lawful.models.history import Operation
from lawful.models.model import AnyModel, Model, TimedModel


class Engine(Protocol):
    """Searches histories of one model."""

    def prepare(self, operations: Sequence[Operation]) -> Schedule:
        """Raises ValueError for a completed operation without a return."""
        ...

    def search(self, plan: Schedule) -> Found: ...

    def placements(self, plan: Schedule, trail: Trail | Route) -> list[Placement]:
        """All operations that a trail stands for, in order, with the states after them."""
        ...


def engine_for(model: AnyModel[Any], meter: Meter) -> Engine:
    """The engine for a model with or without time."""
    return TimedEngine(model, meter) if isinstance(model, TimedModel) else UntimedEngine(model, meter)


class UntimedEngine:
    """Searches histories of a model without time."""

    def __init__(self, model: Model[Any], meter: Meter) -> None:
        self._meter = meter
        self._table = TransitionTable(model, meter)

    def prepare(self, operations: Sequence[Operation]) -> Schedule:
        plan = schedule(operations, self._table.kinds.of)
        self._table.ask_for_effects()
        return plan

    def search(self, plan: Schedule) -> Found:
        handover = Handover(plan, self._table, self._meter)
        while True:
            try:
                return self._interpreted(plan, handover)
            except TakenOver as taken:
                return taken.found
            except (PurityRefuted, Declined):
                continue

    def _interpreted(self, plan: Schedule, counter: Counter) -> Found:
        moves = Moves(plan, self._table)
        steps = UntimedSteps(plan, moves, counter)
        refuter = Refuter(plan, self._table, moves, counter, Leaps(steps, counter))
        found = explore(steps, [steps.start(self._table.initial)], len(plan.positions), counter, refuter)
        if found.linearizable is False:
            verify_purity(plan, moves, self._table)
        return found

    def placements(self, plan: Schedule, trail: Trail | Route) -> list[Placement]:
        if isinstance(trail, Route):
            return placements(plan, self._table, trail)
        return with_lookers(plan, self._table, trail)


class TimedEngine:
    """Searches histories of a model with time."""

    def __init__(self, model: TimedModel[Any], meter: Meter) -> None:
        self._meter = meter
        self._table = TimedTable(model, meter)

    def prepare(self, operations: Sequence[Operation]) -> Schedule:
        return schedule(operations, self._table.kinds.of)

    def search(self, plan: Schedule) -> Found:
        steps = TimedSteps(plan, self._table, self._meter)
        return explore(
            steps, [steps.start(self._table.initial)], len(plan.positions), self._meter, Leaps(steps, self._meter)
        )

    def placements(self, plan: Schedule, trail: Trail | Route) -> list[Placement]:
        assert not isinstance(trail, Route), "models with time are not searched natively"
        return [
            Placement(
                plan.unknown[~choice] if choice < 0 else plan.positions[choice].operation, self._table.states[state]
            )
            for choice, state in unrolled(trail)
        ]

"""The search through all schedules: breadth first, so that the first violation has a schedule of fewest steps.

A step is a command, a crash or a pause. Positions that were reached before are not looked at again (see `position`
for when two are one), and clients with the same role start in order of their numbers: every schedule is one of these
with clients renamed. Within the bounds of the scenario nothing else is left out, so that no violation means that no
schedule has one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.schedules.alone import Alone, run_alone
from lawful.checkers.schedules.counting import paths
from lawful.checkers.schedules.judge import Judge
from lawful.checkers.schedules.position import Move, MoveKind, Position, Successor, is_waiting, start, successors
from lawful.checkers.schedules.scenario import Scenario
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation


class Schedule(NamedTuple):
    """Who did what, in order."""

    setup: tuple[Move, ...]
    moves: tuple[Move, ...]
    audit: tuple[Move, ...]
    """Empty where the promise was broken before anybody looked."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A schedule that breaks the promise."""

    schedule: Schedule
    operations: tuple[Operation, ...]
    """What clients and auditor saw."""
    verdict: ObjectVerdict | None
    """Why no order explains it; None where clients wait for ever."""


@dataclass(frozen=True, slots=True)
class Exploration:
    """What came out."""

    scenario: Scenario
    verdict: Verdict
    positions: int
    """How many different ones were reached."""
    moves: int
    """How many moves between them."""
    schedules: int | None
    """How many schedules from the start to an end they stand for; None where not all were reached."""
    longest: int
    """Moves to the farthest position, each by its shortest way."""
    seconds: float
    loss: Loss | None = None
    progress: str | None = None
    """Which budget was used up, and how far the search got."""


class _Origin(NamedTuple):
    """How a position was reached first."""

    before: int
    move: Move
    steps: int


class _Search:
    def __init__(self, scenario: Scenario, meter: Meter) -> None:
        self.scenario = scenario
        self.meter = meter
        empty = scenario.variant.store.initial(scenario.protocol.schema)
        self.setup = run_alone(scenario, empty, 0, scenario.protocol.setup)
        self.judge = Judge(scenario, self.setup, meter.remaining())
        first = start(scenario, self.setup.store, self.setup.now_ms)
        self.numbers = {first: 0}
        self.origins: list[_Origin | None] = [None]
        self.edges: list[list[int]] = [[]]
        self.ahead = deque([first])
        self.moves = 0

    def run(self) -> Loss | None:
        """The first loss; None where there is none. Raises `BudgetExhausted`."""
        while self.ahead:
            position = self.ahead.popleft()
            number = self.numbers[position]
            goes_on = False
            for successor in successors(self.scenario, position):
                self.meter.step()
                self.moves += 1
                goes_on |= successor.move.kind is MoveKind.COMMAND
                if not self._is_new(number, successor):
                    continue
                loss = self._judged(successor)
                if loss is not None:
                    return loss
                self.ahead.append(successor.position)
            if not goes_on and is_waiting(self.scenario, position):
                return Loss(self._schedule(position, None), tuple(self.judge.history(position, None)), None)
        return None

    @property
    def longest(self) -> int:
        last = self.origins[-1]
        return 0 if last is None else last.steps

    def _is_new(self, before: int, successor: Successor) -> bool:
        number = self.numbers.get(successor.position)
        is_new = number is None
        if number is None:
            number = self.numbers[successor.position] = len(self.origins)
            origin = self.origins[before]
            self.origins.append(_Origin(before, successor.move, 1 if origin is None else origin.steps + 1))
            self.edges.append([])
        self.edges[before].append(number)
        return is_new

    def _judged(self, successor: Successor) -> Loss | None:
        """The loss that shows first here: an operation returned, or all is quiet and can be looked at."""
        move, position = successor
        if move.returned is not None or position.is_quiet:
            found = self.judge.violation(position)
            if found is not None:
                verdict, operations, audit = found
                return Loss(self._schedule(position, audit), tuple(operations), verdict)
        return None

    def _schedule(self, position: Position, audit: Alone | None) -> Schedule:
        moves = []
        origin = self.origins[self.numbers[position]]
        while origin is not None:
            moves.append(origin.move)
            origin = self.origins[origin.before]
        return Schedule(self.setup.moves, tuple(reversed(moves)), () if audit is None else audit.moves)


def explore(scenario: Scenario, budget: Budget | None = None) -> Exploration:
    """Every schedule of the scenario, or those up to the first loss."""
    meter = Meter(budget or Budget())
    search = _Search(scenario, meter)
    loss, progress = None, None
    try:
        loss = search.run()
        verdict = Verdict.LAWFUL if loss is None else Verdict.VIOLATION
    except BudgetExhausted as exhausted:
        verdict = Verdict.INCONCLUSIVE
        progress = f"{exhausted}; {len(search.origins)} positions within {search.longest} steps hold no loss"
    return Exploration(
        scenario,
        verdict,
        positions=len(search.origins),
        moves=search.moves,
        schedules=paths(search.edges) if verdict is Verdict.LAWFUL else None,
        longest=search.longest,
        seconds=meter.seconds,
        loss=loss,
        progress=progress,
    )

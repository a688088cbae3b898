"""Which clause rejects which twin: every twin is hunted, and so is the untouched declaration, which nothing may reject.

What makes the matrix fail: a clause that rejects nothing, a twin that nobody rejects, one that is rejected but never by
the clause that it was made for, and a clause that rejects a store without a mistake.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median

from lawful.conformance.twins.hunt import Catch, hunt
from lawful.conformance.twins.program import Program
from lawful.conformance.twins.smallest import smallest
from lawful.conformance.twins.store import DeclaredStore
from lawful.conformance.twins.twin import BrokenStore
from lawful.specs.clause import Clause
from lawful.specs.task_store import TABLES

FEWEST_ROUNDS = 6
"""Each twin is hunted so often, to see which clauses reject it."""
MOST_ROUNDS = 100
"""A twin is hunted on until the clause that it was made for has rejected it, at most so often."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one twin."""

    twin: BrokenStore
    rejected_by: Mapping[str, int]
    """In how many rounds, by clause."""
    rounds: int
    caught_after_s: float | None
    """From the beginning of the hunt to the first violation; None: it was not caught."""
    first: Catch | None
    """The first round in which its own clause rejects it."""
    program: Program | None
    """The smallest one found that its own clause rejects."""

    @property
    def missed(self) -> bool:
        """Whether the clause that the twin was made for never rejected it."""
        return self.twin.clause not in self.rejected_by

    @property
    def operations(self) -> int | None:
        """Of the smallest program."""
        return None if self.program is None else len(self.program.acts)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A store without a mistake that was rejected."""

    table: str
    seed: int
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every twin, against every clause that has to reject one."""

    rows: Sequence[Row]
    clauses: Sequence[Clause]
    alarms: Sequence[Alarm] = ()
    untouched_rounds: int = 0
    seconds: float = 0.0
    _by_clause: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            for clause in row.rejected_by:
                self._by_clause.setdefault(clause, []).append(row)

    def rejected_by(self, clause: str) -> Sequence[Row]:
        """The twins that a clause rejects."""
        return self._by_clause.get(clause, ())

    @property
    def without_twin(self) -> list[Clause]:
        """The clauses that reject nothing."""
        return [clause for clause in self.clauses if not self.rejected_by(clause.id)]

    @property
    def never_alone(self) -> list[Clause]:
        """The clauses that reject twins, but none that is not rejected by another one as well in some round."""
        return [
            clause
            for clause in self.clauses
            if self.rejected_by(clause.id) and not any(len(row.rejected_by) == 1 for row in self.rejected_by(clause.id))
        ]

    @property
    def uncaught(self) -> list[Row]:
        return [row for row in self.rows if not row.rejected_by]

    @property
    def missed(self) -> list[Row]:
        """Those that are caught, but never by the clause that they were made for."""
        return [row for row in self.rows if row.missed and row.rejected_by]

    @property
    def holds(self) -> bool:
        return not (self.without_twin or self.uncaught or self.missed or self.alarms)

    @property
    def median_s(self) -> float | None:
        """The median time to catch a twin."""
        times = [row.caught_after_s for row in self.rows if row.caught_after_s is not None]
        return median(times) if times else None


def matrix(
    twins: Sequence[BrokenStore],
    clauses: Sequence[Clause],
    seed: int = 0,
    progress: Callable[[str], None] = lambda name: None,
) -> Matrix:
    """Hunt each of `twins`, and the untouched declarations with the same seeds."""
    started = time.perf_counter()
    rows = []
    for twin in twins:
        progress(twin.name)
        rows.append(hunt_twin(twin, seed))
    alarms: list[Alarm] = []
    rounds = 0
    for table in dict.fromkeys(twin.table for twin in twins):
        progress(f"{table}, untouched")
        seeds = range(seed, seed + max(row.rounds for row in rows if row.twin.table == table))
        alarms += untouched(table, seeds)
        rounds += len(seeds)
    return Matrix(rows, clauses, alarms, rounds, time.perf_counter() - started)


def hunt_twin(twin: BrokenStore, seed: int = 0) -> Row:
    """The row of one twin."""
    started = time.perf_counter()
    caught_after_s: float | None = None
    rejected_by: Counter[str] = Counter()
    own: list[Catch] = []
    rounds = 0
    while rounds < MOST_ROUNDS and (rounds < FEWEST_ROUNDS or not own):
        catch = hunt(twin.make, twin.table, seed + rounds).catch
        rounds += 1
        if catch is not None:
            if caught_after_s is None:
                caught_after_s = time.perf_counter() - started
            rejected_by.update(catch.clauses)
            if twin.clause in catch.clauses:
                own.append(catch)
    shortest = min(own, key=lambda one: len(one.program.acts), default=None)
    program = None if shortest is None else smallest(twin.make, shortest.program, twin.clause)
    return Row(twin, rejected_by, rounds, caught_after_s, own[0] if own else None, program)


def untouched(table: str, seeds: Iterable[int]) -> list[Alarm]:
    """The rounds in which a store without a mistake is rejected."""
    alarms = []
    for seed in seeds:
        catch = hunt(partial(DeclaredStore, TABLES[table]), table, seed).catch
        if catch is not None:
            alarms.append(Alarm(table, seed, catch.clauses))
    return alarms

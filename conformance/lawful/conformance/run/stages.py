"""The order in which a store is put to the test: one client, then clients at once, then faults.

What breaks with one client needs no concurrency and no luck to be found again, and everything that is tried on the
same table afterwards would only say it once more. So a table that broke a clause is left out of the later stages: its
other clauses are blocked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.history.file import read_history
from lawful.conformance.judging import check_objects
from lawful.conformance.model_choice import models_for
from lawful.conformance.workloads.script import Intent, Script
from lawful.models.history import Outcome
from lawful.models.values import Json

BUDGET = Budget(seconds=3.0)
"""For each object, between two stages; what it does not decide, the verdict at the end does."""


class Stage(StrEnum):
    """What a store goes through, cheapest first."""

    SEQUENTIAL = "with one client at a time"
    CONCURRENT = "with clients at once"
    FAULTS = "under faults"


@dataclass(frozen=True, slots=True)
class Broken:
    """A table that broke a clause, and the stage at which that was found."""

    table: str
    stage: Stage

    @property
    def blocked(self) -> tuple[Stage, ...]:
        """The stages that the table does not reach."""
        stages = tuple(Stage)
        return stages[stages.index(self.stage) + 1 :]

    def __str__(self) -> str:
        return f"{self.table} broke a clause {self.stage}: not tried {' or '.join(self.blocked)}"


class HasTable(Protocol):
    """A workload, or anything else that works on one table."""

    @property
    def table(self) -> str: ...


Worked = TypeVar("Worked", bound=HasTable)


def remaining(workloads: Iterable[Worked], broken: Iterable[Broken]) -> tuple[Worked, ...]:
    """The workloads on tables that nothing was found wrong with so far."""
    left_out = {one.table for one in broken}
    return tuple(workload for workload in workloads if workload.table not in left_out)


def broken_tables(history: Path) -> list[str]:
    """The tables in violation in a recording that may still go on."""
    recorded = read_history(history)
    verdict = check_objects(recorded.by_object(), models_for(recorded.header), BUDGET)
    return sorted({part.key.object for part in verdict.objects if part.verdict is Verdict.VIOLATION})


class Limited:
    """The first `most` operations of a script."""

    def __init__(self, script: Script, most: int) -> None:
        self._script = script
        self._left = most

    def next(self) -> Intent | None:
        if self._left <= 0:
            return None
        self._left -= 1
        return self._script.next()

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        self._script.saw(intent, outcome, result)


def limited(scripts: Iterable[Script], most: int) -> Sequence[Script]:
    """The first `most` operations of each script."""
    return [Limited(script, most) for script in scripts]

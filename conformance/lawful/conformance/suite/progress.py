"""What the tests on one store found so far: what later ones need not try, and which known failures were met."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from lawful.checkers.clause_verdicts import ClauseStatus, ClauseVerdict
from lawful.conformance.plugin import BLOCKED
from lawful.conformance.run.stages import Broken, Stage


class Progress:
    """Shared by the tests of one class."""

    def __init__(self) -> None:
        self._broken: dict[str, Broken] = {}
        self._kept: set[str] = set()
        self._violated: set[str] = set()

    def require_reached(self, table: str, stage: Stage) -> None:
        """Skip a test of a stage that the table does not reach."""
        broken = self._broken.get(table)
        if broken is not None and stage in broken.blocked:
            pytest.skip(f"{BLOCKED}{table} broke a clause {broken.stage}")

    def is_broken(self, table: str) -> bool:
        """Whether a test found the table broken before."""
        return table in self._broken

    def broke(self, table: str, stage: Stage) -> None:
        """A test found the table broken."""
        self._broken.setdefault(table, Broken(table, stage))

    def note(self, verdicts: Iterable[ClauseVerdict]) -> None:
        """Keep which clauses were kept and which were broken."""
        for verdict in verdicts:
            if verdict.status is ClauseStatus.VIOLATION:
                self._violated.add(verdict.clause.id)
            elif verdict.status is ClauseStatus.LAWFUL:
                self._kept.add(verdict.clause.id)

    def unexpected_passes(self, known: Iterable[str]) -> list[str]:
        """The known failures that were put to the test and met by no test."""
        return sorted(clause for clause in known if clause in self._kept - self._violated)

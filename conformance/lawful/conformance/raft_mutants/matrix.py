"""Which engine rejects which mistake by which property; and Raft without a mistake, which nothing may reject.

What makes it fail: a mistake that no engine rejects, one that another property rejects than the one that was named for
it, and Raft itself rejected.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from lawful.conformance.raft_mutants import engines, unmutated
from lawful.conformance.raft_mutants.attempt import Attempt, Check, Engine
from lawful.conformance.raft_mutants.subject import Subject


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one mistake."""

    subject: Subject
    attempts: tuple[Attempt, ...]

    def by(self, engine: Engine) -> Attempt | None:
        """What the engine made of it; None where the mistake cannot be put to it."""
        return next((one for one in self.attempts if one.engine is engine), None)

    @property
    def is_killed(self) -> bool:
        return any(one.rejected_by is not None for one in self.attempts)

    @property
    def strays(self) -> list[Attempt]:
        """Those that reject it by another property than the one that has to."""
        return [one for one in self.attempts if one.rejected_by is not None and not one.is_as_expected]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All rows, and what Raft itself came out as."""

    engines: tuple[Engine, ...]
    rows: tuple[Row, ...]
    checks: tuple[Check, ...]
    seconds: float

    @property
    def survivors(self) -> list[Row]:
        return [row for row in self.rows if not row.is_killed]

    @property
    def alarms(self) -> list[Check]:
        return [one for one in self.checks if one.rejected_by is not None]

    @property
    def holds(self) -> bool:
        return not self.survivors and not self.alarms and not any(row.strays for row in self.rows)

    def killed_by(self, engine: Engine) -> list[Row]:
        """The mistakes that the engine rejects."""
        found = ((row, row.by(engine)) for row in self.rows)
        return [row for row, attempt in found if attempt is not None and attempt.rejected_by is not None]


def matrix(
    chosen: Sequence[Subject], using: Collection[Engine], progress: Callable[[str], None], *, in_full: bool
) -> Matrix:
    """Put the engines to each of the mistakes that they can be put to. `in_full`: look at more of Raft itself."""
    started_s = time.monotonic()
    rows = []
    for subject in chosen:
        progress(subject.name)
        attempts = tuple(_attempts(subject, using))
        if attempts:
            rows.append(Row(subject, attempts))
    progress("raft itself")
    checks = tuple(_checks(chosen, using, in_full))
    order = tuple(engine for engine in Engine if engine in using)
    return Matrix(order, tuple(rows), checks, time.monotonic() - started_s)


def _attempts(subject: Subject, using: Collection[Engine]) -> Iterator[Attempt]:
    if subject.mistake is not None and Engine.EXPLORE in using:
        yield engines.explored(subject.mistake)
    if subject.mutant is not None and Engine.PROVE in using:
        yield engines.refuted(subject.mutant)
    if subject.mistake is not None and Engine.WALK in using:
        yield engines.walked(subject.mistake)
    if subject.not_live is not None and Engine.LIVENESS in using:
        yield engines.judged_live(subject.not_live)


def _checks(chosen: Sequence[Subject], using: Collection[Engine], in_full: bool) -> Iterator[Check]:
    mistakes = [one.mistake for one in chosen if one.mistake is not None]
    if mistakes and Engine.EXPLORE in using:
        yield from unmutated.explored(in_full=in_full)
    if Engine.PROVE in using and any(one.mutant is not None for one in chosen):
        yield unmutated.proved()
    if Engine.WALK in using:
        yield from map(unmutated.walked, mistakes)
    if Engine.LIVENESS in using:
        yield from unmutated.judged_live([one.not_live for one in chosen if one.not_live is not None])

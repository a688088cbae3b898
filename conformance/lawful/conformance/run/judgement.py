"""Judging a recording: the verdict on its file, clause by clause, with the evidence for each violation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lawful.checkers.clause_verdicts import ClauseVerdict, judge_clauses
from lawful.checkers.diagnosis import diagnose_history
from lawful.checkers.verdict import Budget, HistoryVerdict
from lawful.conformance.evidence import Evidence
from lawful.conformance.history.file import read_history
from lawful.conformance.judging import check_object, gather_evidence
from lawful.conformance.known_failures import Compared, KnownFailure, compare
from lawful.conformance.levels import claimed, clauses_at, examine
from lawful.conformance.model_choice import models_for
from lawful.models.history import History, ObjectKey, Operation
from lawful.specs.task_store import TABLES

DIAGNOSIS_BUDGET = Budget(seconds=5.0)
"""For each question that a diagnosis asks; one that takes longer is left open."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A recording and what is to be said of it."""

    path: Path
    history: History
    verdict: HistoryVerdict
    clauses: tuple[ClauseVerdict, ...]
    evidence: tuple[Evidence, ...]
    defects: Counter[str] = field(default_factory=Counter)
    """What the adapter did wrong during the recording."""
    command: str | None = None
    """The command that records another history like it."""
    compared: Compared = field(default_factory=Compared)
    """What of this was known before."""
    losses: Mapping[ObjectKey, str] = field(default_factory=dict)
    """What was lost and may be lost at the level claimed, by object, in words."""

    def operation(self, index: int) -> Operation:
        """The operation at a position in the history."""
        return self.history.operations[index]


def judge(
    path: Path,
    budget: Budget,
    defects: Counter[str] | None = None,
    command: str | None = None,
    known: Mapping[str, KnownFailure] | None = None,
) -> Judgement:
    """Read the history at `path` and judge it; `known`: the failures that the backend is known to have."""
    return judge_history(read_history(path), path, budget, defects, command, known)


def judge_history(
    history: History,
    path: Path,
    budget: Budget,
    defects: Counter[str] | None = None,
    command: str | None = None,
    known: Mapping[str, KnownFailure] | None = None,
) -> Judgement:
    """As `judge`, of a history that is not read from `path`, or was before."""
    found = examine(history, history.by_object(), models_for(history.header), budget, workers=None)
    evidence = gather_evidence(found.history, found.verdict, found.model_of, budget)
    check = partial(check_object, budget=DIAGNOSIS_BUDGET)
    diagnoses = diagnose_history(found.history, found.verdict, found.model_of, check)
    clauses = judge_clauses(history, found.verdict, diagnoses, clauses_at(claimed(history.header.levels)), TABLES)
    return Judgement(
        path,
        history,
        found.verdict,
        clauses,
        evidence,
        defects or Counter(),
        command,
        compare(clauses, known or {}),
        found.losses,
    )

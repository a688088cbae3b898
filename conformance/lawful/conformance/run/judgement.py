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
from lawful.conformance.judging import check_object, check_objects, gather_evidence
from lawful.conformance.known_failures import Compared, KnownFailure, compare
from lawful.conformance.model_choice import models_for
from lawful.models.history import History, Operation
from lawful.specs.task_store import CLAUSES, TABLES

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
    model_of = models_for(history.header)
    verdict = check_objects(history.by_object(), model_of, budget, workers=None)
    evidence = gather_evidence(history, verdict, model_of, budget)
    diagnoses = diagnose_history(history, verdict, model_of, partial(check_object, budget=DIAGNOSIS_BUDGET))
    clauses = judge_clauses(history, verdict, diagnoses, CLAUSES, TABLES)
    return Judgement(
        path, history, verdict, clauses, evidence, defects or Counter(), command, compare(clauses, known or {})
    )

"""Judging a recording: the verdict on its file, clause by clause, with the evidence for each violation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lawful.checkers.clause_verdicts import ClauseVerdict, judge_clauses
from lawful.checkers.diagnosis import diagnose
from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.conformance.history.file import read_history
from lawful.conformance.model_choice import ModelOf, models_for
from lawful.models.history import History, ObjectKey, Operation
from lawful.models.model import Refusal
from lawful.specs.task_store import CLAUSES, TABLES


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an object is in violation, in as few operations as could be found."""

    part: ObjectVerdict
    """The verdict on the core alone."""
    constrained: tuple[Operation, ...]
    """The operations whose outcomes contradict each other."""
    optional: tuple[Operation, ...] = ()
    """Operations that were allowed to take effect at any time after their call, or never."""
    sentences: tuple[str, ...] = ()
    """The real-time order that matters, one fact a sentence."""


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

    def operation(self, index: int) -> Operation:
        """The operation at a position in the history."""
        return self.history.operations[index]


def judge(path: Path, budget: Budget, defects: Counter[str] | None = None, command: str | None = None) -> Judgement:
    """Read the history at `path` and judge it."""
    history = read_history(path)
    model_of = models_for(history.header)
    parts = tuple(check_object(part, model_of(key), budget) for key, part in history.by_object().items())
    verdict = HistoryVerdict(parts)
    evidence = tuple(_evidence(history, part) for part in parts if part.verdict is Verdict.VIOLATION)
    diagnoses = _diagnoses(history, verdict, model_of, budget)
    clauses = judge_clauses(history, verdict, diagnoses, CLAUSES, TABLES)
    return Judgement(path, history, verdict, clauses, evidence, defects or Counter(), command)


def _diagnoses(
    history: History, verdict: HistoryVerdict, model_of: ModelOf, budget: Budget
) -> dict[ObjectKey, Refusal]:
    """For each object in violation, the clause that it breaks."""
    found: dict[ObjectKey, Refusal] = {}
    for part in verdict.objects:
        model = model_of(part.key)
        recheck = partial(check_object, model=model, budget=budget)
        diagnosis = diagnose(part, history.by_object()[part.key], history.faults, model, recheck)
        if diagnosis is not None:
            found[part.key] = diagnosis
    return found


def _evidence(history: History, part: ObjectVerdict) -> Evidence:
    return Evidence(part, tuple(history.by_object()[part.key]))

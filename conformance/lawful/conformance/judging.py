"""Judging a history: the verdict on each object, and the evidence for each violation.

The one place that chooses the checker; `lawful check`, `lawful run` and the pytest suite all go through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lawful.checkers.linearizability import check
from lawful.checkers.linearizability.partition import UnsoundPartition
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.conformance.errors import ExitCode, UsageError
from lawful.conformance.evidence import Evidence, gather
from lawful.conformance.model_choice import ModelOf
from lawful.models.history import History, ObjectKey, Operation
from lawful.models.model import AnyModel, UnknownCall

EXIT_CODES = {
    Verdict.LAWFUL: ExitCode.LAWFUL,
    Verdict.VIOLATION: ExitCode.VIOLATION,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
    Verdict.NOTHING_CHECKED: ExitCode.NOTHING_CHECKED,
}


def check_objects(
    parts: Mapping[ObjectKey, Sequence[Operation]], model_of: ModelOf, budget: Budget, workers: int | None = 1
) -> HistoryVerdict:
    """The verdict on each of `parts`; `workers` as in `check.check`.

    Raises `UsageError` where a model does not fit its object.
    """
    try:
        return check.check_parts(parts, model_of, budget, workers=workers)
    except check.UnfitModel as error:
        raise unfit(error.model, error.key, error) from error
    except UnsoundPartition as error:
        raise UsageError(
            f"the keys of {error.object} are not independent of each other",
            cause=str(error),
            hint=f"leave out the key of the operations on {error.object}: it is then checked as one object",
        ) from error


def check_object(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget) -> ObjectVerdict:
    """The verdict on one object. Raises `UsageError` where the model does not know an operation."""
    try:
        return check.check_object(operations, model, budget)
    except UnknownCall as error:
        raise unfit(model.name, operations[0].object_key, error) from error


def unfit(model: str, key: ObjectKey, error: UnknownCall) -> UsageError:
    """The error for a model that does not know an operation of its object."""
    return UsageError(
        f"the model {model} does not fit the object {key}",
        cause=str(error),
        hint="choose the model with --model; lawful models lists them",
    )


def gather_evidence(
    history: History, verdict: HistoryVerdict, model_of: ModelOf, budget: Budget
) -> tuple[Evidence, ...]:
    """The evidence for each object of `history` that is in violation."""
    violations = [part for part in verdict.objects if part.verdict is Verdict.VIOLATION]
    return tuple(gather(history, part, model_of(part.key), budget) for part in violations)

"""The front door: decides any history, object by object, by the method that suits each, and says which and why.

1. Long histories of a data type that has a monitor go to the monitor, which is near-linear and proves for itself that
   it applies.
2. Stray values are looked up in one pass (`provenance`).
3. The general search decides the rest. Models with time are searched by each operation's own interval (see
   `models.own_window`).

`because` of each verdict says why the methods before it did not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, cast

from lawful.checkers.cores import can_fork, cores
from lawful.checkers.linearizability import provenance, search
from lawful.checkers.linearizability.monitors import monitor_for
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.checkers.verdict_json import decoded, encoded
from lawful.models.history import History, ObjectKey, Operation, Outcome
from lawful.models.model import AnyModel, TimedModel, UnknownCall
from lawful.models.own_window import OwnWindows, with_own_windows

MONITORED_FROM = 2_000
"""Operations. Below, a search has mostly ended before the libraries that a monitor needs are imported."""

PARALLEL_FROM = 4_000
"""Operations of a history from which on its objects are checked by several processes, unless told otherwise."""

ModelOf: TypeAlias = Callable[[ObjectKey], AnyModel[Any]]
"""From an object to its model."""


class UnfitModel(UnknownCall):
    """The model of an object does not know one of its operations."""

    def __init__(self, key: ObjectKey, model: str, error: UnknownCall) -> None:
        super().__init__(str(error))
        self.key = key
        self.model = model


def check(
    history: History, model: AnyModel[Any] | ModelOf, budget: Budget | None = None, *, workers: int | None = 1
) -> HistoryVerdict:
    """Decide whether `history` is linearizable: the verdict on each of its objects, in order of first invocation.

    `model` is the model of every object, or a function that gives the one of each. `budget` is for each object.
    `workers`: how many objects are checked at the same time, by processes that have the memory of the budget each;
    None: as many as there are cores, where the history is large enough to repay it. Raises `UnfitModel` where a model
    does not know an operation.
    """
    return check_parts(history.by_object(), model_of_each(model), budget, workers=workers)


def check_parts(
    parts: Mapping[ObjectKey, Sequence[Operation]],
    model_of: ModelOf,
    budget: Budget | None = None,
    *,
    workers: int | None = 1,
) -> HistoryVerdict:
    """Decide each of `parts`, the operations of one object each; see `check`."""
    models = {key: model_of(key) for key in parts}
    sizes = [len(part) for part in parts.values()]
    if workers is None:
        workers = worth(sizes)
    if workers > 1 and len(parts) > 1 and can_fork():
        return HistoryVerdict(tuple(_in_parallel(parts, models, budget, sizes, workers)))
    return HistoryVerdict(tuple(_fitting(part, models[key], budget) for key, part in parts.items()))


def _fitting(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget | None) -> ObjectVerdict:
    """As `check_object`; raises `UnfitModel`."""
    try:
        return check_object(operations, model, budget)
    except UnknownCall as error:
        raise UnfitModel(operations[0].object_key, model.name, error) from error


def worth(sizes: Sequence[int]) -> int:
    """How many workers repay the time that it takes to start them, for parts with so many operations."""
    largest = max(sizes, default=0)
    if sum(sizes) < PARALLEL_FROM or sum(sizes) - largest < PARALLEL_FROM // 4:
        return 1
    return min(cores(), len(sizes))


def _in_parallel(
    parts: Mapping[ObjectKey, Sequence[Operation]],
    models: Mapping[ObjectKey, AnyModel[Any]],
    budget: Budget | None,
    sizes: Sequence[int],
    workers: int,
) -> Iterator[ObjectVerdict]:
    # Late, since most histories are small.
    from lawful.checkers.parallel import Answered, Question, in_processes

    def question(key: ObjectKey) -> Question:
        return lambda: encoded(_fitting(parts[key], models[key], budget))

    results = in_processes([question(key) for key in parts], sizes, workers)
    for key, result in zip(parts, results, strict=True):
        yield decoded(result.answer) if isinstance(result, Answered) else _died(parts[key], result.because)


def _died(operations: Sequence[Operation], because: str) -> ObjectVerdict:
    """The verdict on an object whose worker died."""
    outcomes = [operation.outcome for operation in operations]
    return ObjectVerdict(
        operations[0].object_key,
        Verdict.INCONCLUSIVE,
        search.METHOD,
        outcomes.count(Outcome.OK),
        outcomes.count(Outcome.UNKNOWN),
        progress=because,
        because="what the process was at is not known",
    )


def model_of_each(model: AnyModel[Any] | ModelOf) -> ModelOf:
    """`model`, if it is a function from objects to models; else the function that gives it for each object."""
    if not hasattr(model, "initial"):
        return model
    one = cast(AnyModel[Any], model)
    return lambda key: one


def check_object(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget | None = None) -> ObjectVerdict:
    """Decide whether `operations`, all on one object, are linearizable with respect to `model`.

    Raises `UnknownCall` where the model does not know an operation.
    """
    budget = budget or Budget()
    meter = Meter(budget)
    monitored, why_not = _monitored(operations, model, meter)
    if monitored is not None:
        return monitored
    stray = provenance.check_object(operations, model)
    if stray is not None:
        return stray
    # What a monitor took is gone; the look for stray values is not worth a budget of its own.
    left = meter.remaining() if len(operations) >= MONITORED_FROM else budget
    found = _searched(operations, model, left)
    return replace(found, because=why_not, seconds=meter.seconds)


def _searched(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget) -> ObjectVerdict:
    if isinstance(model, TimedModel):
        return search.check_object(with_own_windows(operations), OwnWindows(model), budget)
    return search.check_object(operations, model, budget)


def _monitored(operations: Sequence[Operation], model: AnyModel[Any], meter: Meter) -> tuple[ObjectVerdict | None, str]:
    """The verdict of the monitor of the data type; else why there is none."""
    if isinstance(model, TimedModel):
        return None, f"{model.name} depends on time, for which there is no monitor"
    if len(operations) < MONITORED_FROM:
        return None, f"the object has fewer than {MONITORED_FROM} operations"
    monitor = monitor_for(model)
    if monitor is None:
        return None, f"there is no monitor for {model.name}"
    found = monitor.check_object(operations, model, meter.remaining())
    if found.verdict is Verdict.INCONCLUSIVE:
        return None, f"{monitor.name} cannot tell: {found.progress}"
    return replace(found, because=f"the history is one that the monitor of {model.name} can decide"), ""

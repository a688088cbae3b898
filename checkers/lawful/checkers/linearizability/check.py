"""The front door: decides any history, object by object, by the method that suits each, and says which and why.

1. Long histories of a data type that has a monitor go to the monitor, which is near-linear and proves for itself that
   it applies.
2. Stray values are looked up in one pass (`provenance`).
3. The general search decides the rest, part by part where an object falls into parts (`decomposition`). Models with
   time are searched by each operation's own interval (see `models.own_window`).
4. Where that takes long, each row of a table is looked at by itself (`projections`), before the search goes on.

`because` of each verdict says why the methods before it did not decide. Objects that the history declares to be
independent of each other are checked to be so: at no step may the model touch a row of another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, cast

from lawful.checkers.cores import can_fork, cores
from lawful.checkers.linearizability import decomposition, projections, provenance, search
from lawful.checkers.linearizability.footprint import Fenced, Trespass
from lawful.checkers.linearizability.monitors import monitor_for
from lawful.checkers.linearizability.partition import INDEPENDENT, Declared, declared, unsound, untimed
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.checkers.verdict_json import decoded, encoded
from lawful.models.history import History, ObjectKey, Operation, Outcome
from lawful.models.model import AnyModel, KnowsRows, TimedModel, UnknownCall

MONITORED_FROM = 1_000
"""Operations of a history. Below, a search has mostly ended before the libraries that monitors need are imported."""

MONITORED_ONCE_IMPORTED = 50
"""Operations of an object. Where the history is long enough for the import, monitors are faster from here on."""

FIRST_TRY_STEPS = 4_000
"""Steps, which take a tenth of a second or two. What a search has not decided by then, a monitor may, and its libraries
take no longer to import. Steps and not seconds: the method is the same on a busy machine."""

FIRST_TRY_OF_TABLE_STEPS = 16_000
"""Steps. What a search of a table has not decided by then, one of its rows may."""

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
    does not know an operation, and `UnsoundPartition` where keys of an object are not independent of each other.
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
    independent = declared(parts, models)
    sizes = [len(part) for part in parts.values()]
    monitored_from = MONITORED_FROM if sum(sizes) < MONITORED_FROM else MONITORED_ONCE_IMPORTED

    def decide(key: ObjectKey) -> ObjectVerdict:
        return _fitting(parts[key], models[key], budget, independent.get(key, INDEPENDENT), monitored_from)

    if workers is None:
        workers = worth(sizes)
    if workers > 1 and len(parts) > 1 and can_fork():
        return HistoryVerdict(tuple(_in_parallel(parts, decide, sizes, workers)))
    return HistoryVerdict(tuple(map(decide, parts)))


def _fitting(
    operations: Sequence[Operation],
    model: AnyModel[Any],
    budget: Budget | None,
    independence: Declared,
    monitored_from: int,
) -> ObjectVerdict:
    """As `check_object`; raises `UnfitModel`."""
    try:
        found = check_object(operations, model, budget, independence.others, monitored_from=monitored_from)
        return found if independence.is_proved else _doubted(found)
    except UnknownCall as error:
        raise UnfitModel(operations[0].object_key, model.name, error) from error


def worth(sizes: Sequence[int]) -> int:
    """How many workers repay the time that it takes to start them, for parts with so many operations."""
    largest = max(sizes, default=0)
    if sum(sizes) < PARALLEL_FROM or sum(sizes) - largest < PARALLEL_FROM // 4:
        return 1
    return min(cores(), len(sizes))


def _doubted(found: ObjectVerdict) -> ObjectVerdict:
    """A violation of one key may be explained by operations on others, unless it is shown that these cannot be."""
    if found.verdict is not Verdict.VIOLATION:
        return found
    progress = "it is in violation on its own, and whether its key is independent of others could not be found out"
    return replace(found, verdict=Verdict.INCONCLUSIVE, refusals=(), core=(), progress=progress)


def _in_parallel(
    parts: Mapping[ObjectKey, Sequence[Operation]],
    decide: Callable[[ObjectKey], ObjectVerdict],
    sizes: Sequence[int],
    workers: int,
) -> Iterator[ObjectVerdict]:
    # Late, since most histories are small.
    from lawful.checkers.parallel import Answered, Question, in_processes

    def question(key: ObjectKey) -> Question:
        return lambda: encoded(decide(key))

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


def check_object(
    operations: Sequence[Operation],
    model: AnyModel[Any],
    budget: Budget | None = None,
    others: frozenset[str] = frozenset(),
    *,
    monitored_from: int = MONITORED_FROM,
) -> ObjectVerdict:
    """Decide whether `operations`, all on one object, are linearizable with respect to `model`.

    `others`: rows of the state that are objects of their own. `monitored_from`: how many operations it takes to ask
    the monitor first. Raises `UnknownCall` where the model does not know an operation, and `UnsoundPartition` where a
    step touches one of `others`.
    """
    budget = budget or Budget()
    meter = Meter(budget)
    is_long = len(operations) >= monitored_from
    reasons: list[str] = [] if is_long else [_no_monitor(model, monitored_from)]
    if is_long:
        found = _monitored(operations, model, meter, reasons)
        if found is not None:
            return found
    stray = provenance.check_object(operations, model)
    if stray is not None:
        return stray
    if not is_long or isinstance(model, KnowsRows):
        steps = FIRST_TRY_OF_TABLE_STEPS if isinstance(model, KnowsRows) else FIRST_TRY_STEPS
        found = _searched(operations, model, replace(budget, work=steps), others)
        if found.verdict is not Verdict.INCONCLUSIVE or _is_used_up(meter, budget):
            return _explained(found, reasons, meter)
        reasons = [f"a search of {steps:,} steps did not end"]
        monitored = None if is_long else _monitored(operations, model, meter, reasons)
        decided = monitored or _on_one_row(operations, model, meter, others, found)
        if decided is not None:
            return _explained(decided, reasons, meter)
    return _explained(_searched(operations, model, meter.remaining(), others), reasons, meter)


def _no_monitor(model: AnyModel[Any], monitored_from: int) -> str:
    """Why no monitor is asked first."""
    if isinstance(model, TimedModel):
        return f"{model.name} depends on time, for which there is no monitor"
    return f"the object has fewer than {monitored_from} operations"


def _on_one_row(
    operations: Sequence[Operation],
    model: AnyModel[Any],
    meter: Meter,
    others: frozenset[str],
    searched: ObjectVerdict,
) -> ObjectVerdict | None:
    """The verdict where one row of a table is in violation by itself."""

    def decide(part: Sequence[Operation], budget: Budget) -> ObjectVerdict:
        return _searched(part, model, budget, others)

    return projections.check_object(operations, model, meter.remaining(), decide, searched.blocked_at)


def _is_used_up(meter: Meter, budget: Budget) -> bool:
    return budget.seconds is not None and meter.seconds >= budget.seconds


def _explained(found: ObjectVerdict, reasons: Sequence[str], meter: Meter) -> ObjectVerdict:
    """`found` with the reasons why it was this method."""
    because = "; ".join([*reasons, found.because] if found.because else reasons)
    return replace(found, because=because, seconds=meter.seconds)


def _searched(
    operations: Sequence[Operation], model: AnyModel[Any], budget: Budget, others: frozenset[str]
) -> ObjectVerdict:
    """By searches of the parts of the object, or by one of the whole; `because` is given only for the former."""
    prepared, timeless = untimed(operations, model)
    if others:
        timeless = Fenced(timeless, forbidden=others)
    try:
        split = decomposition.check_object(prepared, timeless, budget, search.check_object)
        return search.check_object(prepared, timeless, budget) if split is None else split
    except Trespass as trespass:
        raise unsound(prepared, timeless, others, trespass) from None


def _monitored(
    operations: Sequence[Operation], model: AnyModel[Any], meter: Meter, reasons: list[str]
) -> ObjectVerdict | None:
    """The verdict of the monitor of the data type; None where there is none, which is added to the `reasons`."""
    if isinstance(model, TimedModel):
        reasons.append(_no_monitor(model, 0))
        return None
    monitor = monitor_for(model)
    if monitor is None:
        reasons.append(f"there is no monitor for {model.name}")
        return None
    found = monitor.check_object(operations, model, meter.remaining())
    if found.verdict is Verdict.INCONCLUSIVE:
        reasons.append(f"{monitor.name} cannot tell: {found.progress}")
        return None
    return replace(found, because=f"the history is one that the monitor of {model.name} can decide")

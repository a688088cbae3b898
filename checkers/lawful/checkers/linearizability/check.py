"""The front door: decides any history, object by object, by the method that suits each, and says which and why.

1. Long histories of a data type that has a monitor go to the monitor, which is near-linear and proves for itself that
   it applies.
2. Stray values are looked up in one pass (`provenance`).
3. The general search decides the rest, part by part where an object falls into parts (`decomposition`). Models with
   time are searched by each operation's own interval (see `models.own_window`).

`because` of each verdict says why the methods before it did not decide. Objects that the history declares to be
independent of each other are checked to be so: at no step may the model touch a row of another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias, cast

from lawful.checkers.cores import can_fork, cores
from lawful.checkers.linearizability import decomposition, provenance, search
from lawful.checkers.linearizability.footprint import Fenced, Trespass, has_rows
from lawful.checkers.linearizability.monitors import monitor_for
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.checkers.verdict_json import decoded, encoded
from lawful.models.history import History, ObjectKey, Operation, Outcome
from lawful.models.model import AnyModel, Call, Model, TimedModel, UnknownCall
from lawful.models.own_window import OwnWindows, with_own_windows, without_own_window
from lawful.models.wording import not_independent_text

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


class Declared(NamedTuple):
    """What a history says about the independence of an object."""

    others: frozenset[str]
    """Rows of its state that are declared to be objects of their own."""
    is_proved: bool
    """Whether no operation on any of these objects can touch a row of another."""


_INDEPENDENT = Declared(frozenset(), is_proved=True)


class UnsoundPartition(ValueError):
    """The history declares keys of an object to be independent that are not; the message says which and why."""

    def __init__(self, operation: Operation, sentence: str) -> None:
        super().__init__(sentence)
        self.object = operation.object


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
    declared = _declared(parts, models)
    sizes = [len(part) for part in parts.values()]

    def decide(key: ObjectKey) -> ObjectVerdict:
        return _fitting(parts[key], models[key], budget, declared.get(key, _INDEPENDENT))

    if workers is None:
        workers = worth(sizes)
    if workers > 1 and len(parts) > 1 and can_fork():
        return HistoryVerdict(tuple(_in_parallel(parts, decide, sizes, workers)))
    return HistoryVerdict(tuple(map(decide, parts)))


def _declared(
    parts: Mapping[ObjectKey, Sequence[Operation]], models: Mapping[ObjectKey, AnyModel[Any]]
) -> dict[ObjectKey, Declared]:
    """For each object, the rows that are declared to be objects of their own. Raises `UnsoundPartition`."""
    siblings: dict[str, list[ObjectKey]] = {}
    for key in parts:
        siblings.setdefault(key.object, []).append(key)
    found: dict[ObjectKey, Declared] = {}
    for keys in siblings.values():
        if len(keys) > 1 and all(has_rows(models[key].initial()) for key in keys):
            prepared = {key: _untimed(parts[key], models[key]) for key in keys}
            rows = decomposition.declared_rows(
                {key: operations for key, (operations, _) in prepared.items()},
                {key: model for key, (_, model) in prepared.items()},
            )
            proved = all(_keeps_inside(*prepared[key], rows - {key.key}) for key in keys) if rows else True
            found |= {key: Declared(frozenset(rows - {key.key}), proved) for key in keys}
    return found


def _keeps_inside(operations: Sequence[Operation], model: Model[Any], others: Set[str]) -> bool:
    """Whether it could be shown that no step of these operations touches `others`; raises where one does."""
    try:
        return decomposition.keeps_inside(
            operations, Fenced(model, forbidden=frozenset(others)), Meter(Budget(None, None))
        )
    except UnknownCall:
        return False
    except Trespass as trespass:
        raise _unsound(operations, model, frozenset(others), trespass) from None


def _unsound(
    operations: Sequence[Operation], model: AnyModel[Any], others: frozenset[str], trespass: Trespass
) -> UnsoundPartition:
    everything = trespass.rows is None
    names = sorted(others if trespass.rows is None else map(str, trespass.rows))
    operation = next(one for one in operations if _makes(one, trespass.call))
    if isinstance(model, OwnWindows):
        operation = without_own_window(operation)
    sentence = not_independent_text(operation, names, all_rows=everything, model=model.name)
    return UnsoundPartition(operation, sentence)


def _untimed(operations: Sequence[Operation], model: AnyModel[Any]) -> tuple[Sequence[Operation], Model[Any]]:
    """The same without a notion of time."""
    if isinstance(model, TimedModel):
        return with_own_windows(operations), OwnWindows(model)
    return operations, model


def _fitting(
    operations: Sequence[Operation], model: AnyModel[Any], budget: Budget | None, declared: Declared
) -> ObjectVerdict:
    """As `check_object`; raises `UnfitModel`."""
    try:
        found = check_object(operations, model, budget, declared.others)
        return found if declared.is_proved else _doubted(found)
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
) -> ObjectVerdict:
    """Decide whether `operations`, all on one object, are linearizable with respect to `model`.

    `others`: rows of the state that are objects of their own. Raises `UnknownCall` where the model does not know an
    operation, and `UnsoundPartition` where a step touches one of `others`.
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
    found = _searched(operations, model, left, others)
    because = f"{why_not}; {found.because}" if found.because else why_not
    return replace(found, because=because, seconds=meter.seconds)


def _searched(
    operations: Sequence[Operation], model: AnyModel[Any], budget: Budget, others: frozenset[str]
) -> ObjectVerdict:
    """By searches of the parts of the object, or by one of the whole; `because` is given only for the former."""
    prepared, untimed = _untimed(operations, model)
    if others:
        untimed = Fenced(untimed, forbidden=others)
    try:
        split = decomposition.check_object(prepared, untimed, budget, search.check_object)
        return search.check_object(prepared, untimed, budget) if split is None else split
    except Trespass as trespass:
        raise _unsound(prepared, untimed, others, trespass) from None


def _makes(operation: Operation, call: Call) -> bool:
    return operation.function == call.function and operation.arguments == call.arguments


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

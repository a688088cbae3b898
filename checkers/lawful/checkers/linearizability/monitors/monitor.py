"""What a monitor is: a decision procedure for one data type, near-linear where the general search is exponential.

A monitor is exact where it applies, and says why where it does not. What it claims it proves. A linearization is run
on columns (`sequential`), and replayed on the model by the time that somebody looks at it. For a violation it names the
few operations that contradict each other, and where these are few enough, the reference checker has to refuse them on
their own. A proof that fails is a defect of the monitor and raises `AssertionError`; it never becomes a verdict.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import NULL, OK, UNKNOWN, Columns, Functions, UnfitForColumns
from lawful.checkers.linearizability.monitors.evidence import Replayed, assert_order, refusals_of, replayed
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.recording import RecordedOperations
from lawful.checkers.verdict import Budget, ObjectVerdict, Placed, Verdict
from lawful.models.history import ObjectKey, Operation
from lawful.models.model import AnyModel

Observed: TypeAlias = Sequence[Operation] | Columns
"""The operations on one object, in order of invocation."""

M = TypeVar("M")

_BYTES_PER_OPERATION = 200
_MOST_REPLAYED = 200_000
"""Longer linearizations are not reported: as Python objects they would take more memory than the check."""


class Inapplicable(Exception):
    """The monitor cannot decide this history; the message says why."""


class Violated(Exception):
    """The history is not linearizable."""

    def __init__(self, rows: Sequence[int], sentence: str, *, others_matter: bool = False) -> None:
        super().__init__(sentence)
        self.rows = rows
        """Rows of the operations that contradict each other: no linearization holds all those that are completed."""
        self.sentence = sentence
        """Why, without a full stop."""
        self.others_matter = others_matter
        """Whether they contradict each other as parts of the history only, since without the rest even less holds."""


class Monitor(Protocol):
    """Decides the histories of one data type."""

    @property
    def name(self) -> str: ...

    def applies(self, operations: Observed, model: AnyModel[Any]) -> str | None:
        """Why the monitor is not made for these operations, such as `value 7 is written twice`; None: it is."""
        ...

    def check_object(self, operations: Observed, model: AnyModel[Any], budget: Budget | None = None) -> ObjectVerdict:
        """Decide whether the operations on one object are linearizable.

        Inconclusive, with the reason as `progress`, where the monitor does not apply or the budget is used up. Raises
        `ValueError` for an operation that is ok but never returned.
        """
        ...


@dataclass(frozen=True)
class TypedMonitor(ABC, Generic[M]):
    """The frame of every monitor: from operations to columns, and from what was found to a verdict."""

    name: str
    model_type: type[M]
    functions: Functions
    """The functions that the model has, with the arguments that matter."""

    @abstractmethod
    def require(self, columns: Columns, model: M) -> None:
        """Raise `Inapplicable` where the monitor is not made for these operations. No operation of them failed."""

    @abstractmethod
    def order(self, columns: Columns, model: M, meter: Meter, wanted: bool) -> NDArray[np.int64] | None:
        """The rows in an order in which they may have taken effect; None only where it is not wanted.

        It requires what `require` does. Unknown operations that need not have happened are left out. Raises `Violated`
        where there is no such order, and `Inapplicable` where the monitor cannot tell.
        """

    def impossible_answers(self, columns: Columns) -> NDArray[np.bool_]:
        """Which completed rows have an answer that the model gives in no state: the first thing that is looked at.

        Unless told otherwise, functions with an argument answer null.
        """
        wrong: NDArray[np.bool_] = (columns.outcome == OK) & (columns.result != NULL)
        for function, parameters in self.functions.items():
            if not parameters:
                wrong &= ~columns.calls(function)
        return wrong

    def wrong_answers(self, columns: Columns, model: M) -> NDArray[np.bool_] | None:
        """Which rows, that take effect in the order in which they are, answer what the object would not.

        None: only the model can tell.
        """
        return None

    def initial_of(self, columns: Columns, model: M) -> Callable[[int], Any] | None:
        """The initial state of each independent part, by the number of the first argument; None: there is one part."""
        return None

    def columns(self, operations: Observed) -> Columns:
        """The columns of `operations`, without the failed ones; raises `Inapplicable` where they do not fit."""
        if isinstance(operations, Columns):
            if dict(operations.functions) != dict(self.functions):
                raise Inapplicable(f"the columns are not those of {', '.join(self.functions)}")
            return operations.without_failed()
        try:
            if isinstance(operations, RecordedOperations):
                return operations.columns(self.functions).without_failed()
            return Columns.from_operations(operations, self.functions).without_failed()
        except UnfitForColumns as reason:
            raise Inapplicable(str(reason)) from None

    def _model(self, model: AnyModel[Any]) -> M:
        if type(model) is not self.model_type:
            raise Inapplicable(f"the model {model.name!r} is not the one of the monitor")
        return model

    def applies(self, operations: Observed, model: AnyModel[Any]) -> str | None:
        try:
            self.require(self.columns(operations), self._model(model))
        except Inapplicable as reason:
            return str(reason)
        except Violated:
            return None
        return None

    def check_object(self, operations: Observed, model: AnyModel[Any], budget: Budget | None = None) -> ObjectVerdict:
        budget = budget or Budget()
        meter = Meter(budget)
        counts, key = (0, 0), ObjectKey("")
        try:
            typed_model = self._model(model)
            columns = self.columns(operations)
            key, counts = columns.key, (_count(columns, OK), _count(columns, UNKNOWN))
            if counts[0] == 0:
                return ObjectVerdict(key, Verdict.NOTHING_CHECKED, self.name, *counts, seconds=meter.seconds)
            _require_memory(len(columns), budget)
            evidence = self._decided(columns, typed_model, meter)
        except (Inapplicable, BudgetExhausted) as reason:
            evidence = {"verdict": Verdict.INCONCLUSIVE, "progress": str(reason)}
        return ObjectVerdict(
            key,
            method=self.name,
            operations=counts[0],
            unknown=counts[1],
            seconds=meter.seconds,
            **evidence,
        )

    def _decided(self, columns: Columns, model: Any, meter: Meter) -> dict[str, Any]:
        """The verdict with its evidence, as arguments of `ObjectVerdict`."""
        try:
            impossible = np.flatnonzero(self.impossible_answers(columns))
            if len(impossible):
                raise Violated([int(impossible[0])], "no state of the object allows this answer")
            meter.look()
            wanted = len(columns) <= _MOST_REPLAYED
            order = self.order(columns, model, meter, wanted)
        except Violated as violated:
            blocked_at, refusals = refusals_of(
                columns, violated.rows, violated.sentence, model, proved=not violated.others_matter
            )
            core = () if violated.others_matter else tuple(sorted(set(columns.index[violated.rows].tolist())))
            return {"verdict": Verdict.VIOLATION, "blocked_at": blocked_at, "refusals": refusals, "core": core}
        if order is None or not wanted:
            return {"verdict": Verdict.LAWFUL}
        return {"verdict": Verdict.LAWFUL, "linearization": self._linearization(columns, order, model)}

    def _linearization(self, columns: Columns, order: NDArray[np.int64], model: Any) -> Sequence[Placed]:
        """The evidence for an order that `order` gave. Raises `AssertionError` where it is none."""
        assert_order(columns, order)
        placed = columns.select(order)
        wrong = self.wrong_answers(placed, model)
        if wrong is None:
            return replayed(columns, order, model, self.initial_of(columns, model))
        assert not wrong.any(), f"operation {placed.index[wrong.argmax()]} does not answer so where it is placed"
        return Replayed(columns, order, model, self.initial_of(columns, model))


def _count(columns: Columns, outcome: int) -> int:
    return int(np.count_nonzero(columns.outcome == outcome))


def _require_memory(operations: int, budget: Budget) -> None:
    needed_mb = operations * _BYTES_PER_OPERATION / 1e6
    if budget.memory_mb is not None and needed_mb > budget.memory_mb:
        raise BudgetExhausted(f"the check needs {needed_mb:.1f} MB of the memory budget of {budget.memory_mb:g} MB")

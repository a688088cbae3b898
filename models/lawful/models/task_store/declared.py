"""The sequential model of a table, from its declaration.

One independent part of the table is the object: all of it where functions reach across rows, else what one key names.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from lawful.models.history import Operation
from lawful.models.model import AnyModel, Call, Refusal, Transition, Window
from lawful.models.sources import Shown
from lawful.models.task_store.decisions import Decisions
from lawful.models.task_store.functions import Functions
from lawful.models.task_store.refusals import refusal
from lawful.models.task_store.state import TableState, key_text
from lawful.models.task_store.supply import Supply
from lawful.models.values import Json, identical
from lawful.specs.expression import AnyRow, Expression, Literal, Record
from lawful.specs.function import (
    Case,
    DeleteRows,
    Function,
    KeepGreatest,
    OnAnyRow,
    OnRow,
    OnWhole,
)
from lawful.specs.table import Table

_ANY_TIME = Window(0, 0)

Steps = tuple[Transition[TableState], ...]


class _Declared:
    """What the models with and without time have in common."""

    def __init__(self, table: Table, clock_error_ns: int = 0) -> None:
        self.table = table
        self.clock_error_ns = clock_error_ns
        self.functions = Functions(table, clock_error_ns)
        self._supply = Supply(table)
        self._rows_depend_on_each_other = any(map(_reaches_across, table.functions))

    def __repr__(self) -> str:
        return f"model_of({self.table.name!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (other.table, other.clock_error_ns) == (self.table, self.clock_error_ns)

    def __hash__(self) -> int:
        return hash((self.table.name, self.clock_error_ns))

    @property
    def name(self) -> str:
        return self.table.name

    def initial(self) -> TableState:
        return self.functions.initial()

    def had_no_effect(self, operation: Operation) -> bool:
        function = self.table.function(operation.function)
        if function is None:
            return False
        if function.reads_only or (isinstance(function.body, OnAnyRow) and operation.result is None):
            return isinstance(function.body, OnAnyRow) or not function.changes
        cases = function.cases
        quiet = [case for case in cases if not case.effects and _may_answer(case, operation.result)]
        return bool(quiet) and not any(case.effects and _may_answer(case, operation.result) for case in cases)

    def rows(self, operation: Operation) -> frozenset[str]:
        function = self.table.function(operation.function)
        if function is None:
            return frozenset()
        if isinstance(function.body, OnRow):
            call = Call(operation.function, operation.arguments)
            situation = self.functions.situation(self.initial(), call, Decisions(_ANY_TIME))
            return frozenset({key_text(self.functions.key_of(function.body, situation))})
        result = operation.result
        if isinstance(function.body, OnAnyRow) and isinstance(result, Mapping):
            parts = [result.get(field.name) for field in self.table.row_key]
            return frozenset({key_text([part for part in parts if isinstance(part, str | int)])})
        return frozenset()

    def projected(self, operation: Operation, row: str) -> Operation | None:
        """Lists and counts go, as they look at other rows; what removes many may have removed this one as well."""
        if self._rows_depend_on_each_other:
            return operation
        function = self.table.function(operation.function)
        match None if function is None else function.body:
            case OnRow() | OnAnyRow():
                named = self.rows(operation)
                return operation if not named or row in named else None
            case OnWhole():
                return operation
            case DeleteRows():
                return operation.weakened()
        return None

    def supplied_at_first(self) -> Iterable[Hashable]:
        return self._supply.at_first()

    def supplied(self, operation: Operation) -> Iterable[Hashable]:
        return self._supply.supplied(operation)

    def shown(self, operation: Operation) -> Iterable[Shown]:
        return self._supply.shown(operation)

    def refusal(self, state: TableState, call: Call, reply: Json, window: Window) -> Refusal | None:
        return refusal(self.functions, state, call, reply, window)


class DeclaredModel(_Declared):
    """The model of a table whose answers do not depend on time."""

    def step(self, state: TableState, call: Call) -> Steps:
        return self.functions.steps(state, call, _ANY_TIME)


class TimedDeclaredModel(_Declared):
    """The model of a table in which something expires."""

    def timed_step(self, state: TableState, call: Call, window: Window) -> Steps:
        return self.functions.steps(state, call, window)


def model_of(table: Table, clock_error_ns: int = 0) -> AnyModel[TableState]:
    """The sequential model of `table`; `clock_error_ns` is how much the store's clock may err over one grant."""
    return TimedDeclaredModel(table, clock_error_ns) if table.timed else DeclaredModel(table)


def _may_answer(case: Case, result: Json) -> bool:
    """Whether `result` may be the answer of `case`, as far as its constants tell."""
    if isinstance(case.answer, Literal):
        return identical(case.answer.value, result)
    if isinstance(case.answer, Record):
        constants = {name: value.value for name, value in case.answer.members if isinstance(value, Literal)}
        return isinstance(result, Mapping) and all(
            name in result and identical(value, result[name]) for name, value in constants.items()
        )
    return result is not None


def _reaches_across(function: Function) -> bool:
    """Whether what becomes of a row depends on other rows."""
    effects = [effect for case in function.cases for effect in case.effects]
    return any(isinstance(effect, KeepGreatest) for effect in effects) or any(
        _mentions(case.guard, AnyRow) for case in function.cases
    )


def _mentions(part: Any, kind: type[Expression]) -> bool:
    """Whether an expression of that kind is in `part`."""
    if isinstance(part, kind):
        return True
    slots = getattr(part, "__dataclass_fields__", {})
    return any(_mentions(getattr(part, name), kind) for name in slots)

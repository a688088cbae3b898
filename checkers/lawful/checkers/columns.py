"""The operations on one object as columns of numbers: 38 bytes an operation, where Python objects take about 500.

Values become small numbers by way of a table. Two values have the same number exactly where `identical` holds, so
checkers compare numbers. Columns are built from operations, or straight from arrays: a history of 10^7 operations then
never exists as Python objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.value_tables import FALSE, FIRST_FREE, NULL, TRUE, IntegerValues, InternedValues, ValueTable
from lawful.models.history import ObjectKey, Operation, Outcome
from lawful.models.model import Call
from lawful.models.values import Json

Integers: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.int32]
Codes: TypeAlias = NDArray[np.uint8]

__all__ = [
    "FAIL",
    "FALSE",
    "FIRST_FREE",
    "NEVER_NS",
    "NULL",
    "OK",
    "TRUE",
    "UNKNOWN",
    "Codes",
    "Columns",
    "Functions",
    "IntegerValues",
    "Integers",
    "InternedValues",
    "Numbers",
    "UnfitForColumns",
    "ValueTable",
    "empty_columns",
]

NEVER_NS = np.iinfo(np.int64).max
"""The return of an operation that did not return."""

OK, FAIL, UNKNOWN = 0, 1, 2
"""The codes of the outcomes."""
OUTCOMES = (Outcome.OK, Outcome.FAIL, Outcome.UNKNOWN)
_OUTCOME_CODES = {outcome: code for code, outcome in enumerate(OUTCOMES)}

_MOST_PARAMETERS = 2

Functions: TypeAlias = Mapping[str, tuple[str, ...]]
"""The functions of an object with the names of their arguments, at most two each."""


class UnfitForColumns(ValueError):
    """An operation does not have the form that was asked for; the message names it."""


@runtime_checkable
class Selectable(Protocol):
    """Operations that are made only when they are asked for, some of which can be chosen without making them."""

    def select(self, rows: Integers) -> Sequence[Operation]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The operations on one object. All arrays are of one length; a *row* is a position in them."""

    key: ObjectKey
    functions: Functions
    values: ValueTable
    index: Integers
    """Position of the operation in the history."""
    call_ns: Integers
    return_ns: Integers
    """As recorded; NEVER_NS where the client never knew."""
    outcome: Codes
    function: Codes
    """Position of the function among `functions`."""
    first: Numbers
    """Number of the first argument; NULL where the function has none."""
    second: Numbers
    result: Numbers
    """Number of the answer; NULL where the outcome is not ok."""
    source: Sequence[Operation] | None = None
    """What the columns were built from, row by row."""

    @classmethod
    def from_operations(cls, operations: Sequence[Operation], functions: Functions) -> Columns:
        """The columns of operations on one object. Extra arguments are left out, as models overlook them.

        Raises `UnfitForColumns` for a function that is not among `functions` or an argument that is missing, and
        `ValueError` for an operation that is ok but never returned.
        """
        values = InternedValues()
        count = len(operations)
        columns = empty_columns(count, operations[0].object_key if count else ObjectKey(""), functions, values)
        codes = {name: code for code, name in enumerate(functions)}
        number = values.intern
        for row, operation in enumerate(operations):
            code = codes.get(operation.function)
            if code is None:
                known = ", ".join(functions)
                raise UnfitForColumns(f"operation {operation.index} calls {operation.function!r}, not one of {known}")
            try:
                arguments = [number(operation.arguments[name]) for name in functions[operation.function]]
            except KeyError as missing:
                raise UnfitForColumns(f"operation {operation.index} has no argument {missing}") from None
            columns.function[row] = code
            columns.index[row] = operation.index
            columns.call_ns[row] = operation.call_ns
            columns.outcome[row] = _OUTCOME_CODES[operation.outcome]
            if operation.return_ns is not None:
                columns.return_ns[row] = operation.return_ns
            elif operation.outcome is Outcome.OK:
                raise ValueError(f"operation {operation.index} has the outcome ok but no return")
            for column, argument in zip((columns.first, columns.second), arguments, strict=False):
                column[row] = argument
            if operation.outcome is Outcome.OK:
                columns.result[row] = number(operation.result)
        return replace(columns, source=operations)

    def __len__(self) -> int:
        return len(self.index)

    def select(self, rows: NDArray[np.bool_] | Integers) -> Columns:
        """The columns of some of the rows, by mask or by position."""
        source = self.source
        if source is not None:
            chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
            at = np.asarray(chosen, np.int64)
            source = source.select(at) if isinstance(source, Selectable) else [source[row] for row in at.tolist()]
        return replace(
            self,
            index=self.index[rows],
            call_ns=self.call_ns[rows],
            return_ns=self.return_ns[rows],
            outcome=self.outcome[rows],
            function=self.function[rows],
            first=self.first[rows],
            second=self.second[rows],
            result=self.result[rows],
            source=source,
        )

    def without_failed(self) -> Columns:
        """The columns without the operations that did not take effect."""
        failed = self.outcome == FAIL
        return self.select(~failed) if failed.any() else self

    def calls(self, function: str) -> NDArray[np.bool_]:
        """Which rows call `function`."""
        rows: NDArray[np.bool_] = self.function == list(self.functions).index(function)
        return rows

    def function_name(self, row: int) -> str:
        name: str = list(self.functions)[self.function[row]]
        return name

    def call(self, row: int) -> Call:
        """What was asked for in a row."""
        name = self.function_name(row)
        numbers = (self.first[row], self.second[row])
        return Call(name, {n: self.values[v] for n, v in zip(self.functions[name], numbers, strict=False)})

    def answer(self, row: int) -> Json:
        """What was answered in a row."""
        return self.values[self.result[row]]

    def operation(self, row: int) -> Operation:
        """The operation of a row; where it was built from arrays, it does not know its process."""
        if self.source is not None:
            return self.source[row]
        return_ns = int(self.return_ns[row])
        call = self.call(row)
        return Operation(
            index=int(self.index[row]),
            process=-1,
            object=self.key.object,
            key=self.key.key,
            function=call.function,
            arguments=call.arguments,
            outcome=OUTCOMES[self.outcome[row]],
            call_ns=int(self.call_ns[row]),
            return_ns=None if return_ns == NEVER_NS else return_ns,
            result=self.answer(row),
        )


def empty_columns(count: int, key: ObjectKey, functions: Functions, values: ValueTable) -> Columns:
    """Columns of `count` operations that were called at 0, have not returned and answered null, to be filled in."""
    if any(len(parameters) > _MOST_PARAMETERS for parameters in functions.values()):
        raise ValueError(f"columns hold at most {_MOST_PARAMETERS} arguments of a function")
    return Columns(
        key,
        functions,
        values,
        index=np.arange(count, dtype=np.int64),
        call_ns=np.zeros(count, np.int64),
        return_ns=np.full(count, NEVER_NS, np.int64),
        outcome=np.zeros(count, np.uint8),
        function=np.zeros(count, np.uint8),
        first=np.zeros(count, np.int32),
        second=np.zeros(count, np.int32),
        result=np.zeros(count, np.int32),
    )

"""The operations on one object as columns of numbers: 38 bytes an operation, where Python objects take about 500.

Values become small numbers by way of a table. Two values have the same number exactly where `identical` holds, so
checkers compare numbers. Columns are built from operations, or straight from arrays: a history of 10^7 operations then
never exists as Python objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lawful.models.history import ObjectKey, Operation, Outcome
from lawful.models.model import Call
from lawful.models.values import Json, canonical

Integers: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.int32]
Codes: TypeAlias = NDArray[np.uint8]

NEVER_NS = np.iinfo(np.int64).max
"""The return of an operation that did not return."""

NULL, FALSE, TRUE = 0, 1, 2
"""The numbers that these values have in every table."""
_FIXED: tuple[Json, ...] = (None, False, True)
FIRST_FREE = len(_FIXED)

OK, FAIL, UNKNOWN = 0, 1, 2
"""The codes of the outcomes."""
_OUTCOMES = (Outcome.OK, Outcome.FAIL, Outcome.UNKNOWN)
_OUTCOME_CODES = {outcome: code for code, outcome in enumerate(_OUTCOMES)}

_MOST_PARAMETERS = 2

Functions: TypeAlias = Mapping[str, tuple[str, ...]]
"""The functions of an object with the names of their arguments, at most two each."""


class UnfitForColumns(ValueError):
    """An operation does not have the form that was asked for; the message names it."""


class ValueTable(Protocol):
    """The values by number; the first three are null, false and true."""

    def __getitem__(self, number: int) -> Json: ...

    def __len__(self) -> int: ...

    def number_of(self, value: Json) -> int | None:
        """The number of a value; None where it is not in the table."""
        ...


class IntegerValues:
    """The integers 0 to size - 1 with the numbers 3 to size + 2: a table that needs no memory."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __getitem__(self, number: int) -> Json:
        return _FIXED[number] if number < FIRST_FREE else int(number) - FIRST_FREE

    def __len__(self) -> int:
        return self._size + FIRST_FREE

    def number_of(self, value: Json) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool):
            return value + FIRST_FREE if 0 <= value < self._size else None
        return _fixed_number(value)


class InternedValues:
    """Values that get their numbers in the order in which they are met."""

    def __init__(self) -> None:
        self._values: list[Json] = list(_FIXED)
        self._numbers: dict[object, int] = {}

    def __getitem__(self, number: int) -> Json:
        return self._values[number]

    def __len__(self) -> int:
        return len(self._values)

    def number_of(self, value: Json) -> int | None:
        fixed = _fixed_number(value)
        return self._numbers.get(_key(value)) if fixed is None else fixed

    def intern(self, value: Json) -> int:
        """The number of `value`; a new one where it was not seen before."""
        fixed = _fixed_number(value)
        if fixed is not None:
            return fixed
        key = _key(value)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._values)
            self._values.append(value)
        return number


def _fixed_number(value: Json) -> int | None:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return None


def _key(value: Json) -> object:
    # Integers and strings are their own keys. Python holds 1 == 1.0, so floats go by their text, as the rest does.
    return value if type(value) is int or type(value) is str else ("json", canonical(value))


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
            source = [source[row] for row in chosen.tolist()]
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
            outcome=_OUTCOMES[self.outcome[row]],
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

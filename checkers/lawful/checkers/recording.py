"""A whole history as columns, on all its objects: some 50 bytes an operation, where Python objects take ten times that.

`RecordedOperations` looks like the sequence of operations that it stands for, and makes an operation only when it is
asked for one. Who knows columns takes the columns of an object instead.

Values are 64 bits wide here. An integer below 10^18 stands for itself, and anything else for its number among interned
values: the objects of a history may be many, and each gets a small table of its own when it is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import (
    NEVER_NS,
    OUTCOMES,
    Codes,
    Columns,
    Functions,
    Integers,
    Numbers,
    UnfitForColumns,
)
from lawful.checkers.value_tables import FIRST_FREE, LARGEST_PLAIN, NULL, Ascending, InternedValues, PackedValues
from lawful.models.history import ObjectKey, Operation
from lawful.models.values import Json

_INTERNED = -(1 << 62)
"""Interned value number n is this plus n."""
_LAST_INTERNED = -(1 << 61)
NOTHING = _INTERNED + NULL
"""What stands for null."""

_ROOMY = 4
"""Integers are numbered from the smallest to the largest one where that takes at most this many numbers for each."""


class Shape(NamedTuple):
    """A way to call a function."""

    function: str
    names: tuple[str, ...] | None
    """Of its arguments, two at most; None: the first argument stands for all of them, as an object."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """The operations of a history; all arrays are of one length, in order of invocation."""

    objects: Sequence[ObjectKey]
    shapes: Sequence[Shape]
    values: InternedValues
    texts: Sequence[str | None]
    """Errors and servers by number."""
    process: Integers
    object: Numbers
    shape: Numbers
    first: Integers
    second: Integers
    outcome: Codes
    result: Integers
    call_ns: Integers
    return_ns: Integers
    """NEVER_NS where the client never knew."""
    error: Numbers
    server: Numbers

    def value(self, recorded: int) -> Json:
        """What an entry of `first`, `second` or `result` stands for."""
        return self.values[recorded - _INTERNED] if recorded < _LAST_INTERNED else int(recorded)

    def operation(self, index: int) -> Operation:
        """One operation as an object."""
        function, names = self.shapes[self.shape[index]]
        given = (self.value(int(self.first[index])), self.value(int(self.second[index])))
        arguments: Any = given[0] if names is None else dict(zip(names, given, strict=False))
        key = self.objects[self.object[index]]
        return_ns = int(self.return_ns[index])
        return Operation(
            index=index,
            process=int(self.process[index]),
            object=key.object,
            function=function,
            arguments=arguments,
            outcome=OUTCOMES[self.outcome[index]],
            call_ns=int(self.call_ns[index]),
            return_ns=None if return_ns == NEVER_NS else return_ns,
            key=key.key,
            result=self.value(int(self.result[index])),
            error=self.texts[self.error[index]],
            server=self.texts[self.server[index]],
        )


def recorded_value(value: Json, values: InternedValues) -> int:
    """What stands for a value in a recording."""
    if type(value) is int and abs(value) < LARGEST_PLAIN:
        return value
    return _INTERNED + values.intern(value)


@dataclass(eq=False)
class RecordedOperations(Sequence[Operation]):
    """Operations of a recording, made when they are asked for, and kept once all were."""

    recording: Recording
    rows: Integers
    """Their positions in the recording, ascending."""
    _made: tuple[Operation, ...] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Operation]:
        if self._made is None:
            self._made = tuple(map(self.recording.operation, self.rows.tolist()))
        return iter(self._made)

    @overload
    def __getitem__(self, at: int) -> Operation: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Operation, ...]: ...

    def __getitem__(self, at: int | slice) -> Operation | tuple[Operation, ...]:
        if self._made is not None:
            return self._made[at]
        if isinstance(at, slice):
            return tuple(map(self.recording.operation, self.rows[at].tolist()))
        return self.recording.operation(int(self.rows[at]))

    def select(self, rows: Integers) -> RecordedOperations:
        """Some of them, by position among these."""
        return RecordedOperations(self.recording, self.rows[rows])

    def columns(self, functions: Functions) -> Columns:
        """The columns of these operations, all on one object. Extra arguments are left out, as models overlook them.

        Raises `UnfitForColumns` for a function that is not among `functions` or an argument that is missing.
        """
        of, rows = self.recording, self.rows
        whole = len(rows) == len(of.process)

        def taken(column: NDArray[Any]) -> NDArray[Any]:
            return column if whole else column[rows]

        shape = taken(of.shape)
        codes, places = _translation(self, shape, functions)
        # The arguments that are asked for, wherever they stand in the recording.
        sources = (taken(of.first), taken(of.second))
        given = tuple(_picked(sources, places[:, number][shape]) for number in range(places.shape[1]))
        values, (first, second, result) = _packed((*given, taken(of.result)), of.values)
        key = of.objects[of.object[rows[0]]] if len(rows) else ObjectKey("")
        return Columns(
            key,
            functions,
            values,
            index=rows,
            call_ns=taken(of.call_ns),
            return_ns=taken(of.return_ns),
            outcome=taken(of.outcome),
            function=codes[shape],
            first=first,
            second=second,
            result=result,
            source=self,
        )


_ABSENT = 2


def _translation(
    operations: RecordedOperations, shape: Numbers, functions: Functions
) -> tuple[Codes, NDArray[np.int8]]:
    """By shape: the code of its function, and at which place the first and second argument asked for are recorded."""
    shapes = operations.recording.shapes
    codes = np.zeros(len(shapes), np.uint8)
    places = np.full((len(shapes), 2), _ABSENT, np.int8)
    for number in np.unique(shape).tolist():
        function, names = shapes[number]
        if function not in functions or names is None or not set(functions[function]) <= set(names):
            row = int((shape == number).argmax())
            raise UnfitForColumns(f"operation {operations.rows[row]} does not call one of {', '.join(functions)}")
        codes[number] = list(functions).index(function)
        for at, name in enumerate(functions[function]):
            places[number, at] = names.index(name)
    return codes, places


def _picked(sources: tuple[Integers, Integers], place: NDArray[np.int8]) -> Integers:
    """From the first or the second source, or nothing."""
    if (place == 0).all():
        return sources[0]
    chosen: Integers = np.where(place == 0, sources[0], np.where(place == 1, sources[1], NOTHING))
    return chosen


def _packed(columns: tuple[Integers, ...], interned: InternedValues) -> tuple[PackedValues, tuple[Numbers, ...]]:
    """A table of the values that occur in these columns, and the columns as numbers of that table."""
    found = [part for part in map(_plain, columns) if len(part)]
    smallest = min((int(part.min()) for part in found), default=0)
    largest = max((int(part.max()) for part in found), default=-1)
    integers: Ascending = range(smallest, largest + 1)
    if len(integers) > _ROOMY * sum(map(len, found)) + 1000:
        integers = np.unique(np.concatenate(found))
    free = _INTERNED + FIRST_FREE
    others = [column[(column >= free) & (column < _LAST_INTERNED)] for column in columns]
    other_values = np.unique(np.concatenate(others))
    table = PackedValues(integers, other_values - _INTERNED, interned)
    return table, tuple(_numbered(column, integers, other_values) for column in columns)


def _plain(column: Integers) -> Integers:
    """The integers that stand for themselves."""
    chosen = column >= _LAST_INTERNED
    return column if chosen.all() else column[chosen]


def _numbered(column: Integers, integers: Ascending, others: Integers) -> Numbers:
    is_plain = column >= _LAST_INTERNED
    if isinstance(integers, range):
        numbers = column - (integers.start - FIRST_FREE)
    else:
        numbers = np.searchsorted(integers, column) + FIRST_FREE
    if not is_plain.all():
        rest = column[~is_plain]
        fixed = rest < _INTERNED + FIRST_FREE
        places = np.searchsorted(others, rest) + FIRST_FREE + len(integers)
        numbers[~is_plain] = np.where(fixed, rest - _INTERNED, places)
    small: Numbers = numbers.astype(np.int32)
    return small

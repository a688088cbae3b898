"""Values by number: two values have the same number exactly where `identical` holds, so checkers compare numbers."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lawful.models.values import Json, canonical

NULL, FALSE, TRUE = 0, 1, 2
"""The numbers that these values have in every table."""
_FIXED: tuple[Json, ...] = (None, False, True)
FIRST_FREE = len(_FIXED)

Ascending: TypeAlias = range | NDArray[np.int64]
"""Different integers in ascending order."""


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

    @property
    def integers(self) -> int:
        """How many integers there are."""
        return self._size

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


class PackedValues:
    """Integers, which follow each other or are in order, and then the other values that a history has.

    An integer takes no memory where most integers between the smallest and the largest occur, and 8 bytes otherwise.
    """

    def __init__(
        self, integers: range | NDArray[np.int64], others: NDArray[np.int64], interned: InternedValues
    ) -> None:
        """`others`: in ascending order, the numbers among `interned` of the values that are not integers of 64 bits."""
        self._integers = integers
        self._others = others
        self._interned = interned

    @property
    def integers(self) -> int:
        """How many integers there are: their numbers, in their order, begin with `FIRST_FREE`."""
        return len(self._integers)

    def __getitem__(self, number: int) -> Json:
        place = int(number) - FIRST_FREE
        if place < 0:
            return _FIXED[number]
        if place < len(self._integers):
            return int(self._integers[place])
        return self._interned[int(self._others[place - len(self._integers)])]

    def __len__(self) -> int:
        return FIRST_FREE + len(self._integers) + len(self._others)

    def number_of(self, value: Json) -> int | None:
        if type(value) is int and abs(value) < LARGEST_PLAIN:
            place = _place_of(value, self._integers)
            return None if place is None else FIRST_FREE + place
        interned = self._interned.number_of(value)
        if interned is None or interned < FIRST_FREE:
            return interned
        place = _place_of(interned, self._others)
        return None if place is None else FIRST_FREE + len(self._integers) + place


LARGEST_PLAIN = 10**18
"""Integers below this, and above its negative, stand for themselves in recordings; larger ones are interned."""


def _place_of(value: int, ascending: Ascending) -> int | None:
    if isinstance(ascending, range):
        return value - ascending.start if value in ascending else None
    place = int(np.searchsorted(ascending, value))
    return place if place < len(ascending) and ascending[place] == value else None

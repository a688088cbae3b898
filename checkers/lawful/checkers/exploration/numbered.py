"""Values numbered in the order in which they are first seen, each with its images under every renaming of servers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.fingerprints import Fingerprints, scrambled
from lawful.checkers.exploration.growing import GrowingArray
from lawful.checkers.exploration.wrong_model import WrongModel

Renaming = tuple[int, ...]
Rename = Callable[[Any, Sequence[int]], Any]

_BITS_OF_A_NUMBER = 40


class Numbered:
    """Local states, or messages: a small number for each.

    `weights[number, renaming, place]` is what the value adds to the fingerprint when it stands at that place and the
    servers are renamed. A message has a single place.
    """

    def __init__(self, renamings: Sequence[Renaming], rename: Rename, places: int, salt: int) -> None:
        self._renamings = renamings
        self._products = _products(renamings)
        self._rename = rename
        self._places = places
        self._salt = salt
        self._numbers: dict[Any, int] = {}
        self.values: list[Any] = []
        self._images = GrowingArray(np.int64, len(renamings))
        self._weights = GrowingArray(np.uint64, len(renamings), places)

    @property
    def images(self) -> NDArray[np.int64]:
        """The numbers of the renamed values, a row for each value."""
        return self._images.rows

    @property
    def weights(self) -> Fingerprints:
        return self._weights.rows

    def number(self, value: Any) -> int:
        """The number of a value."""
        found = self._numbers.get(value)
        return self._numbered(value) if found is None else found

    def leave_out(self) -> None:
        """Let the next number stand for no value at all: nothing is added to the fingerprint."""
        self.values.append(None)
        self._images.append(len(self._images))
        self._weights.append(0)

    def is_unchanged(self, number: int) -> bool:
        """Whether the value still is the one that was numbered."""
        value = self.values[number]
        return value is None or self._numbers.get(value) == number

    def _numbered(self, value: Any) -> int:
        """Number a value together with all its images, which a renaming of a later state may ask for."""
        first = len(self.values)
        row, led_by = [], {}
        for which, renaming in enumerate(self._renamings):
            # The first renaming changes nothing, and is not asked for.
            image = self._rename(value, renaming) if which else value
            number = self._numbers.setdefault(image, len(self.values))
            if number == len(self.values):
                self.values.append(image)
                led_by[number] = which
            row.append(number)
        if min(row) < first:
            raise WrongModel(
                f"renaming servers back does not undo renaming them: {value!r} becomes {self.values[min(row)]!r}, "
                "which does not become it again"
            )
        for which in led_by.values():
            # To rename the image is to rename the value by both, one after the other: one call of the model for each
            # image is enough. `soundness` looks at whether the model agrees.
            numbers = [row[both] for both in self._products[which]]
            self._images.append(numbers)
            self._weights.append(self._weights_of(numbers))
        return first

    def wrongly_renamed(self, which: int) -> Any | None:
        """A value that the model renames to another one than its image; None where there is none."""
        renaming = self._renamings[which]
        for value, image in zip(self.values, self.images[:, which].tolist(), strict=True):
            if value is not None and self._numbers.get(self._rename(value, renaming)) != image:
                return value
        return None

    def _weights_of(self, numbers: list[int]) -> Fingerprints:
        """A server under another name stands at the place of that name."""
        parts = [
            (self._salt * 64 + (renaming[place] if self._places > 1 else 0)) << _BITS_OF_A_NUMBER | number + 1
            for renaming, number in zip(self._renamings, numbers, strict=True)
            for place in range(self._places)
        ]
        return scrambled(np.array(parts, np.uint64)).reshape(len(numbers), self._places)


def _products(renamings: Sequence[Renaming]) -> list[list[int]]:
    """By first and second renaming, the one that comes to the same as both."""
    numbers = {renaming: number for number, renaming in enumerate(renamings)}
    return [[numbers[tuple(second[new] for new in first)] for second in renamings] for first in renamings]

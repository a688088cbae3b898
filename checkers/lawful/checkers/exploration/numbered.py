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
        for image in [value, *self._images_of(value)]:
            if image not in self._numbers:
                self._numbers[image] = len(self.values)
                self.values.append(image)
        for one in self.values[first:]:
            try:
                numbers = [self._numbers[image] for image in self._images_of(one)]
            except KeyError as error:
                raise WrongModel(
                    f"renaming servers twice is not renaming them once: it leads from {value!r} to {error.args[0]!r}"
                ) from error
            self._images.append(numbers)
            self._weights.append(self._weights_of(numbers))
        return first

    def _images_of(self, value: Any) -> list[Any]:
        """The first renaming changes nothing, and is not asked for."""
        return [value, *(self._rename(value, renaming) for renaming in self._renamings[1:])]

    def _weights_of(self, numbers: list[int]) -> Fingerprints:
        """A server under another name stands at the place of that name."""
        parts = [
            (self._salt * 64 + (renaming[place] if self._places > 1 else 0)) << _BITS_OF_A_NUMBER | number + 1
            for renaming, number in zip(self._renamings, numbers, strict=True)
            for place in range(self._places)
        ]
        return scrambled(np.array(parts, np.uint64)).reshape(len(numbers), self._places)

"""An array that grows at its end."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


class GrowingArray(Generic[Scalar]):
    """Rows of a fixed width, appended one at a time and read all at once."""

    def __init__(self, dtype: type[Scalar], *width: int) -> None:
        self._rows: NDArray[Scalar] = np.zeros((64, *width), dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, row: Any) -> None:
        """One more row."""
        if self._size == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[self._size] = row
        self._size += 1

    @property
    def rows(self) -> NDArray[Scalar]:
        """All of them; later rows may not show in it."""
        return self._rows[: self._size]

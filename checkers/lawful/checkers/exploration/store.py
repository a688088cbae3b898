"""Where a search puts away what does not fit into memory. This layer touches no files: the caller brings the place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias

from numpy.typing import NDArray


class Kept(Protocol):
    """An array that was put away."""

    @property
    def values(self) -> NDArray[Any]:
        """What was put away, read from there as it is looked at."""

    def release(self) -> None:
        """Give back the memory that it took to look at the values."""


Store: TypeAlias = Callable[[NDArray[Any]], Kept]
"""Puts an array away."""


class Spill(NamedTuple):
    """How a search is to keep within memory."""

    store: Store
    memory_bytes: int
    """For fingerprints; there are more beyond."""

"""Keeps what a search has no memory for in files of a folder.

A file has no name as soon as it is made, so that none is left over, however the search ends.
"""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class InFiles:
    """A place for arrays in `folder`. Raises `OSError` where it is full or cannot be written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.bytes = 0
        """Of all that was put away so far."""

    def __call__(self, values: NDArray[Any]) -> InFile:
        """Put an array away."""
        with tempfile.TemporaryFile(dir=self._folder, prefix="lawful-") as file:
            file.write(np.ascontiguousarray(values).data)
            file.flush()
            kept = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.bytes += values.nbytes
        return InFile(kept, values.dtype, values.shape)


class InFile:
    """An array that is not empty, in a file."""

    def __init__(self, kept: mmap.mmap, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self._kept = kept
        self.values: NDArray[Any] = np.frombuffer(kept, dtype).reshape(shape)

    def release(self) -> None:
        """What was read counts as memory of this process until it is given back; the system may keep it in its own."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._kept.madvise(mmap.MADV_DONTNEED)

"""Loops that numpy has no name for: run by Python on small histories, compiled by numba for large ones.

A *kernel* is a function of sequences of integers that fills some of them in and returns an integer. To import numba
takes half a second, and to compile a kernel some seconds the first time on a machine (the result is kept on disk), so
both pay off only beyond some size. Without numba, Python runs the large ones as well, some twenty times slower.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORTH_COMPILING = 150_000
"""Operations; Python takes about a second for them."""

Kernel = Callable[..., int]


def run(kernel: Kernel, *given: NDArray[Any] | int, filled: tuple[NDArray[Any], ...], size: int) -> int:
    """Call `kernel` with what is `given` and then the arrays to be `filled` in; `size` counts the operations."""
    if size >= _WORTH_COMPILING:
        native = _compiled(kernel)
        if native is not None:
            return int(native(*given, *filled))
    # Lists of Python's integers are several times faster than single elements of arrays.
    lists = [array.tolist() for array in filled]
    result = kernel(*(array.tolist() if isinstance(array, np.ndarray) else array for array in given), *lists)
    for array, values in zip(filled, lists, strict=True):
        array[:] = values
    return result


@cache
def _compiled(kernel: Kernel) -> Kernel | None:
    try:
        from numba import njit
    except ModuleNotFoundError:
        return None
    compiling: Any = njit
    try:
        native: Kernel = compiling(cache=True)(kernel)
    except RuntimeError:
        # There is no folder to keep the result in.
        native = compiling(kernel)
    return native

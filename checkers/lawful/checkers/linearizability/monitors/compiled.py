"""Loops that numpy has no name for: run by Python on small histories, compiled by numba for large ones.

A *kernel* is a function of sequences of integers that fills some of them in and returns an integer. It may call other
kernels of its module. To import numba takes half a second, and to compile a kernel some seconds the first time on a
machine (the result is kept on disk), so both pay off only beyond some size. Without numba, Python runs the large ones
as well, some twenty times slower.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R", bound=tuple[NDArray[Any], ...])

_WORTH_COMPILING = 400_000
"""Turns of the innermost loop; Python takes about half a second for them."""

_KERNELS: set[Any] = set()


def kernel(function: F) -> F:
    """Mark a function that is compiled where it pays off."""
    _KERNELS.add(function)
    return function


def native(function: Callable[..., int]) -> Callable[..., int] | None:
    """The compiled form of a kernel; None without numba."""
    found: Callable[..., int] | None = _compiled(function)
    return found


def run(function: Callable[..., int], *given: Any, filled: tuple[NDArray[Any], ...], turns: int) -> int:
    """Call a kernel with what is `given` and then the arrays to be `filled` in; `turns` says how long it will take."""
    if turns >= _WORTH_COMPILING:
        native = _compiled(function)
        if native is not None:
            return int(native(*given, *filled))
    # Lists of Python's integers are several times faster than single elements of arrays.
    lists = [array.tolist() for array in filled]
    result = function(*(value.tolist() if isinstance(value, np.ndarray) else value for value in given), *lists)
    for array, values in zip(filled, lists, strict=True):
        array[:] = values
    return result


def run_on(record: R, function: Callable[..., int], *given: int, turns: int) -> int:
    """Call a kernel with a named tuple of arrays, all of which it may fill in, and then what is `given`."""
    if turns >= _WORTH_COMPILING:
        native = _compiled(function)
        if native is not None:
            return int(native(record, *given))
    lists = type(record)(*(array.tolist() for array in record))
    result = function(lists, *given)
    for array, values in zip(record, lists, strict=True):
        array[:] = values
    return result


@cache
def _compiled(function: Any) -> Any:
    """The native form of a kernel, and of those that it calls; None without numba."""
    try:
        from numba import njit
    except ModuleNotFoundError:
        return None
    called = {name: _compiled(value) for name, value in function.__globals__.items() if _is_kernel(value, function)}
    copy = FunctionType(function.__code__, {**function.__globals__, **called}, function.__name__)
    copy.__module__ = function.__module__
    copy.__qualname__ = function.__qualname__
    compiling: Any = njit
    try:
        return compiling(cache=True)(copy)
    except RuntimeError:
        # There is no folder to keep the result in.
        return compiling(copy)


def _is_kernel(value: object, caller: Any) -> bool:
    return isinstance(value, FunctionType) and value in _KERNELS and value.__name__ in caller.__code__.co_names

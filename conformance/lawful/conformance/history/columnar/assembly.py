"""From calls and returns to a recording, if they make a history that the careful reader would accept.

None is given back where anything is wrong, whatever it is: the careful reader says what, and where. So each test here
is the counterpart of one in `file` or `well_formed`, for whole columns at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import NEVER_NS, UNKNOWN, Integers
from lawful.checkers.recording import NOTHING, Recording
from lawful.conformance.history.columnar.events import CALL, RETURN, UNNUMBERED, WHOLE, Events

_OF_CALL = ("process", "object", "shape", "first", "second", "call_ns")
_OF_RETURN = ("outcome", "result", "error", "server", "return_ns")
_NEVER_RETURNED = {"outcome": UNKNOWN, "result": NOTHING, "error": 0, "server": 0, "return_ns": NEVER_NS}


def assembled(events: Events) -> Recording | None:
    """The recording that these events make; None where they make none."""
    kind, index = events.column("kind"), events.column("index")
    calls, returns = np.flatnonzero(kind != RETURN), np.flatnonzero(kind != CALL)
    columns: dict[str, NDArray[Any]]
    if len(index) and (index == UNNUMBERED).any():
        if (index != UNNUMBERED).any():
            return None
        columns = _in_order_of_call(events)
    else:
        by_index = calls[np.argsort(index[calls], kind="stable")]
        if not np.array_equal(index[by_index], np.arange(len(calls))):
            return None
        if not _returns_fit(kind, index, by_index, returns):
            return None
        columns = {name: _moved(events.column(name), by_index) for name in _OF_CALL}
        columns |= {name: _returned(events.column(name), name, index, kind, by_index) for name in _OF_RETURN}
    if not _well_formed(columns):
        return None
    for name in columns.keys() - {"call_ns", "return_ns"}:
        columns[name] = _squeezed(columns[name])
    return Recording(tuple(events.objects), tuple(events.shapes), events.values, tuple(events.texts), **columns)


def _in_order_of_call(events: Events) -> dict[str, NDArray[Any]]:
    """Only whole operations have no index."""
    call_ns = events.column("call_ns")
    order = np.argsort(call_ns, kind="stable")
    columns = {"call_ns": _moved(call_ns, order)}
    return columns | {
        name: _moved(events.column(name), order) for name in (*_OF_CALL, *_OF_RETURN) if name != "call_ns"
    }


def _moved(column: NDArray[Any], order: Integers) -> NDArray[Any]:
    return column if _is_identity(order, len(column)) else column[order]


def _is_identity(order: Integers, size: int) -> bool:
    return len(order) == size and bool((order == np.arange(size)).all())


def _returns_fit(kind: NDArray[np.uint8], index: Integers, by_index: Integers, returns: Integers) -> bool:
    """Whether each return belongs to an invocation in front of it, and each invocation has one at most."""
    lone = returns[kind[returns] == RETURN]
    if len(lone) == 0:
        return True
    of = index[lone]
    if (of < 0).any() or (of >= len(by_index)).any() or len(np.unique(of)) < len(of):
        return False
    invoked = by_index[of]
    return bool(((kind[invoked] == CALL) & (invoked < lone)).all())


def _returned(
    column: NDArray[Any], name: str, index: Integers, kind: NDArray[np.uint8], by_index: Integers
) -> NDArray[Any]:
    """A column of returns, in the order of the operations."""
    lone = np.flatnonzero(kind == RETURN)
    moved = _moved(column, by_index)
    if len(lone):
        if moved is column:
            moved = column.copy()
        moved[kind[by_index] != WHOLE] = _NEVER_RETURNED[name]
        moved[index[lone]] = column[lone]
    return moved


def _well_formed(columns: dict[str, NDArray[Any]]) -> bool:
    """What `require_well_formed` requires."""
    call_ns, return_ns = columns["call_ns"], columns["return_ns"]
    if (return_ns < call_ns).any() or (call_ns[1:] < call_ns[:-1]).any():
        return False
    process = columns["process"]
    order = np.argsort(narrow(process), kind="stable")
    same = process[order[1:]] == process[order[:-1]]
    before, after = order[:-1][same], order[1:][same]
    unfinished = (columns["outcome"][before] == UNKNOWN) | (return_ns[before] > call_ns[after])
    return not unfinished.any()


def _squeezed(column: NDArray[Any]) -> NDArray[Any]:
    """The same entries; in no memory, where all of them are alike."""
    if len(column) == 0 or column.min() < column.max():
        return column
    return np.broadcast_to(column[:1].copy(), len(column))


def narrow(column: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in 16 bits if they fit, which numpy sorts several times faster."""
    fits = len(column) > 0 and column.min() >= 0 and column.max() < 1 << 16
    return column.astype(np.uint16) if fits else column

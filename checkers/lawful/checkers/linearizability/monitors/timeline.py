"""Calls and returns as positions in one sequence of events, which makes ties go away.

Intervals are closed: where one operation returns at the very nanosecond at which another is called, the two are
concurrent, so calls come before returns of the same time. After that only the order of events matters: an operation
precedes another exactly where the position of its return is smaller than that of the other's call.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lawful.checkers.columns import OK, Columns, Numbers


class Timeline(NamedTuple):
    """Positions of events, row by row: different from each other, and counted from 0."""

    call: Numbers
    last: Numbers
    """The return; `end` for an operation with an unknown outcome, which may take effect at any later time."""
    end: int
    """A position after all events."""


def timeline(columns: Columns) -> Timeline:
    """The positions of the events of these rows."""
    returned = np.flatnonzero(columns.outcome == OK)
    count = len(columns)
    times_ns = np.concatenate((columns.call_ns, columns.return_ns[returned]))
    # Calls are the first half and the sort is stable, so a call comes before a return of the same time.
    order = np.argsort(times_ns, kind="stable")
    positions = np.empty(len(order), np.int32)
    positions[order] = np.arange(len(order), dtype=np.int32)
    last = np.full(count, len(order), np.int32)
    last[returned] = positions[count:]
    return Timeline(positions[:count], last, len(order))

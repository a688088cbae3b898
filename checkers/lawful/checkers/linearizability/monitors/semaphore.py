"""Semaphores and locks, in O(n log n).

The number of free permits goes up and down by one (`up_and_down`), and a refused acquisition or release saw it at the
end of its range. Operations with unknown outcomes are exact: each is a step that may be taken or not. For a lock, which
has one permit, the monitor decides every history. With more permits it finds linearizations, and violations that do
not rest on refused operations; what is left goes to the search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import FALSE, OK, TRUE, Columns, Integers
from lawful.checkers.linearizability.monitors.monitor import Inapplicable, TypedMonitor, Violated
from lawful.checkers.linearizability.monitors.sequential import wrong_in_semaphore
from lawful.checkers.linearizability.monitors.timeline import timeline
from lawful.checkers.linearizability.monitors.up_and_down import AT_LIMIT, AT_ZERO, DOWN, UP, Steps, place
from lawful.checkers.meter import Meter
from lawful.models.semaphore import Semaphore

_MISFITS = {
    UP: "a permit was given back although none can have been taken",
    DOWN: "a permit was taken although none can have been free",
    AT_ZERO: "an acquisition was refused although a permit was free all the time",
    AT_LIMIT: "a release was refused although a permit was taken all the time",
}


@dataclass(frozen=True)
class SemaphoreMonitor(TypedMonitor[Semaphore]):
    """The monitor of semaphores."""

    def impossible_answers(self, columns: Columns) -> NDArray[np.bool_]:
        wrong: NDArray[np.bool_] = (columns.outcome == OK) & (columns.result != TRUE) & (columns.result != FALSE)
        return wrong

    def require(self, columns: Columns, model: Semaphore) -> None:
        """Every history will do, though not every one can be decided."""

    def wrong_answers(self, columns: Columns, model: Semaphore) -> NDArray[np.bool_]:
        return wrong_in_semaphore(columns, model.permits)

    def order(self, columns: Columns, model: Semaphore, meter: Meter, wanted: bool) -> Integers | None:
        events = timeline(columns)
        meter.look()
        acquires = columns.calls("acquire")
        granted = (columns.outcome != OK) | (columns.result == TRUE)
        kind = np.where(granted, np.where(acquires, DOWN, UP), np.where(acquires, AT_ZERO, AT_LIMIT)).astype(np.uint8)
        steps = Steps(np.zeros(len(columns), np.int32), kind, events.call, events.last, events.end)
        misfit, placed = place(steps, model.permits, np.array([model.permits], np.int32))
        if misfit is None:
            return placed
        if model.permits > 1 and (kind >= AT_ZERO).any():
            # A violation without the refused operations is one with them.
            rows = np.flatnonzero(granted)
            steps = Steps(steps.number[rows], kind[rows], steps.call[rows], steps.last[rows], steps.end)
            misfit, _ = place(steps, model.permits, np.array([model.permits], np.int32))
            if misfit is None:
                raise Inapplicable("refused operations on several permits need to be searched")
            misfit = int(rows[misfit])
        before = np.flatnonzero((granted | (model.permits == 1)) & (events.call < events.last[misfit]))
        raise Violated(before.tolist(), _MISFITS[int(kind[misfit])])


SEMAPHORE = SemaphoreMonitor("semaphore monitor", Semaphore, {"acquire": (), "release": ()})

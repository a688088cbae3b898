"""Sets, whatever their values, in O(n log n).

The elements of a set are independent of each other, so the history is linearizable exactly where the part on each
element is (Herlihy and Wing 1990, theorem 1, with each element as an object). Seen from one element, the set is a
number that is 0 or 1 (`up_and_down`). Operations with unknown outcomes are exact: an insertion or removal among them
is a step that may be taken or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import FALSE, OK, TRUE, Columns, Integers
from lawful.checkers.linearizability.monitors.monitor import TypedMonitor, Violated
from lawful.checkers.linearizability.monitors.sequential import wrong_in_set
from lawful.checkers.linearizability.monitors.timeline import Timeline, timeline
from lawful.checkers.linearizability.monitors.up_and_down import AT_LIMIT, AT_ZERO, DOWN, UP, Steps, place
from lawful.checkers.meter import Meter
from lawful.models.value_set import ValueSet
from lawful.models.values import canonical
from lawful.models.wording import value_text

_MISFITS = {
    UP: "was inserted although it was in the set and nothing can have removed it",
    DOWN: "was removed although it was not in the set and nothing can have inserted it",
    AT_ZERO: "was missed although it was in the set all the time",
    AT_LIMIT: "was found although it was not in the set at any time",
}


@dataclass(frozen=True)
class ValueSetMonitor(TypedMonitor[ValueSet]):
    """The monitor of sets."""

    def impossible_answers(self, columns: Columns) -> NDArray[np.bool_]:
        wrong: NDArray[np.bool_] = (columns.outcome == OK) & (columns.result != TRUE) & (columns.result != FALSE)
        return wrong

    def require(self, columns: Columns, model: ValueSet) -> None:
        """Every history will do."""

    def initial_of(self, columns: Columns, model: ValueSet) -> Callable[[int], frozenset[str]]:
        """The part on one element begins as a set of that element or as an empty one."""
        full = model.initial()

        def initial(element: int) -> frozenset[str]:
            return full & {canonical(columns.values[element])} if full else full

        return initial

    def wrong_answers(self, columns: Columns, model: ValueSet) -> NDArray[np.bool_]:
        return wrong_in_set(columns, model.initial_values)

    def order(self, columns: Columns, model: ValueSet, meter: Meter, wanted: bool) -> Integers | None:
        events = timeline(columns)
        meter.look()
        rows, steps = _steps(columns, events)
        initial = np.zeros(len(columns.values), np.int32)
        numbers = [columns.values.number_of(value) for value in model.initial_values]
        initial[[number for number in numbers if number is not None]] = 1
        misfit, placed = place(steps, 1, initial)
        if misfit is not None:
            same = (steps.number == steps.number[misfit]) & (steps.call < steps.last[misfit])
            value = value_text(columns.values[int(steps.number[misfit])])
            raise Violated(rows[same].tolist(), f"{value} {_MISFITS[int(steps.kind[misfit])]}")
        return rows[placed]


def _steps(columns: Columns, events: Timeline) -> tuple[Integers, Steps]:
    """The rows that matter, and what they do to the presence of their element."""
    ok = columns.outcome == OK
    inserts, removes = columns.calls("insert"), columns.calls("remove")
    changed = ~ok | (columns.result == TRUE)
    saw = np.where(inserts | (~removes & changed), AT_LIMIT, AT_ZERO)
    kind = np.where(inserts & changed, UP, np.where(removes & changed, DOWN, saw)).astype(np.uint8)
    rows = np.flatnonzero(ok | inserts | removes)
    return rows, Steps(columns.first[rows], kind[rows], events.call[rows], events.last[rows], events.end)


VALUE_SET = ValueSetMonitor(
    "set monitor", ValueSet, {"insert": ("value",), "remove": ("value",), "contains": ("value",)}
)

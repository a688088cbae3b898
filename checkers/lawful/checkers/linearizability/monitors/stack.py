"""Stacks whose values are all different, in O(n log n).

A value is certainly on the stack from the last position of its push to the first one of its pop. Where the first is not
before the second, it can be pushed and popped at one instant, and does not matter to any other. The others need times
of push and pop such that any two of them are on the stack one within the other or one after the other.

If no value is certainly there in some cell of time (`nesting`), each can come and go on one side of it. Between two
such cells, with something there all the time, some value lies below all others: it is pushed in the cell before and
popped in the cell after. Any value whose operations allow that will do, for it is in nobody's way there, and having it
settled leaves the same question for the rest. If no value can, there is no linearization. (Lee and Mathur, OOPSLA 2025,
and Abdulla et al., PLDI 2025, decide complete histories by similar steps.)

An operation that found nothing needs a cell in which nothing is there at all (`coverage`), and any one will do.

A value that no completed pop took stays for ever, or was taken by an operation with an unknown outcome. If all is
settled without the latter, there is a linearization. If not all is settled even though every such value may go when the
first such operation is called, there is none. In between, values are let go in the first cell where that helps and
enough such operations were called. Where this fails, other choices might not have, and the history is left to the
search; unless no choice was made yet, for then no cell can be the first one that needs one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import Columns, Integers
from lawful.checkers.linearizability.monitors.compiled import run_on
from lawful.checkers.linearizability.monitors.coverage import cover, empty_instants
from lawful.checkers.linearizability.monitors.items import NO_ROW, Container, container_of, pairs_of
from lawful.checkers.linearizability.monitors.monitor import Inapplicable, TypedMonitor, Violated
from lawful.checkers.linearizability.monitors.nest import Cells, cells_of, ends_with_empty, nest_of
from lawful.checkers.linearizability.monitors.nesting import Nest, settle_all
from lawful.checkers.linearizability.monitors.sequential import wrong_in_stack
from lawful.checkers.linearizability.monitors.stack_order import stack_order
from lawful.checkers.linearizability.monitors.timeline import timeline
from lawful.checkers.meter import Meter
from lawful.models.stack import Stack

_TURNS_PER_VALUE = 40
_TRIES_PER_VALUE = 50


@dataclass(frozen=True)
class StackMonitor(TypedMonitor[Stack]):
    """The monitor of stacks."""

    def require(self, columns: Columns, model: Stack) -> None:
        pairs_of(columns, "push", model.initial_values)

    def wrong_answers(self, columns: Columns, model: Stack) -> NDArray[np.bool_]:
        return wrong_in_stack(columns, model.initial_values)

    def order(self, columns: Columns, model: Stack, meter: Meter, wanted: bool) -> Integers | None:
        events = timeline(columns)
        container = container_of(columns, events, "push", model.initial_values)
        meter.look()
        empty_instants(container, events)
        cells = cells_of(container, events)
        nest = nest_of(cells, ends_with_empty(container, events, cells))
        meter.look()
        given_up = _settle(nest)
        if given_up or (nest.missing > 0).any() or (nest.spare_least[1:2] < 1).any():
            _refuse(container, cells, nest, given_up)
        meter.look()
        return stack_order(container, events, cells, nest) if wanted else None


def _settle(nest: Nest) -> bool:
    """Settle what can be settled; whether the attempts to let values go were too many."""
    values = len(nest.begin)
    return bool(run_on(nest, settle_all, _TRIES_PER_VALUE * values, turns=_TURNS_PER_VALUE * values))


def _refuse(container: Container, cells: Cells, nest: Nest, given_up: bool) -> None:
    """Raise `Violated` where the values that are not settled prove a violation, and `Inapplicable` otherwise."""
    if len(container.unknown_takes) == 0:
        raise _violated(container, cells, nest)
    # Let every value that is left go as soon as any unknown pop was called.
    ends = cells.end.copy()
    ends[cells.left] = np.maximum(cells.begin[cells.left], cells.called.min())
    best = nest_of(cells._replace(called=cells.called[:0]), ends)
    _settle(best)
    if (best.missing > 0).any():
        raise _violated(container, cells, best)
    if not given_up and (nest.end == cells.end).all():
        raise _violated(container, cells, nest, whole=True)
    raise Inapplicable("which values the unknown operations took needs to be searched")


def _violated(container: Container, cells: Cells, nest: Nest, whole: bool = False) -> Violated:
    """Values of which one after the other was there, so that the stack was never empty, and none all the time.

    As few as will do or, where it matters how many there are, the `whole` of them.
    """
    items = container.items
    unsettled = np.flatnonzero(nest.missing > 0)
    unsettled = unsettled[np.argsort(nest.begin[unsettled], kind="stable")]
    begins, ends = nest.begin[unsettled], nest.end[unsettled]
    # Up to the first cell that none of them covers.
    reached = np.maximum.accumulate(ends)
    apart = np.append(begins[1:] >= reached[:-1], True)
    count = int(apart.argmax()) + 1
    last = int(reached[count - 1])
    chain = list(range(count)) if whole else cover(begins.tolist(), ends.tolist(), int(begins[0]), last)
    assert chain is not None, "they cover all cells up to there"
    values = cells.values[unsettled[chain]]
    rows = np.concatenate((items.put_row[values], items.take_row[values]))
    takers = container.unknown_takes[cells.called < last]
    sentence = "the stack was never empty meanwhile, and none of these values can have been there all the time"
    return Violated([*takers.tolist(), *rows[rows != NO_ROW].tolist()], sentence)


STACK = StackMonitor("stack monitor", Stack, {"push": ("value",), "pop": ()})

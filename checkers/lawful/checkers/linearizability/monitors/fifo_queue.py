"""FIFO queues whose values are all different, in O(n log n), with dequeues of unknown outcome.

Without these, and without dequeues that found nothing, a history is linearizable exactly where no value is taken that
was not put, or twice, or before it was put, and no two values leave in another order than they came: v enqueued before
w in real time, and w dequeued before v (Henzinger, Sezgin and Vafeiadis, Aspect-oriented linearizability proofs, CONCUR
2013). A dequeue that found nothing needs an instant at which no value is certainly in the queue (`coverage`). At such
an instant the history can be cut in two: each value comes and goes on one side of it, and cutting off the rest of its
operations' intervals orders no two of them that were not ordered before.

Dequeues with unknown outcomes. Let v be a value that no completed dequeue took. If some w, enqueued after v returned,
was taken, then v left before, so an unknown dequeue took it that was called before w's dequeue returned. The values
that must leave so by some time t are the ones whose enqueues returned first, up to some number. The same holds for a
cut at t: all values must have left whose enqueues returned before. So what must leave by t is always the longer of two
beginnings of one sequence, and the demands do not interfere: it takes one test for the order of values (by Hall's
theorem, the i-th deadline must come after the i-th unknown dequeue was called) and one per cut, which is to count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import Columns, Integers
from lawful.checkers.linearizability.monitors.coverage import empty_instants
from lawful.checkers.linearizability.monitors.fifo_order import fifo_order
from lawful.checkers.linearizability.monitors.items import (
    NO_ROW,
    Container,
    Items,
    container_of,
    pairs_of,
)
from lawful.checkers.linearizability.monitors.monitor import TypedMonitor, Violated
from lawful.checkers.linearizability.monitors.sequential import wrong_in_queue
from lawful.checkers.linearizability.monitors.timeline import Timeline, timeline
from lawful.checkers.meter import Meter
from lawful.models.fifo_queue import FifoQueue
from lawful.models.wording import value_text


@dataclass(frozen=True)
class FifoQueueMonitor(TypedMonitor[FifoQueue]):
    """The monitor of FIFO queues."""

    def require(self, columns: Columns, model: FifoQueue) -> None:
        pairs_of(columns, "enqueue", model.initial_values)

    def wrong_answers(self, columns: Columns, model: FifoQueue) -> NDArray[np.bool_]:
        return wrong_in_queue(columns, model.initial_values)

    def order(self, columns: Columns, model: FifoQueue, meter: Meter, wanted: bool) -> Integers | None:
        events = timeline(columns)
        container = container_of(columns, events, "enqueue", model.initial_values)
        meter.look()
        _require_same_order(columns, container.items)
        deadlines = _deadlines(container.items, events)
        _require_takers(columns, container, events, deadlines)
        meter.look()
        instants = empty_instants(container, events)
        return fifo_order(container, events, deadlines, instants) if wanted else None


def _require_same_order(columns: Columns, items: Items) -> None:
    """Raise `Violated` where two values that completed operations took left in another order than they came."""
    taken = items.taken
    by_put = taken[np.argsort(items.put_last[taken])]
    # Of the values put before each one, the one that was taken last.
    latest = np.maximum.accumulate(items.take_call[by_put])
    earlier = np.searchsorted(items.put_last[by_put], items.put_call[taken])
    overtaking = np.flatnonzero(earlier > 0)
    overtaking = overtaking[latest[earlier[overtaking] - 1] > items.take_last[taken[overtaking]]]
    if len(overtaking):
        fast = int(taken[overtaking[0]])
        before = by_put[: earlier[overtaking[0]]]
        slow = int(before[items.take_call[before].argmax()])
        raise _overtaken(columns, items, [slow, fast], [])


def _deadlines(items: Items, events: Timeline) -> Integers:
    """Per value that is left, in order of `items.left`, the position by which it must have left; the end for never.

    It is the return of the first completed dequeue of a value that was put after it.
    """
    taken = items.taken
    by_put = taken[np.argsort(items.put_call[taken])]
    soonest = np.append(np.minimum.accumulate(items.take_last[by_put][::-1])[::-1], events.end)
    return soonest[np.searchsorted(items.put_call[by_put], items.put_last[items.left])]


def _require_takers(columns: Columns, container: Container, events: Timeline, deadlines: Integers) -> None:
    """Raise `Violated` where fewer unknown dequeues were called by some time than values must have left by then."""
    items = container.items
    order = np.lexsort((items.put_last[items.left], deadlines))
    urgent = order[deadlines[order] < events.end]
    calls = np.full(len(urgent), events.end)
    takers = container.unknown_takes[: len(urgent)]
    calls[: len(takers)] = events.call[takers]
    late = np.flatnonzero(deadlines[urgent] < calls)
    if len(late):
        at = int(late[0])
        waiting = items.left[urgent[: at + 1]]
        taken = items.taken
        fast = int(taken[items.take_last[taken] == deadlines[urgent[at]]][0])
        raise _overtaken(columns, items, [*waiting.tolist(), fast], takers[:at].tolist())


def _overtaken(columns: Columns, items: Items, chosen: list[int], takers: list[int]) -> Violated:
    """The last of these items left although the others were put before it and did not."""
    rows = np.concatenate((items.put_row[chosen], items.take_row[chosen]))
    *_, fast = chosen
    text = value_text(columns.values[int(columns.result[items.take_row[fast]])])
    sentence = f"{text} was taken before a value that was put earlier"
    return Violated([*takers, *rows[rows != NO_ROW].tolist()], sentence)


FIFO_QUEUE = FifoQueueMonitor("queue monitor", FifoQueue, {"enqueue": ("value",), "dequeue": ()})

"""An order in which the operations on a queue may have taken effect, once it is known that there is one."""

from __future__ import annotations

import heapq

import numpy as np

from lawful.checkers.columns import Integers
from lawful.checkers.linearizability.monitors.items import NO_ROW, Container, Items
from lawful.checkers.linearizability.monitors.timeline import Timeline


def fifo_order(container: Container, events: Timeline, deadlines: Integers, instants: Integers) -> Integers:
    """The rows in order, given by when each left value must leave and the gaps in which the queue was found empty."""
    items = _with_takers(container, events, deadlines, instants)
    cuts = np.unique(instants)
    # A value is on the far side of each cut before which it cannot have both come and gone.
    segment = np.searchsorted(cuts, np.maximum(items.put_call, items.take_call))
    order = np.array(_queue_order(items, segment), np.int64)
    # Each at the first instant that is left to it. Twice the position, so that there is one in each gap as well.
    opened = np.append(0, cuts * 2 + 1)[segment[order]]
    put_at = np.maximum.accumulate(np.maximum(items.put_call[order] * 2, opened))
    take_at = np.maximum(np.maximum.accumulate(np.maximum(items.take_call[order] * 2, opened)), put_at)
    rows: Integers = np.concatenate((container.empty, items.put_row[order], items.take_row[order]))
    at = np.concatenate((instants * 2 + 1, put_at, take_at))
    # At one instant, the queue is found empty, then values come, then they go.
    turn = np.repeat((0, 1, 2), (len(instants), len(order), len(order)))
    place = np.concatenate((np.zeros(len(instants), np.int64), np.arange(len(order)), np.arange(len(order))))
    ordered: Integers = rows[np.lexsort((place, turn, at))]
    happened: Integers = ordered[ordered != NO_ROW]
    return happened


def _with_takers(container: Container, events: Timeline, deadlines: Integers, instants: Integers) -> Items:
    """The items, those that must leave taken by unknown dequeues: the one that came first by the one called first."""
    items = container.items
    left = items.left
    cuts = np.append(np.sort(instants), events.end)
    next_cut = cuts[np.searchsorted(cuts, items.put_last[left])]
    leaving = left[np.minimum(deadlines, next_cut) < events.end]
    leaving = leaving[np.argsort(items.put_last[leaving], kind="stable")]
    takers = container.unknown_takes[: len(leaving)]
    take_row, take_call = items.take_row.copy(), items.take_call.copy()
    take_row[leaving] = takers
    take_call[leaving] = np.maximum(events.call[takers], items.put_call[leaving])
    return items._replace(take_row=take_row, take_call=take_call)


def _queue_order(items: Items, segment: Integers) -> list[int]:
    """The items in an order in which they may have come as well as gone, by segments.

    Next is any item whose put and take no remaining item's put and take precede. There is one, since no two items
    overtake each other.
    """
    put_call, put_last = items.put_call.tolist(), items.put_last.tolist()
    take_call, take_last = items.take_call.tolist(), items.take_last.tolist()
    order: list[int] = []
    gone = [False] * len(put_call)
    for members in _segments(segment):
        by_call = sorted(members, key=put_call.__getitem__, reverse=True)
        by_put = sorted(members, key=put_last.__getitem__, reverse=True)
        by_take = sorted(members, key=take_last.__getitem__, reverse=True)
        waiting: list[tuple[int, int]] = []
        for _ in members:
            while gone[by_put[-1]]:
                by_put.pop()
            while gone[by_take[-1]]:
                by_take.pop()
            while by_call and put_call[by_call[-1]] <= put_last[by_put[-1]]:
                item = by_call.pop()
                heapq.heappush(waiting, (take_call[item], item))
            _, item = heapq.heappop(waiting)
            assert take_call[item] <= take_last[by_take[-1]], "values overtake each other in a circle"
            gone[item] = True
            order.append(item)
    return order


def _segments(segment: Integers) -> list[list[int]]:
    order = np.argsort(segment, kind="stable")
    bounds = np.flatnonzero(np.diff(segment[order])) + 1
    return [part.tolist() for part in np.split(order, bounds) if len(part)]

"""When a container cannot have been empty, and an instant at which it can.

An item is certainly there from the last position at which it may have been put to the first one at which it may have
been taken. A *gap* is the time between two neighbouring events; gap g is the one after position g. An operation that
found nothing needs a gap of its interval in which nothing is certainly there.

Items that no completed operation took are there from then on, unless operations with unknown outcomes took them. In a
gap in which more such items have been put than such operations were called, one item at least is there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import Integers
from lawful.checkers.linearizability.monitors.items import NO_ROW, Container, Items
from lawful.checkers.linearizability.monitors.monitor import Violated
from lawful.checkers.linearizability.monitors.timeline import Timeline


def free_gaps(container: Container, events: Timeline) -> NDArray[np.bool_]:
    """In which gaps the container may be empty."""
    items, taken = container.items, container.items.taken
    there = taken[items.put_last[taken] < items.take_call[taken]]
    size = events.end + 1
    changes = np.bincount(np.maximum(items.put_last[there], 0), minlength=size)
    changes -= np.bincount(items.take_call[there], minlength=size)
    left = np.bincount(np.maximum(items.put_last[items.left], 0), minlength=size)
    left -= np.bincount(events.call[container.unknown_takes], minlength=size)
    free: NDArray[np.bool_] = (np.cumsum(changes) == 0) & (np.cumsum(left) <= 0)
    return free


def empty_instants(container: Container, events: Timeline) -> Integers:
    """Per take that found nothing, the first gap in which it may have. Raises `Violated` where there is none."""
    if len(container.empty) == 0:
        return container.empty
    free = np.flatnonzero(free_gaps(container, events))
    # Beyond the last event the container is as it was before, and nothing returns any more.
    free = np.append(free, events.end)
    instants: Integers = free[np.searchsorted(free, events.call[container.empty])]
    never = instants >= events.last[container.empty]
    if never.any():
        raise _never_empty(container, events, int(container.empty[never.argmax()]))
    return instants


def _never_empty(container: Container, events: Timeline, row: int) -> Violated:
    """The items that one after the other keep the container from being empty while `row` runs."""
    items, first, last = container.items, int(events.call[row]), int(events.last[row])
    takers = container.unknown_takes[events.call[container.unknown_takes] < last]
    waiting = items.left[np.argsort(items.put_last[items.left], kind="stable")]
    if np.count_nonzero(items.put_last[waiting] < first) > len(takers):
        # One more than unknown operations can have taken was there from the beginning.
        return _violated([row, *takers.tolist()], items, waiting[: len(takers) + 1])
    around = items.taken[(items.put_last[items.taken] < last) & (items.take_call[items.taken] > first)]
    chain = cover(items.put_last[around].tolist(), items.take_call[around].tolist(), first, last)
    if chain is not None:
        return _violated([row], items, around[chain])
    waiting = waiting[items.put_last[waiting] < last]
    return _violated([row, *takers.tolist()], items, np.concatenate((around, waiting)))


def cover(begins: list[int], ends: list[int], first: int, last: int) -> list[int] | None:
    """As few of the intervals as it takes to cover all gaps from position `first` to `last`; None where they do not."""
    by_begin = sorted(range(len(begins)), key=begins.__getitem__, reverse=True)
    chain: list[int] = []
    reached, farthest = first, first
    best = None
    while reached < last:
        while by_begin and begins[by_begin[-1]] <= reached:
            candidate = by_begin.pop()
            if ends[candidate] > farthest:
                best, farthest = candidate, ends[candidate]
        if best is None or farthest == reached:
            return None
        chain.append(best)
        reached = farthest
    return chain


def _violated(rows: list[int], items: Items, chosen: Integers) -> Violated:
    involved = np.concatenate((items.put_row[chosen], items.take_row[chosen]))
    sentence = "something was there all the time while an operation found nothing"
    return Violated([*rows, *involved[involved != NO_ROW].tolist()], sentence)

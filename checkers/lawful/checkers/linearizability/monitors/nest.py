"""The values of a stack in cells of time, as the kernels of `nesting` need them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import Integers, Numbers
from lawful.checkers.linearizability.monitors.gap_tree import TAKEN, ends_of, tree_of
from lawful.checkers.linearizability.monitors.items import NO_ROW, Container
from lawful.checkers.linearizability.monitors.nesting import CLOCK, WAITING, Nest
from lawful.checkers.linearizability.monitors.timeline import Timeline

NEVER = np.iinfo(np.int64).max


class Cells(NamedTuple):
    """Time, cut where a value begins or ends to be certainly there, or an unknown pop is called.

    A cell is a run of gaps; cell c + 1 begins with the gap at bounds[c].
    """

    bounds: Integers
    total: int
    values: Integers
    """The items that are certainly there at some time. What follows is per value, in this order."""
    left: Integers
    """Which of them no completed pop took."""
    begin: Integers
    end: Integers
    """The cells in which it is certainly there: from the one to before the other; to the last for one that is left."""
    push_from: Integers
    """The first cell that the push can be in; it can be in all cells from there to before `begin`."""
    pop_before: Integers
    """The pop can be in all cells from `end` to before this one."""
    called: Integers
    """The first cell at which each unknown pop has been called."""

    def of(self, gaps: Integers | Numbers) -> Integers:
        """The cells of some gaps."""
        return np.searchsorted(self.bounds, gaps, side="right")


def cells_of(container: Container, events: Timeline) -> Cells:
    """The cells of a history, and the values in them."""
    items = container.items
    calls = events.call[container.unknown_takes]
    values = np.flatnonzero(items.put_last < items.take_call)
    taken = items.take_row[values] != NO_ROW
    put_last, take_call = items.put_last[values], items.take_call[values]
    bounds = np.sort(np.concatenate((put_last, take_call[taken], calls)).astype(np.int64))

    def cell(gaps: Numbers) -> Integers:
        return np.searchsorted(bounds, gaps, side="right")

    count = len(bounds) + 1
    begin = cell(put_last)
    # What is there at the beginning was put in the cell before.
    push_from = np.where(items.put_row[values] == NO_ROW, begin - 1, cell(items.put_call[values]))
    end = np.where(taken, cell(take_call), count)
    pop_before = np.where(taken, cell(items.take_last[values] - 1) + 1, count)
    return Cells(bounds, count, values, np.flatnonzero(~taken), begin, end, push_from, pop_before, cell(calls))


def covered(cells: Cells, chosen: Integers, ends: Integers | Numbers) -> Integers:
    """Per cell, how many of the chosen values are certainly there."""
    changes = np.bincount(cells.begin[chosen], minlength=cells.total + 1)
    changes -= np.bincount(ends[chosen], minlength=cells.total + 1)
    return np.cumsum(changes)[: cells.total]


def calls_until(cells: Cells) -> Integers:
    """Per cell, how many unknown pops have been called."""
    return np.cumsum(np.bincount(cells.called, minlength=cells.total))[: cells.total]


def ends_with_empty(container: Container, events: Timeline, cells: Cells) -> Integers:
    """The ends of the values, such that each operation that found nothing has a cell for it.

    Where there is none as it is, the values that are left and in the way end before the first cell in which there are
    enough unknown pops for them.
    """
    ends = cells.end.copy()
    if len(container.empty) == 0:
        return ends
    everything = np.arange(len(cells.values))
    first = cells.of(events.call[container.empty])
    last = cells.of(events.last[container.empty] - 1)
    free = np.append(0, np.cumsum(covered(cells, everything, ends) == 0))
    blocked = np.flatnonzero(free[last + 1] == free[first])
    known = covered(cells, np.setdiff1d(everything, cells.left), ends)
    possible = np.flatnonzero((known == 0) & (covered(cells, cells.left, ends) <= calls_until(cells)))
    chosen = np.append(np.unique(possible[np.searchsorted(possible, first[blocked])]), cells.total)
    ends[cells.left] = chosen[np.searchsorted(chosen, cells.begin[cells.left])]
    return ends


def nest_of(cells: Cells, ends: Integers) -> Nest:
    """The nest in which values end at `ends`, which is earlier than `cells.end` for those that were let go."""
    everything = np.arange(len(cells.values))
    cover = covered(cells, everything, ends)
    free = np.append(0, np.cumsum(cover == 0))
    # A value that ends where it begins is pushed and popped at one instant just before.
    needs_push = (free[cells.begin] == free[cells.push_from]) & (cells.begin < ends)
    is_left = np.zeros(len(everything), np.bool_)
    is_left[cells.left] = True
    needs_pop = (free[cells.pop_before] == free[np.minimum(cells.end, cells.total)]) & ~is_left
    missing = needs_push.astype(np.int32) + needs_pop
    owner = np.concatenate((everything[needs_push], everything[needs_pop]))
    start = np.concatenate((cells.push_from[needs_push], cells.end[needs_pop]))
    stop = np.concatenate((cells.begin[needs_push], cells.pop_before[needs_pop]))
    order = np.argsort(start, kind="stable")
    ready = np.flatnonzero(missing == 0)
    waiting = np.zeros(len(everything), np.int32)
    waiting[: len(ready)] = ready
    counts = np.zeros(3, np.int64)
    counts[WAITING], counts[CLOCK] = len(ready), 1
    least, added = tree_of(np.where(cover == 0, TAKEN, cover).astype(np.int32))
    return Nest(
        begin=cells.begin.astype(np.int32),
        end=ends.astype(np.int32),
        missing=missing,
        settled_at=np.full(len(everything), NEVER),
        owner=owner[order].astype(np.int32),
        start=start[order].astype(np.int32),
        stop=ends_of(stop[order].astype(np.int32)),
        uncovered_at=np.where(cover == 0, 0, NEVER),
        waiting=waiting,
        counts=counts,
        least=least,
        added=added,
        **_trees_of_the_left(cells, ends, cover, is_left),
    )


def _trees_of_the_left(cells: Cells, ends: Integers, cover: Integers, is_left: NDArray[np.bool_]) -> dict[str, Numbers]:
    """What it takes to let values go; nothing where there is nobody that they could have gone with."""
    left = cells.left[np.argsort(cells.begin[cells.left], kind="stable")]
    if len(cells.called) == 0:
        left = left[:0]
    place = np.full(len(is_left), -1, np.int32)
    place[left] = np.arange(len(left))
    known = covered(cells, np.flatnonzero(~is_left), ends)
    known_least, known_added = tree_of(np.where(cover == 0, TAKEN, known).astype(np.int32))
    gone = np.cumsum(np.bincount(ends[left], minlength=cells.total + 1))[: cells.total]
    spare_least, spare_added = tree_of((calls_until(cells) - gone + 1).astype(np.int32))
    trees = {
        "left": left.astype(np.int32),
        "left_end": ends_of(ends[left].astype(np.int32)),
        "left_place": place,
        "known_least": known_least,
        "known_added": known_added,
        "spare_least": spare_least,
        "spare_added": spare_added,
        "old_end": np.zeros(2 * len(left), np.int32),
    }
    return trees if len(left) else {name: tree[:0] for name, tree in trees.items()}

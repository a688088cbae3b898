"""Which values of a stack can lie below all others: the kernels of `stack`.

Time is cut into *cells*. A value covers those in which it is certainly on the stack, from `begin` to before `end`. It
is *settled* once its push can be in a cell that no unsettled value covers, and its pop likewise. That may leave more
cells uncovered, which settles more values.

A value that no completed pop took covers all cells to the end. It may be let go before some cell, as long as each
value that is let go can have been popped by an unknown pop of its own: one that was called by then.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lawful.checkers.columns import Integers, Numbers
from lawful.checkers.linearizability.monitors.compiled import kernel
from lawful.checkers.linearizability.monitors.gap_tree import TAKEN, add, first_beyond, first_free, number_at, set_end

WAITING, CLOCK, TRIES = 0, 1, 2
"""What is counted: values that wait to be settled, events so far, and attempts to let values go."""


class Nest(NamedTuple):
    """What the kernels work on. Where there are no unknown pops, the trees that only they need are empty."""

    begin: Numbers
    end: Numbers
    missing: Numbers
    """Per value, how many of its push and its pop have found no cell yet."""
    settled_at: Integers
    owner: Numbers
    """The value of each push or pop that has found no cell; these are in order of their first cells, `start`."""
    start: Numbers
    stop: Numbers
    """A tree of the cells before which they end; see `first_beyond`."""
    uncovered_at: Integers
    waiting: Numbers
    """Values to be settled: a stack."""
    counts: Integers
    least: Numbers
    added: Numbers
    """A tree of how many values cover each cell."""
    left: Numbers
    """The values that no completed pop took, in order of `begin`."""
    left_end: Numbers
    """A tree of their ends."""
    left_place: Numbers
    """Per value, its place among these; -1 for the others."""
    known_least: Numbers
    known_added: Numbers
    """A tree of how many of the others cover each cell."""
    spare_least: Numbers
    spare_added: Numbers
    """A tree of how many unknown pops that were called by then have nothing to pop, and one more."""
    old_end: Numbers
    """Room to remember ends that may be set back."""


@kernel
def uncover(nest: Any, cell: int) -> None:
    """No unsettled value covers `cell`: the pushes and pops that can be in it have found their cells."""
    nest.uncovered_at[cell] = nest.counts[CLOCK]
    nest.counts[CLOCK] += 1
    add(nest.least, nest.added, cell, cell + 1, TAKEN)
    if len(nest.left_end) > 0:
        add(nest.known_least, nest.known_added, cell, cell + 1, TAKEN)
    interval = first_beyond(nest.stop, cell)
    while interval >= 0 and nest.start[interval] <= cell:
        set_end(nest.stop, interval, 0)
        value = nest.owner[interval]
        nest.missing[value] -= 1
        if nest.missing[value] == 0:
            nest.waiting[nest.counts[WAITING]] = value
            nest.counts[WAITING] += 1
        interval = first_beyond(nest.stop, cell)


@kernel
def uncover_from(nest: Any, first: int, last: int) -> None:
    """Uncover the cells of [first, last) that no unsettled value covers."""
    cell = first_free(nest.least, nest.added, first)
    while cell < last:
        uncover(nest, cell)
        cell = first_free(nest.least, nest.added, cell + 1)


@kernel
def settle(nest: Any) -> None:
    """Settle the values that wait for it, and all that can be settled then."""
    while nest.counts[WAITING] > 0:
        nest.counts[WAITING] -= 1
        value = nest.waiting[nest.counts[WAITING]]
        nest.settled_at[value] = nest.counts[CLOCK]
        nest.counts[CLOCK] += 1
        begin, end = nest.begin[value], nest.end[value]
        if len(nest.left_end) > 0:
            if nest.left_place[value] >= 0:
                set_end(nest.left_end, nest.left_place[value], 0)
            else:
                add(nest.known_least, nest.known_added, begin, end, -1)
        if begin < end:
            add(nest.least, nest.added, begin, end, -1)
            uncover_from(nest, begin, end)


@kernel
def set_left_end(nest: Any, place: int, end: int) -> None:
    """Let a value that is left go before another cell than it did."""
    value = nest.left[place]
    low, high = min(end, nest.end[value]), max(end, nest.end[value])
    amount = -1 if end < nest.end[value] else 1
    add(nest.least, nest.added, low, high, amount)
    add(nest.spare_least, nest.spare_added, low, high, amount)
    set_end(nest.left_end, place, end)
    nest.end[value] = end


@kernel
def let_go(nest: Any, cell: int) -> bool:
    """Let all values go that cover `cell`; false, and nothing done, where there are too few unknown pops for that."""
    count = 0
    place = first_beyond(nest.left_end, cell)
    while place >= 0 and nest.begin[nest.left[place]] <= cell:
        nest.old_end[2 * count], nest.old_end[2 * count + 1] = place, nest.end[nest.left[place]]
        count += 1
        set_left_end(nest, place, cell)
        place = first_beyond(nest.left_end, cell)
    nest.counts[TRIES] += count
    enough = first_free(nest.spare_least, nest.spare_added, cell) >= len(nest.uncovered_at)
    while count > 0:
        count -= 1
        place = nest.old_end[2 * count]
        value = nest.left[place]
        if not enough:
            set_left_end(nest, place, nest.old_end[2 * count + 1])
        elif nest.begin[value] == cell and nest.missing[value] > 0:
            # Pushed and popped at one instant, it needs no uncovered cell for its push.
            nest.missing[value] = 0
            nest.waiting[nest.counts[WAITING]] = value
            nest.counts[WAITING] += 1
    return enough


@kernel
def settle_all(nest: Any, most_tries: int) -> int:
    """Settle what can be, letting values go in the first cell that allows it where nothing else helps.

    1 where the tries ran out, 0 otherwise.
    """
    cells = len(nest.uncovered_at)
    settle(nest)
    if len(nest.left_end) == 0:
        return 0
    cell = first_free(nest.known_least, nest.known_added, 0)
    while cell < cells:
        nest.counts[TRIES] += 1
        if nest.counts[TRIES] > most_tries:
            return 1
        needed = number_at(nest.least, nest.added, cell)
        if needed < number_at(nest.spare_least, nest.spare_added, cell) and let_go(nest, cell):
            uncover_from(nest, cell, cells)
            settle(nest)
            cell = -1
        cell = first_free(nest.known_least, nest.known_added, cell + 1)
    return 0

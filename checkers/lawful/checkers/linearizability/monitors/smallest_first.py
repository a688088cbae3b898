"""When each value leaves a priority queue, the smallest value first: the kernels of `priority_queue`."""

from __future__ import annotations

from typing import Any

from lawful.checkers.linearizability.monitors.compiled import kernel
from lawful.checkers.linearizability.monitors.gap_tree import TAKEN, add, first_free

LEFT = -1
"""The last gap of an item that no completed operation took."""


@kernel
def next_in(following: Any, gap: int) -> int:
    """The first gap from `gap` on that is not passed over. `following` leads there, and is shortened on the way."""
    while following[gap] != gap:
        following[gap] = following[following[gap]]
        gap = following[gap]
    return gap


@kernel
def leave_in_order(put_last: Any, first: Any, last: Any, gap: Any, following: Any, least: Any, added: Any) -> int:
    """Let items leave, in order of priority, each in the first gap from first[i] on in which no smaller one is there.

    -1, or the first item that finds no gap before last[i]. An item that nobody took stays from put_last[i] on.
    """
    gaps = len(following) - 1
    for i in range(len(first)):
        begin = max(put_last[i], 0)
        if last[i] == -1:
            add(least, added, begin, gaps, 1)
            continue
        found = first_free(least, added, first[i])
        if found >= last[i]:
            return i
        gap[i] = found
        # No larger one leaves while this one is there.
        start = next_in(following, min(begin, found))
        while start < found:
            end = start
            while end < found and following[end] == end:
                following[end] = end + 1
                end += 1
            add(least, added, start, end, TAKEN)
            start = next_in(following, end)
    return -1


@kernel
def deadlines_of(put_last: Any, last: Any, gap: Any, leaving: Any, following: Any) -> int:
    """Set gap[i] of each item that nobody took to the first gap after it was put in which a larger one leaves.

    leaving[g] is the number of items that leave in gap g; where it is 0, `following` passes over g.
    """
    for i in range(len(last)):
        if last[i] == -1:
            gap[i] = next_in(following, max(put_last[i], 0))
        else:
            leaving[gap[i]] -= 1
            if leaving[gap[i]] == 0:
                following[gap[i]] = gap[i] + 1
    return 0

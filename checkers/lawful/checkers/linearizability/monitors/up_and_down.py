"""A number between 0 and a limit that goes up and down by one: a set seen from one element, or a semaphore.

All steps up are alike, and so are all steps down. So it matters only how many of them took effect, and of two that may,
the one that returns first goes first. Nor does it help to take a step before it is due: because its operation
returns, or because a step the other way is due that would leave the range without it. Take any schedule, and put off a
step of it until it is due. Meanwhile the number is one off that of the schedule, and where this would lead out of the
range, it is by a step the other way, which makes the step that was put off due.

An operation that saw the number at 0, or at the limit, takes effect as soon as it is there. Where it must return before
that, the number has to be brought there. With a limit of 1 one step does it, and it can wait until then for the same
reason. With a larger limit it may have been closer before, so there to fail proves nothing.
"""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

import numpy as np

from lawful.checkers.columns import Codes, Integers, Numbers
from lawful.checkers.linearizability.monitors.compiled import kernel, run

UP, DOWN, AT_ZERO, AT_LIMIT = 0, 1, 2, 3
"""What an operation did, or saw."""

_NOT_PLACED = -1


class Steps(NamedTuple):
    """The operations on several numbers."""

    number: Numbers
    """Which number an operation is on."""
    kind: Codes
    call: Numbers
    last: Numbers
    end: int
    """A `last` of this means that the operation may take effect at any time, or not at all."""


def place(steps: Steps, limit: int, initial: Numbers) -> tuple[int | None, Integers]:
    """Place all operations that must take effect, the numbers being at `initial` first.

    The first operation that does not fit, if any; and those that were placed, in order.
    """
    order = np.argsort(steps.number.astype(np.int64) << 32 | steps.call)
    by_last = np.argsort((steps.number.astype(np.int64) << 32 | steps.last)[order], kind="stable")
    bounds = np.searchsorted(steps.number[order], np.arange(len(initial) + 1))
    position = np.full(len(order), _NOT_PLACED, np.int64)
    turn = np.zeros(len(order), np.int64)
    given = (limit, steps.end, bounds, initial, steps.kind[order], steps.call[order], steps.last[order], by_last)
    failed = run(place_all, *given, filled=(position, turn), turns=2 * len(order))
    placed = np.flatnonzero(position != _NOT_PLACED)
    placed = order[placed[np.lexsort((turn[placed], position[placed]))]]
    return (None if failed < 0 else int(order[failed])), placed


@kernel
def next_step(waiting: Any, position: Any) -> int:
    """Take the step that returns first out of a heap; -1 where all of them were taken before."""
    while len(waiting) > 0:
        step = heapq.heappop(waiting) & 0xFFFFFFFF
        if position[step] == -1:
            return int(step)
    return -1


@kernel
def place_all(  # noqa: PLR0912 - the search loop, to be read from top to bottom
    limit: int,
    never: int,
    bounds: Any,
    initial: Any,
    kind: Any,
    call: Any,
    last: Any,
    by_last: Any,
    position: Any,
    turn: Any,
) -> int:
    """The kernel of `place`: operations are sorted by number and call, and bounds[n] is the first one on number n."""
    count = 0
    for n in range(len(initial)):
        value = initial[n]
        # Heaps of steps by return, with those among them that were taken, and who waits to see the number at an end.
        ups, downs, for_zero, for_limit = [0], [0], [0], [0]
        for waiting in (ups, downs, for_zero, for_limit):
            waiting.clear()
        called = returned = bounds[n]
        while returned < bounds[n + 1]:
            due = by_last[returned]
            if called < bounds[n + 1] and call[called] < last[due]:
                if kind[called] <= 1:
                    heapq.heappush(ups if kind[called] == 0 else downs, last[called] << 32 | called)
                elif value == (0 if kind[called] == 2 else limit):
                    position[called], turn[called] = call[called], count
                    count += 1
                else:
                    (for_zero if kind[called] == 2 else for_limit).append(called)
                called += 1
                continue
            if last[due] == never:
                break
            returned += 1
            while position[due] == -1:
                # Down to see 0, or to have room to go up; or the other way round.
                step = due
                if (kind[due] == 2 and value > 0) or (kind[due] == 0 and value == limit):
                    step = next_step(downs, position)
                elif (kind[due] == 3 and value < limit) or (kind[due] == 1 and value == 0):
                    step = next_step(ups, position)
                if step == -1:
                    return int(due)
                position[step], turn[step] = last[due], count
                count += 1
                value += 1 if kind[step] == 0 else -1
                if value in (0, limit):
                    for looker in for_zero if value == 0 else for_limit:
                        position[looker], turn[looker] = last[due], count
                        count += 1
                    (for_zero if value == 0 else for_limit).clear()
    return -1

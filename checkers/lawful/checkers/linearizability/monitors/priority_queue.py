"""Priority queues whose values are all different, in O(n log n).

A value keeps the larger ones from leaving as long as it is there, and is not affected by them. So values are considered
from the smallest up. Each is put as late and leaves as early as it can, in the first gap of its operation's interval
in which no smaller one is there: what is there for less time keeps fewer others from leaving. Operations that found
nothing come last, as if they took a value larger than all. (Lee and Mathur, Efficient decrease-and-conquer
linearizability monitoring, OOPSLA 2025, give an O(n log n) algorithm for complete histories; this one is simpler since
it goes by priority.)

A value that no completed operation took stays for ever, unless an operation with an unknown outcome took it. So a value
can leave in a gap only if at most as many smaller ones were put and left behind before as such operations were called.
Where that rule alone, one value at a time, leaves no gap to some value, there is no linearization. Otherwise the gaps
that were found demand that certain values left behind are taken by certain times. If there are enough unknown
operations by each of these times (Hall's theorem), a linearization is found; if not, other gaps might have demanded
less, and the history is left to the search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import FIRST_FREE, Columns, Integers, IntegerValues
from lawful.checkers.linearizability.monitors.compiled import run
from lawful.checkers.linearizability.monitors.gap_tree import tree_of
from lawful.checkers.linearizability.monitors.items import NO_ROW, Container, container_of, pairs_of
from lawful.checkers.linearizability.monitors.monitor import Inapplicable, TypedMonitor, Violated
from lawful.checkers.linearizability.monitors.sequential import wrong_in_priority_queue
from lawful.checkers.linearizability.monitors.smallest_first import LEFT, deadlines_of, leave_in_order
from lawful.checkers.linearizability.monitors.timeline import Timeline, timeline
from lawful.checkers.meter import Meter
from lawful.checkers.value_tables import PackedValues
from lawful.models.priority_queue import PriorityQueue
from lawful.models.wording import value_text

_TURNS_PER_ITEM = 10
_MOST_EXPLAINED = 40


@dataclass(frozen=True)
class PriorityQueueMonitor(TypedMonitor[PriorityQueue]):
    """The monitor of priority queues."""

    def require(self, columns: Columns, model: PriorityQueue) -> None:
        pairs_of(columns, "insert", model.initial_values)
        _priorities(columns, np.flatnonzero(columns.calls("insert")), model.initial_values)

    def wrong_answers(self, columns: Columns, model: PriorityQueue) -> NDArray[np.bool_]:
        return wrong_in_priority_queue(columns, model.initial_values)

    def order(self, columns: Columns, model: PriorityQueue, meter: Meter, wanted: bool) -> Integers | None:
        events = timeline(columns)
        container = container_of(columns, events, "insert", model.initial_values)
        inserts = container.items.put_row[len(model.initial_values) :]
        priorities = _priorities(columns, inserts, model.initial_values)
        # In order of priority, which from here on is the position of an item; equal ones may come in any order.
        order = np.argsort(priorities, kind="stable")
        container = container._replace(items=container.items.select(order))
        meter.look()
        leaving = _leave(columns, container, events)
        meter.look()
        leaving = _with_takers(container, events, leaving)
        return _order(container, leaving) if wanted else None


def _priorities(columns: Columns, inserts: Integers, initial_values: tuple[int, ...]) -> Integers:
    """The values of the initial items and of these rows, or other integers in the same order."""
    numbers = columns.first[inserts]
    if isinstance(columns.values, IntegerValues | PackedValues) and not initial_values:
        if (numbers < FIRST_FREE).any() or (numbers >= FIRST_FREE + columns.values.integers).any():
            raise Inapplicable("not all inserted values are integers")
        return numbers.astype(np.int64)
    values = [*initial_values, *(columns.values[number] for number in numbers.tolist())]
    if any(type(value) is not int for value in values):
        raise Inapplicable("not all inserted values are integers")
    # Integers of any size are replaced by their ranks.
    ranks = {value: rank for rank, value in enumerate(sorted(set(values)))}  # type: ignore[type-var]
    return np.array([ranks[value] for value in values], np.int64)


class Leaving(NamedTuple):
    """In which gap each item leaves, and each operation that found nothing takes effect."""

    gap: Integers
    """The end of the timeline for an item that never leaves."""
    empty_gap: Integers
    take_row: Integers
    """Who takes each item; `NO_ROW` for one that never leaves."""


def _leave(columns: Columns, container: Container, events: Timeline) -> Leaving:
    """The first gap for each value. Raises `Violated` where one finds none."""
    items = container.items
    nothing = np.full(len(container.empty), LEFT)
    # Operations that found nothing follow as items that are larger than all and never there.
    put_last = np.concatenate((items.put_last, np.full(len(nothing), events.end, np.int32)))
    first = np.concatenate((items.take_call, events.call[container.empty]))
    last = np.concatenate((np.where(items.take_row == NO_ROW, LEFT, items.take_last), events.last[container.empty]))
    called = np.bincount(events.call[container.unknown_takes], minlength=events.end + 1)
    least, added = tree_of(-np.cumsum(called, dtype=np.int32))
    gap = np.full(len(first), events.end, np.int64)
    following = np.arange(events.end + 2, dtype=np.int32)
    filled = (gap, following, least, added)
    failed = run(leave_in_order, put_last, first, last, filled=filled, turns=_TURNS_PER_ITEM * len(first))
    if failed >= 0:
        raise _blocked(columns, container, events, gap, failed)
    count = len(items.put_row)
    return Leaving(gap[:count], gap[count:], items.take_row)


def _with_takers(container: Container, events: Timeline, leaving: Leaving) -> Leaving:
    """The items that must have left for others to leave, each with the unknown operation that took it.

    Raises `Inapplicable` where these operations were called too late for that.
    """
    items = container.items
    left = items.left
    if len(left) == 0 or len(container.unknown_takes) == 0:
        return leaving
    last = np.where(items.take_row == NO_ROW, LEFT, items.take_last)
    counts = np.bincount(np.concatenate((leaving.gap[items.taken], leaving.empty_gap)), minlength=events.end + 2)
    gaps = np.arange(events.end + 2)
    following = np.where(counts > 0, gaps, np.minimum(gaps + 1, events.end + 1)).astype(np.int32)
    gap = leaving.gap.copy()
    run(deadlines_of, items.put_last, last, filled=(gap, counts, following), turns=_TURNS_PER_ITEM * len(last))
    demanded = left[gap[left] < events.end]
    demanded = demanded[np.argsort(gap[demanded], kind="stable")]
    takers = container.unknown_takes[: len(demanded)]
    if len(takers) < len(demanded) or (events.call[takers] > gap[demanded]).any():
        raise Inapplicable("which values the unknown operations took needs to be searched")
    gap[np.setdiff1d(left, demanded)] = events.end
    take_row = items.take_row.copy()
    take_row[demanded] = takers
    return Leaving(gap, leaving.empty_gap, take_row)


def _order(container: Container, leaving: Leaving) -> Integers:
    """The rows in order: in each gap, items leave by priority, then nothing is found, then items are put that stay."""
    items = container.items
    count = len(items.put_row)
    passing = items.put_last > leaving.gap
    put_gap = np.where(passing, leaving.gap, items.put_last - 1)
    stage = np.concatenate(
        (np.where(passing, 0, 2), np.zeros(count, np.int64), np.ones(len(leaving.empty_gap), np.int64))
    )
    gap = np.concatenate((put_gap, leaving.gap, leaving.empty_gap))
    item = np.concatenate((np.arange(count), np.arange(count), np.arange(len(leaving.empty_gap))))
    action = np.arange(len(gap)) >= count
    rows = np.concatenate((items.put_row, leaving.take_row, container.empty))
    ordered: Integers = rows[np.lexsort((action, item, stage, gap))]
    happened: Integers = ordered[ordered != NO_ROW]
    return happened


def _blocked(columns: Columns, container: Container, events: Timeline, gap: Integers, failed: int) -> Violated:
    """Why an item finds no gap: the smaller ones that are there all the time, and why these do not leave before."""
    items, count = container.items, len(container.items.put_row)
    if failed < count:
        row = int(items.take_row[failed])
        first, last = int(items.take_call[failed]), int(items.take_last[failed])
        text = value_text(columns.values[int(columns.result[row])])
        sentence = f"something smaller was there all the time while {text} was taken"
    else:
        row = int(container.empty[failed - count])
        first, last = int(events.call[row]), int(events.last[row])
        sentence = "something was there all the time while an operation found nothing"
    chosen = _explained(container, events, gap, failed, first, last)
    takers = container.unknown_takes[events.call[container.unknown_takes] < last].tolist()
    needs_takers = bool((items.take_row[chosen] == NO_ROW).any())
    if failed < count:
        chosen = [*chosen, failed]
    rows = np.concatenate((items.put_row[chosen], items.take_row[chosen]))
    return Violated([row, *(takers if needs_takers else []), *rows[rows != NO_ROW].tolist()], sentence)


def _explained(container: Container, events: Timeline, gap: Integers, failed: int, first: int, last: int) -> list[int]:
    """The items that leave no gap from `first` to before `last` to item `failed`, and those that keep them there."""
    items = container.items
    count = len(items.put_row)
    calls = events.call[container.unknown_takes]
    left = items.left[np.argsort(items.put_last[items.left], kind="stable")]
    leaves = np.where(items.take_row == NO_ROW, LEFT, gap[:count])
    chosen: set[int] = set()
    waiting = [(failed, first, last)]
    while waiting and len(chosen) < _MOST_EXPLAINED:
        item, begin, end = waiting.pop()
        there = np.flatnonzero((items.put_last[:item] <= begin) & (leaves[:item] > begin))
        if begin < end and len(there):
            keeper = int(there[leaves[there].argmax()])
            waiting.append((item, int(leaves[keeper]), end))
            if keeper not in chosen:
                chosen.add(keeper)
                waiting.append((keeper, int(items.take_call[keeper]), int(leaves[keeper])))
        elif begin < end:
            # More values were left behind than unknown operations can have taken: as many, and one more. They are in
            # the way until the next one of these operations is called.
            called = np.count_nonzero(calls <= begin)
            behind = left[(left < item) & (items.put_last[left] <= begin)]
            chosen.update(behind[: called + 1].tolist())
            waiting.append((item, int(calls[called]) if called < len(calls) else end, end))
    # Where they are too many to name, all that are smaller.
    return np.flatnonzero(items.put_last[:failed] < last).tolist() if waiting else sorted(chosen)


PRIORITY_QUEUE = PriorityQueueMonitor("priority queue monitor", PriorityQueue, {"insert": ("value",), "delete_min": ()})

"""Counters to which one amount is added again and again, in O(n log n).

In units of that amount, the counter takes the values 0, 1, 2, … one after the other, each addition being the *step* to
the next. A read, or an addition that answers the new value, tells where it is in this sequence. An addition without an
answer can be any step after those of the operations that precede it and before those of the ones that follow. Such
additions are alike, so it is enough to give each step to the one among those that can be it that must come first. This
finds a step for each addition and an addition for each step that was seen, if that is possible (Glover, Maximum
matching in a convex bipartite graph, 1967). Additions with an unknown outcome can be any later step, or none.

Where several amounts are added, which of them a value is the sum of is a knapsack problem. Then only values beyond all
sums that are possible by their time are found to be wrong, and the rest is left to the search.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import NULL, OK, Columns, Integers
from lawful.checkers.linearizability.monitors.compiled import kernel, run
from lawful.checkers.linearizability.monitors.monitor import Inapplicable, TypedMonitor, Violated
from lawful.checkers.linearizability.monitors.sequential import wrong_in_counter
from lawful.checkers.linearizability.monitors.timeline import Timeline, timeline
from lawful.checkers.meter import Meter
from lawful.models.counter import Counter

_NEVER = np.iinfo(np.int64).max
_LARGEST = 1 << 40


@dataclass(frozen=True)
class CounterMonitor(TypedMonitor[Counter]):
    """The monitor of counters."""

    def impossible_answers(self, columns: Columns) -> NDArray[np.bool_]:
        ok = columns.outcome == OK
        is_add = columns.calls("add")
        wrong: NDArray[np.bool_] = ok & is_add & (columns.result != NULL)
        told = np.flatnonzero(ok & ~is_add)
        wrong[told] = [type(columns.values[number]) is not int for number in columns.result[told].tolist()]
        return wrong

    def require(self, columns: Columns, model: Counter) -> None:
        _unit(_amounts(columns))

    def wrong_answers(self, columns: Columns, model: Counter) -> NDArray[np.bool_]:
        return wrong_in_counter(columns, _amounts(columns), _seen(columns, model))

    def order(self, columns: Columns, model: Counter, meter: Meter, wanted: bool) -> Integers | None:
        events = timeline(columns)
        amounts = _amounts(columns)
        seen = _seen(columns, model)
        _require_in_reach(columns, events, amounts, seen)
        unit = _unit(amounts)
        meter.look()
        ladder = _ladder(columns, amounts, seen, unit)
        _require_same_order(columns, events, ladder)
        return _order(columns, events, ladder)


def _integers(columns: Columns, numbers: Integers) -> Integers:
    """The integers with these numbers; raises `Inapplicable` for other values and for very large ones."""
    values = [columns.values[number] for number in numbers.tolist()]
    if not all(type(value) is int and abs(value) < _LARGEST for value in values):
        raise Inapplicable("not all amounts and values are integers of a moderate size")
    return np.array(values, np.int64)


def _amounts(columns: Columns) -> Integers:
    """Per row, what it adds; 0 for a read."""
    amounts = np.zeros(len(columns), np.int64)
    adds = np.flatnonzero(~columns.calls("read"))
    amounts[adds] = _integers(columns, columns.first[adds].astype(np.int64))
    return amounts


def _seen(columns: Columns, model: Counter) -> Integers:
    """Per row, by how much the counter was above its initial value afterwards; `_NEVER` where that was not told."""
    told = np.flatnonzero((columns.outcome == OK) & ~columns.calls("add"))
    seen = np.full(len(columns), _NEVER)
    seen[told] = _integers(columns, columns.result[told].astype(np.int64)) - model.initial_value
    return seen


def _unit(amounts: Integers) -> int:
    """The one amount that is added."""
    different = np.unique(amounts[amounts != 0])
    if len(different) > 1:
        raise Inapplicable(f"several amounts are added, such as {different[0]} and {different[1]}")
    return int(different[0]) if len(different) else 1


def _require_in_reach(columns: Columns, events: Timeline, amounts: Integers, seen: Integers) -> None:
    """Raise `Violated` where a value is beyond all sums of the additions that can have come before."""
    told = np.flatnonzero(seen != _NEVER)
    by_call, by_last = np.argsort(events.call), np.argsort(events.last, kind="stable")
    called = np.searchsorted(events.call[by_call], events.last[told])
    returned = np.searchsorted(events.last[by_last], events.call[told])

    def total(order: Integers, counts: Integers, chosen: Integers) -> Integers:
        sums: Integers = np.append(0, np.cumsum(chosen[order]))[counts]
        return sums

    # What had returned is in the sum; of the rest that was called, the additions of one sign may be.
    up, down = np.maximum(amounts, 0), np.minimum(amounts, 0)
    most = total(by_call, called, up) + total(by_last, returned, down)
    least = total(by_call, called, down) + total(by_last, returned, up)
    wrong = (seen[told] > most) | (seen[told] < least)
    if wrong.any():
        row = int(told[wrong.argmax()])
        earlier = np.flatnonzero((amounts != 0) & (events.call < events.last[row]))
        sentence = "no sum of the additions that were called before the answer comes to this value"
        raise Violated([*earlier.tolist(), row], sentence)


class Ladder(NamedTuple):
    """The operations by what is known of their steps."""

    told: Integers
    """The rows that tell the value after them."""
    value: Integers
    """That value, in steps."""
    is_step: NDArray[np.bool_]
    """Whether the row is itself the step to that value."""
    additions: Integers
    """The rows of the other additions."""


def _ladder(columns: Columns, amounts: Integers, seen: Integers, unit: int) -> Ladder:
    told = np.flatnonzero(seen != _NEVER)
    value, is_step = seen[told] // unit, amounts[told] != 0
    wrong = (seen[told] % unit != 0) | (is_step & (value == 0))
    if wrong.any():
        raise Violated([int(told[wrong.argmax()])], f"this is no sum of additions of {unit}")
    if (~columns.calls("read") & (amounts == 0) & (seen == _NEVER)).any():
        raise Inapplicable("0 is added, which does not show")
    return Ladder(told, value, is_step, np.flatnonzero((amounts != 0) & (seen == _NEVER)))


def _require_same_order(columns: Columns, events: Timeline, ladder: Ladder) -> None:
    """Raise `Violated` where values were told in another order than they come in, or one step was made twice."""
    place = 2 * ladder.value + ~ladder.is_step
    order = np.argsort(place, kind="stable")
    place, rows = place[order], ladder.told[order]
    # The latest call among the lower places stands just before the first one of this place.
    begin = np.searchsorted(place, place)
    latest = np.append(-1, np.maximum.accumulate(events.call[rows]))
    late = events.last[rows] < latest[begin]
    if late.any():
        early = rows[: begin[late.argmax()]]
        pair = [int(rows[late.argmax()]), int(early[events.call[early].argmax()])]
        raise Violated(pair, "the counter went back", others_matter=True)
    twice = (place[1:] == place[:-1]) & (place[1:] % 2 == 0)
    if twice.any():
        at = int(twice.argmax())
        raise Violated(rows[at : at + 2].tolist(), "two additions made the same step", others_matter=True)


@kernel
def give_steps(free: Any, first: Any, last: Any, urgency: Any, by_first: Any, by_urgency: Any, step: Any) -> int:
    """Give each free step, in order, to the most urgent addition that can be it; -1, or the first that fails.

    Addition i can be the steps from first[i] to last[i]. Where the most urgent one cannot be this step any more, or
    there is none, it fails.
    """
    waiting = [0]
    waiting.clear()
    opened = 0
    for at in range(len(free)):
        while opened < len(by_first) and first[by_first[opened]] <= free[at]:
            heapq.heappush(waiting, urgency[by_first[opened]])
            opened += 1
        if len(waiting) == 0:
            return at
        addition = by_urgency[heapq.heappop(waiting)]
        if last[addition] < free[at]:
            return at
        step[addition] = free[at]
    return -1


def _order(columns: Columns, events: Timeline, ladder: Ladder) -> Integers:
    """The rows in order. Raises `Violated` where the additions cannot be the steps that were seen."""
    told, value, additions = ladder.told, ladder.value, ladder.additions
    by_last, by_call = np.argsort(events.last[told]), np.argsort(events.call[told])
    before = np.append(0, np.maximum.accumulate(value[by_last]))
    first = before[np.searchsorted(events.last[told][by_last], events.call[additions])] + 1
    after = np.append(np.minimum.accumulate(value[by_call][::-1])[::-1], _NEVER)
    last = after[np.searchsorted(events.call[told][by_call], events.last[additions])]
    highest = int(value.max(initial=0))
    free = np.setdiff1d(np.arange(1, highest + 1), value[ladder.is_step])
    by_urgency = np.lexsort((events.last[additions], last))
    urgency = np.empty(len(additions), np.int64)
    urgency[by_urgency] = np.arange(len(additions))
    step = np.zeros(len(additions), np.int64)
    given = (free, first, last, urgency, np.argsort(first, kind="stable"), by_urgency)
    failed = run(give_steps, *given, filled=(step,), turns=2 * len(additions))
    without = np.flatnonzero((step == 0) & (last != _NEVER))
    if failed >= 0 or len(without):
        raise _misfit(columns, events, ladder, (first, last, step), int(free[failed]) if failed >= 0 else highest + 1)
    happened = (step > 0) | (columns.outcome[additions] == OK)
    place = np.concatenate((2 * value + ~ladder.is_step, np.where(step > 0, 2 * step, 2 * highest + 2)[happened]))
    rows = np.concatenate((told, additions[happened]))
    ordered: Integers = rows[np.lexsort((events.call[rows], place))]
    return ordered


def _misfit(
    columns: Columns, events: Timeline, ladder: Ladder, given: tuple[Integers, Integers, Integers], failed: int
) -> Violated:
    """Why step `failed` cannot be given, or an addition cannot be any step: too few additions, or too many."""
    first, last, step = given
    missed = np.flatnonzero((step == 0) & (last < failed) & (first <= failed))
    if len(missed) == 0:
        possible = ladder.additions[first <= failed]
        beyond = np.flatnonzero(ladder.value >= failed)
        told = ladder.told[beyond[events.last[ladder.told[beyond]].argmin()]]
        return Violated([int(told), *possible.tolist()], "there were fewer additions by then than were seen")
    latest = int(last[missed].min())
    # Back to the step that went to an addition which could have waited longer.
    waited = step[(step > 0) & (last > latest)]
    begin = int(waited[waited < failed].max(initial=0)) + 1
    crowd = ladder.additions[(first >= begin) & (last <= latest)]
    steps = ladder.told[ladder.is_step & (ladder.value >= begin) & (ladder.value <= latest)]
    bound = np.flatnonzero(ladder.value <= latest)
    upper = ladder.told[bound[events.call[ladder.told[bound]].argmax()]]
    rows = [int(upper), *crowd.tolist(), *steps.tolist()]
    return Violated(rows, "more additions were made meanwhile than the values told", others_matter=True)


COUNTER = CounterMonitor("counter monitor", Counter, {"read": (), "add": ("delta",), "add_and_get": ("delta",)})

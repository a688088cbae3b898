"""Values that are put into a container once and taken out at most once, each as one item with two intervals.

Queues, stacks and priority queues differ in which item may be taken, and share all else. A value that was taken must
have been put once, so that it is known which put it was; values that nobody took may repeat. What is there at the
beginning was put before all events.

Unknown puts are exact: one whose value nobody took is left out, which restricts nothing; one whose value was taken did
happen. Unknown takes are kept apart. Each of them took at most one item that nobody else did, at some time after its
call, and which one, if any, is for the monitor of the data type to find out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lawful.checkers.columns import NULL, OK, UNKNOWN, Columns, Integers, Numbers
from lawful.checkers.linearizability.monitors.monitor import Inapplicable, Violated
from lawful.checkers.linearizability.monitors.timeline import Timeline
from lawful.models.values import Json
from lawful.models.wording import value_text

NO_ROW = -1


class Items(NamedTuple):
    """One entry per item. Positions are those of the timeline; what is there at the beginning was put before 0."""

    put_row: Integers
    """`NO_ROW` for what is there at the beginning."""
    take_row: Integers
    """`NO_ROW` where no completed operation took it."""
    put_call: Numbers
    put_last: Numbers
    """The last position at which it may have been put."""
    take_call: Numbers
    """The first position at which it may have been taken; the end of the timeline where it was not."""
    take_last: Numbers

    def select(self, chosen: Integers) -> Items:
        """Some of the items, in the order given."""
        put_row, take_row, put_call, put_last, take_call, take_last = self
        return Items(
            put_row[chosen], take_row[chosen], put_call[chosen], put_last[chosen], take_call[chosen], take_last[chosen]
        )

    @property
    def taken(self) -> Integers:
        """The items that completed operations took."""
        return np.flatnonzero(self.take_row != NO_ROW)

    @property
    def left(self) -> Integers:
        """The others: still there at the end, or taken by operations with unknown outcomes."""
        return np.flatnonzero(self.take_row == NO_ROW)


class Container(NamedTuple):
    """What happened to a container."""

    items: Items
    empty: Integers
    """The rows of completed takes that found nothing."""
    unknown_takes: Integers
    """The rows of takes with unknown outcomes, in order of their calls."""


class Pairs(NamedTuple):
    """Which put each take took from."""

    puts: Integers
    """The rows of the puts that happened."""
    takes: Integers
    """The rows of completed takes that took something."""
    source: Integers
    """Per take, its position among `initial values, puts`."""


def initial_numbers(columns: Columns, initial_values: tuple[Json, ...]) -> Integers:
    """The numbers of initial values; one more than there are stands for all those that nobody mentions."""
    numbers = (columns.values.number_of(value) for value in initial_values)
    return np.array([len(columns.values) if number is None else number for number in numbers], np.int64)


def pairs_of(columns: Columns, put: str, initial_values: tuple[Json, ...]) -> Pairs:
    """Raises `Inapplicable` where it is ambiguous which put a take took from, and `Violated` where there is none."""
    is_put = columns.calls(put)
    all_puts = np.flatnonzero(is_put)
    if (columns.first[all_puts] == NULL).any() or any(value is None for value in initial_values):
        raise Inapplicable("null is put into the container, and to take null means that there is nothing")
    takes = np.flatnonzero(~is_put & (columns.outcome == OK) & (columns.result != NULL))
    initial, spare = initial_numbers(columns, initial_values), len(columns.values)
    put_values = np.concatenate((initial, columns.first[all_puts]))
    times_put = np.bincount(put_values, minlength=spare + 1)
    times_taken = np.bincount(columns.result[takes], minlength=spare + 1)
    ambiguous = np.flatnonzero((times_taken > 0) & (times_put > 1))
    if len(ambiguous):
        value = int(ambiguous[0])
        raise Inapplicable(f"the value {value_text(columns.values[value])} is put {times_put[value]} times, and taken")
    wrong = np.flatnonzero(times_taken > times_put)
    if len(wrong):
        raise _taken_too_often(columns, int(wrong[0]), int(times_put[wrong[0]]), all_puts, takes)
    happened = (columns.outcome[all_puts] == OK) | (times_taken[columns.first[all_puts]] > 0)
    puts = all_puts[happened]
    position = np.zeros(spare + 1, np.int64)
    position[np.concatenate((initial, columns.first[puts]))] = np.arange(len(initial) + len(puts))
    return Pairs(puts, takes, position[columns.result[takes]])


def _taken_too_often(columns: Columns, value: int, times_put: int, puts: Integers, takes: Integers) -> Violated:
    text = value_text(columns.values[value])
    mine = takes[columns.result[takes] == value].tolist()
    if times_put == 0:
        return Violated(mine[:1], f"nobody put {text}")
    return Violated([*puts[columns.first[puts] == value].tolist(), *mine[:2]], f"{text} was put once and taken twice")


def container_of(columns: Columns, events: Timeline, put: str, initial_values: tuple[Json, ...]) -> Container:
    """The items of a history. Raises as `pairs_of` does, and `Violated` where an item was taken before it was put."""
    puts, takes, source = pairs_of(columns, put, initial_values)
    first = len(initial_values)
    put_row = np.concatenate((np.full(first, NO_ROW), puts))
    take_row = np.full(len(put_row), NO_ROW)
    take_row[source] = takes
    before = np.arange(-first, 0, dtype=np.int32)
    put_call = np.concatenate((before, events.call[puts]))
    put_last = np.concatenate((before, events.last[puts]))
    take_call = np.full(len(put_row), events.end, np.int32)
    take_call[source] = events.call[takes]
    take_last = np.full(len(put_row), events.end, np.int32)
    take_last[source] = events.last[takes]
    early = take_last < put_call
    if early.any():
        at = int(early.argmax())
        text = value_text(columns.values[int(columns.result[take_row[at]])])
        raise Violated([int(put_row[at]), int(take_row[at])], f"{text} was taken before it was put")
    items = Items(put_row, take_row, put_call, put_last, np.maximum(take_call, put_call), take_last)
    is_take = ~columns.calls(put)
    empty = np.flatnonzero(is_take & (columns.outcome == OK) & (columns.result == NULL))
    unknown_takes = np.flatnonzero(is_take & (columns.outcome == UNKNOWN))
    return Container(items, empty, unknown_takes[np.argsort(events.call[unknown_takes], kind="stable")])

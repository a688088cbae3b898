"""Atomic objects run on columns: which operations, taken in a given order, answer what the object would not?

A linearization is only worth something if running it gives the answers that clients saw. The model says so, one Python
call after another, in microseconds; here whole columns are compared at once, in nanoseconds an operation. The monitors
that find the order share no more than columns with it, so a mistake of theirs does not repeat itself here.

The rows that are given are in the order in which they take effect, all of them do so, and what was answered matters
only where the outcome is ok.
"""

from __future__ import annotations

import heapq
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import FALSE, NULL, OK, TRUE, Columns, Integers, IntegerValues
from lawful.checkers.linearizability.monitors.compiled import kernel, run
from lawful.checkers.linearizability.monitors.items import initial_numbers
from lawful.checkers.value_tables import PackedValues
from lawful.models.values import Json

Mask: TypeAlias = NDArray[np.bool_]

_NOTHING = -1
_TAKE, _LOOK = -1, -2


def wrong_in_register(columns: Columns, initial: int) -> Mask:
    """For a register, with or without compare-and-set, that holds the value numbered `initial` first."""
    known, reads, writes = columns.outcome == OK, columns.calls("read"), columns.calls("write")
    is_cas = ~(reads | writes)
    applied = is_cas & (~known | (columns.result == TRUE))
    changes = writes | applied
    there = _latest(np.where(writes, columns.first, columns.second), changes, initial)
    wrong: Mask = np.where(reads, columns.result != there, columns.first != there) & ~writes
    refused = is_cas & known & (columns.result == FALSE)
    wrong[refused] = columns.first[refused] == there[refused]
    wrong &= known | applied
    wrong |= _other_answers(columns, silent=writes, boolean=is_cas)
    return wrong


def _other_answers(columns: Columns, silent: Mask | bool = False, boolean: Mask | bool = False) -> Mask:
    """Answers that are not null where they have to be, or neither true nor false."""
    answers = columns.result
    wrong: Mask = (answers != NULL) & silent
    wrong |= (answers != TRUE) & (answers != FALSE) & boolean
    wrong &= columns.outcome == OK
    return wrong


def _latest(written: NDArray[Any], changes: Mask, initial: int) -> Integers:
    """Per row, what was written last before it."""
    places = np.where(changes, np.arange(len(changes)), _NOTHING)
    before = np.append(_NOTHING, np.maximum.accumulate(places)[:-1]) if len(places) else places
    there: Integers = np.where(before == _NOTHING, initial, written[before])
    return there


def _sizes(columns: Columns, put: str, initial: int) -> tuple[Mask, Mask, Integers]:
    """Which rows put something and which take it, and how much is there before each row."""
    puts = columns.calls(put)
    takes = ~puts & ((columns.outcome != OK) | (columns.result != NULL))
    change = puts.astype(np.int64) - takes
    return puts, takes, np.cumsum(change) - change + initial


def _wrong_sizes(columns: Columns, puts: Mask, takes: Mask, sizes: Integers) -> Mask:
    """Where something is taken from nothing, or nothing is found where something is."""
    empty = sizes == 0
    wrong: Mask = np.where(takes, empty, ~puts & ~empty)
    return wrong | _other_answers(columns, silent=puts)


def wrong_in_queue(columns: Columns, initial_values: tuple[Json, ...]) -> Mask:
    """For a FIFO queue that begins with these values."""
    initial = initial_numbers(columns, initial_values)
    puts, takes, sizes = _sizes(columns, "enqueue", len(initial))
    wrong = _wrong_sizes(columns, puts, takes, sizes)
    values = np.concatenate((initial, columns.first[puts]))
    rows = np.flatnonzero(takes)
    told = columns.outcome[rows] == OK
    if len(rows) > len(values):
        wrong[rows[len(values) :]] = True
        rows, told = rows[: len(values)], told[: len(values)]
    wrong[rows] |= told & (columns.result[rows] != values[: len(rows)])
    return wrong


def wrong_in_stack(columns: Columns, initial_values: tuple[Json, ...]) -> Mask:
    """For a stack that begins with these values, the last one on top."""
    initial = initial_numbers(columns, initial_values)
    puts, takes, sizes = _sizes(columns, "push", len(initial))
    wrong = _wrong_sizes(columns, puts, takes, sizes)
    # Where all sizes are right, what is taken at some height is what was put there just before.
    rows = np.flatnonzero(puts | takes)
    height = np.concatenate((np.arange(len(initial)), np.where(puts, sizes, sizes - 1)[rows]))
    value = np.concatenate((initial, columns.first[rows]))
    by_height = np.argsort(height, kind="stable")
    ordered = np.append(np.full(len(initial), _NOTHING), rows)[by_height]
    expected = np.append(_NOTHING, value[by_height][:-1])
    pops = np.flatnonzero(ordered >= 0)
    pops = pops[takes[ordered[pops]]]
    popped = ordered[pops]
    wrong[popped] |= (columns.outcome[popped] == OK) & (columns.result[popped] != expected[pops])
    return wrong


def wrong_in_set(columns: Columns, initial_values: tuple[Json, ...]) -> Mask:
    """For a set that begins with these values."""
    initial = np.zeros(len(columns.values) + 1, np.bool_)
    initial[initial_numbers(columns, initial_values)] = True
    known = columns.outcome == OK
    inserts, removes = columns.calls("insert"), columns.calls("remove")
    order = np.argsort(columns.first, kind="stable")
    value = columns.first[order]
    change = (inserts | removes)[order]
    begins = np.append(True, value[1:] != value[:-1])[: len(value)]
    # Blocks of one value each: the first row of a block has nothing before it but what was there first.
    places = np.where(change, np.arange(len(order)), _NOTHING)
    before = np.append(_NOTHING, np.maximum.accumulate(places)[:-1])[: len(order)]
    first_of_block = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    there = np.where(before >= first_of_block, inserts[order][before], initial[value])
    told = np.where(inserts[order], ~there, there)
    wrong = np.zeros(len(columns), np.bool_)
    wrong[order] = known[order] & (columns.result[order] != np.where(told, TRUE, FALSE))
    return wrong


def wrong_in_semaphore(columns: Columns, permits: int) -> Mask:
    """For a semaphore; operations with an unknown outcome are granted."""
    acquires, known = columns.calls("acquire"), columns.outcome == OK
    granted = ~known | (columns.result == TRUE)
    change = np.where(granted, np.where(acquires, -1, 1), 0)
    free: Integers = np.cumsum(change) - change + permits
    wrong = _other_answers(columns, boolean=True)
    wrong |= granted != np.where(acquires, free > 0, free < permits)
    return wrong


def wrong_in_counter(columns: Columns, amounts: Integers, told: Integers) -> Mask:
    """For a counter; `amounts` is what each row adds, `told` by how much the counter was above its first value after
    it, as far as the row tells: those that tell nothing are overlooked."""
    wrong: Mask = (columns.outcome == OK) & ~columns.calls("add")
    wrong &= np.cumsum(amounts) != told
    return wrong | _other_answers(columns, silent=columns.calls("add"))


def wrong_in_priority_queue(columns: Columns, initial_values: tuple[int, ...]) -> Mask:
    """For a priority queue that begins with these integers."""
    puts, takes, sizes = _sizes(columns, "insert", len(initial_values))
    wrong = _wrong_sizes(columns, puts, takes, sizes)
    rank_of, initial = _ranks(columns, puts, initial_values)
    told = takes & (columns.outcome == OK)
    action = np.where(puts, rank_of[columns.first], np.where(takes, _TAKE, _LOOK))
    smallest = np.full(len(columns), _NOTHING, np.int64)
    run(smallest_taken, initial, action, filled=(smallest,), turns=10 * len(columns))
    wrong[told] |= rank_of[columns.result[told]] != smallest[told]
    return wrong


def _ranks(columns: Columns, puts: Mask, initial_values: tuple[int, ...]) -> tuple[Integers, Integers]:
    """By the number of a value, its rank among the integers that are put; and the ranks of the initial ones."""
    table = columns.values
    if isinstance(table, IntegerValues | PackedValues) and not initial_values:
        return np.arange(len(table)), np.zeros(0, np.int64)
    values: dict[int, Any] = {number: table[number] for number in np.unique(columns.first[puts]).tolist()}
    rank = {value: place for place, value in enumerate(sorted({*values.values(), *initial_values}))}
    # What was neither put nor there first has a rank that nothing has.
    rank_of = np.full(len(table), len(rank), np.int64)
    for number, value in values.items():
        rank_of[number] = rank[value]
    for value in initial_values:
        known = table.number_of(value)
        if known is not None:
            rank_of[known] = rank[value]
    return rank_of, np.array([rank[value] for value in initial_values], np.int64)


@kernel
def smallest_taken(initial: Any, action: Any, smallest: Any) -> int:
    """Insert action[i] where it is not negative; where it is `_TAKE`, take the smallest, into smallest[i]."""
    held = [0]
    held.clear()
    for rank in initial:
        heapq.heappush(held, rank)
    for i in range(len(action)):
        if action[i] >= 0:
            heapq.heappush(held, action[i])
        elif action[i] == -1 and len(held) > 0:
            smallest[i] = heapq.heappop(held)
    return 0

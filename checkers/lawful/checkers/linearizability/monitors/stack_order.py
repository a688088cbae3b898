"""An order in which the operations on a stack may have taken effect, once each value has found its place."""

from __future__ import annotations

import numpy as np

from lawful.checkers.columns import Integers
from lawful.checkers.linearizability.monitors.items import NO_ROW, Container, Items
from lawful.checkers.linearizability.monitors.nest import Cells, covered
from lawful.checkers.linearizability.monitors.nesting import Nest
from lawful.checkers.linearizability.monitors.timeline import Timeline

POP, BETWEEN, PUSH = 0, 1, 2
"""In which order things happen in one gap; values that come and go at one instant do so in between."""


def stack_order(container: Container, events: Timeline, cells: Cells, nest: Nest) -> Integers:
    """The rows in order."""
    items = _with_takers(container, cells, nest)
    bounds = np.append(cells.bounds, events.end)
    push_cell, pop_cell = _cells_of_values(cells, nest)
    # A value that was settled later lies above: it is pushed after and popped before.
    staying = np.flatnonzero(nest.begin < nest.end)
    values, settled_at = cells.values[staying], nest.settled_at[staying]
    passing = np.setdiff1d(np.arange(len(items.put_row)), values)
    # They come and go at once: those that never stay for certain, and those that leave before they would.
    instant = np.minimum(np.maximum(items.put_call, items.take_call), items.put_last - 1)[passing]
    empty_gap = _empty_gaps(container, events, cells, nest)
    parts = (
        (items.put_row[values], bounds[push_cell[staying]] - 1, PUSH, settled_at),
        (items.take_row[values], bounds[pop_cell[staying] - 1], POP, -settled_at),
        (items.put_row[passing], instant, BETWEEN, passing * 2),
        (items.take_row[passing], instant, BETWEEN, passing * 2 + 1),
        (container.empty, empty_gap, BETWEEN, np.full(len(empty_gap), -1)),
    )
    rows: Integers = np.concatenate([row for row, _, _, _ in parts])
    gap = np.concatenate([gap for _, gap, _, _ in parts])
    stage = np.repeat([stage for _, _, stage, _ in parts], [len(row) for row, _, _, _ in parts])
    place = np.concatenate([place for _, _, _, place in parts])
    ordered = rows[np.lexsort((place, stage, gap))]
    happened: Integers = ordered[ordered != NO_ROW]
    return happened


def _with_takers(container: Container, cells: Cells, nest: Nest) -> Items:
    """The items, those that were let go popped by unknown pops: the one that goes first by the one called first."""
    items = container.items
    gone = np.flatnonzero((items.take_row[cells.values] == NO_ROW) & (nest.end < cells.total))
    gone = gone[np.argsort(nest.end[gone], kind="stable")]
    takers = container.unknown_takes[: len(gone)]
    take_row = items.take_row.copy()
    take_row[cells.values[gone]] = takers
    return items._replace(take_row=take_row)


def _cells_of_values(cells: Cells, nest: Nest) -> tuple[Integers, Integers]:
    """The nearest cells before and after each value that were uncovered when it was settled."""
    push_cell, pop_cell = cells.begin - 1, nest.end.astype(np.int64)
    uncovered_at = nest.uncovered_at.tolist()
    # Backwards in time, the uncovered cells become fewer, and it takes two links per cell to skip the others.
    before, after = list(range(cells.total)), list(range(cells.total + 1))
    by_time = np.argsort(-nest.uncovered_at, kind="stable").tolist()
    passed = 0
    for value in np.argsort(-nest.settled_at, kind="stable").tolist():
        while passed < cells.total and uncovered_at[by_time[passed]] > nest.settled_at[value]:
            cell = by_time[passed]
            before[cell], after[cell] = cell - 1, cell + 1
            passed += 1
        push_cell[value] = _followed(before, int(push_cell[value]))
        pop_cell[value] = _followed(after, int(pop_cell[value]))
    return push_cell, pop_cell


def _followed(links: list[int], cell: int) -> int:
    """Where the links lead to from a cell; they are shortened on the way."""
    end = cell
    while links[end] != end:
        end = links[end]
    while links[cell] != end:
        links[cell], cell = end, links[cell]
    return end


def _empty_gaps(container: Container, events: Timeline, cells: Cells, nest: Nest) -> Integers:
    """A gap for each operation that found nothing."""
    free = np.flatnonzero(covered(cells, np.arange(len(cells.values)), nest.end) == 0)
    first = events.call[container.empty]
    chosen = free[np.searchsorted(free, cells.of(first))]
    begins: Integers = np.append(-1, cells.bounds)[chosen]
    return np.maximum(first, begins)

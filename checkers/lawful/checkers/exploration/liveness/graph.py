"""The states within the bounds and the steps between them, all kept: what happens forever is a cycle of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.behaviour import Move, follow
from lawful.checkers.exploration.fingerprints import FingerprintSet
from lawful.checkers.exploration.frontier import expand, fingerprints, rows_after
from lawful.checkers.exploration.liveness.counted import Counted
from lawful.checkers.exploration.step_table import NOTHING, StepTable
from lawful.checkers.meter import Meter
from lawful.models.liveness import States

Ints = NDArray[Any]
Flags = NDArray[np.bool_]
_OUTSIDE = "the search would begin outside of the bounds of the model"
_PIECE = 1 << 14
"""States that are advanced at once, as in the search."""


@dataclass(frozen=True)
class Graph:
    """States are numbered as a breadth-first search meets them; steps are ordered by their source."""

    table: StepTable
    rows: Ints
    """By state: the numbers of the servers' states, then of the messages in flight."""
    depth: Ints
    """By state, how many steps lead to it at least."""
    parent: Ints
    """By state, the step by which it was reached first; -1 for the first state."""
    source: Ints
    target: Ints
    entry: Ints
    """By step, its number in the table."""
    rises: Flags
    """By step, whether numbers were brought down after it: what is counted has risen."""
    first: Ints
    """By state, its first step; one more at the end."""

    def __len__(self) -> int:
        return len(self.rows)

    def servers(self) -> Ints:
        """By state, the numbers of the servers' states."""
        return self.rows[:, : self.table.model.servers]

    def where(self, holds: Callable[[States], bool]) -> Flags:
        """By state, whether a predicate over the servers' states holds; asked once for each that occurs."""
        different, which = np.unique(self.servers(), axis=0, return_inverse=True)
        values = self.table.states.values
        answers = [holds(tuple(values[number] for number in row)) for row in different.tolist()]
        found: Flags = np.array(answers, np.bool_)[which.ravel()]
        return found

    def way(self, state: int) -> list[int]:
        """The steps of a shortest way from the first state."""
        steps = []
        while (step := int(self.parent[state])) >= 0:
            steps.append(step)
            state = int(self.source[step])
        return steps[::-1]

    def moves(self, steps: Sequence[int]) -> tuple[Move, ...]:
        """Steps as the model writes them."""
        return tuple(self.table.move(int(self.entry[step])) for step in steps)


def graph_of(table: StepTable, after: Sequence[Move], meter: Meter, counted: Counted | None = None) -> Graph:
    """All states that can be reached from the end of a behaviour. Raises `BudgetExhausted`."""
    level = _first(table, after, counted)
    seen = FingerprintSet()
    marks = [fingerprints(table, level)[:, 0]]
    seen.add(marks[0])
    rows, depths = [level], [np.zeros(1, np.int32)]
    edges: list[tuple[Ints, ...]] = []
    total = 1
    while len(level):
        number, following = total - len(level), []
        for begin in range(0, len(level), _PIECE):
            meter.look()
            piece = level[begin : begin + _PIECE]
            found = expand(table, piece)
            reached = rows_after(table, piece, found.steps)
            lowered = reached if counted is None else counted.lowered(reached)
            after_marks = fingerprints(table, lowered)[:, 0]
            rises = (lowered != reached).any(axis=1)
            edges.append((found.steps.parent + (number + begin), after_marks, found.steps.entry, rises))
            unseen = seen.missing(after_marks)
            new, place = np.unique(after_marks[unseen], return_index=True)
            seen.add(new)
            kept = np.sort(unseen[place])
            marks.append(after_marks[kept])
            following.append(lowered[kept])
        level = np.concatenate(following)
        rows.append(level)
        depths.append(np.full(len(level), len(depths), np.int32))
        total += len(level)
    return _joined(table, np.concatenate(rows), np.concatenate(depths), np.concatenate(marks), edges)


def _first(table: StepTable, after: Sequence[Move], counted: Counted | None) -> Ints:
    """The row that the graph begins with."""
    model = table.model
    table.initial()
    last = follow(model, after)[-1]
    messages = sorted(table.messages.number(message) for message in last.in_flight)
    free = [NOTHING] * (model.in_flight - len(messages))
    if len(messages) > model.in_flight:
        raise ValueError(_OUTSIDE)
    row = np.array([[*map(table.states.number, last.states), *free, *messages]], np.int32)
    row = row if counted is None else counted.lowered(row)
    if not all(model.is_within(table.states.values[state]) for state in row[0, : model.servers].tolist()):
        raise ValueError(_OUTSIDE)
    return row


def _joined(table: StepTable, rows: Ints, depth: Ints, marks: Ints, edges: list[tuple[Ints, ...]]) -> Graph:
    source, after, entry, rises = (np.concatenate(column) for column in zip(*edges, strict=True))
    order = np.argsort(marks)
    target = order[np.searchsorted(marks[order], after)]
    by_source = np.argsort(source, kind="stable")
    source, target, entry, rises = source[by_source], target[by_source], entry[by_source], rises[by_source]
    parent = np.full(len(rows), -1)
    # Of the steps to a state the first one comes from the state that was met first.
    parent[target[::-1]] = np.arange(len(target))[::-1]
    parent[0] = -1
    first = np.searchsorted(source, np.arange(len(rows) + 1))
    return Graph(table, rows, depth, parent, source, target, entry, rises, first)

"""What a piece of a level leads to: everything about it that can be found out apart from the other pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.fingerprints import Fingerprints
from lawful.checkers.exploration.frontier import (
    Expansion,
    Steps,
    fingerprints,
    fingerprints_after,
    orbit_sizes,
    rows_after,
)
from lawful.checkers.exploration.seen import Seen
from lawful.checkers.exploration.step_table import StepTable

Ints = NDArray[Any]
PIECE = 1 << 14
"""States that are advanced at once: enough for numpy, few enough for the cache and for the budget of memory."""
NONE = -1


@dataclass(frozen=True, slots=True)
class Found:
    """What there is after some rows."""

    steps: Steps
    """Those to states that were not seen, each state once, in order."""
    marks: Fingerprints
    """The fingerprints of these states."""
    generated: int
    represented: int
    """How many states the rows stand for."""
    taken: Ints
    """By action, how many steps change something."""
    visits: Ints
    """By block, how often it was looked up."""
    stuck: int
    """The first row in which nothing can happen."""
    forbidden: tuple[int, int, int]
    """Which of the forbidden transitions occurs first, from which row and by which step."""


def examine(
    table: StepTable,
    seen: Seen,
    rows: Ints,
    found: Expansion,
    broken: Sequence[tuple[int, int]],
) -> Found:
    """What there is after the rows. `broken`: the transitions of a server, before and after, that are forbidden."""
    before = fingerprints(table, rows)
    marks = fingerprints_after(table, before, found.steps)
    new = seen.new(marks, lambda which: rows_after(table, rows, found.steps.at(which)))
    stuck = np.flatnonzero(found.generated == 0)
    return Found(
        found.steps.at(new),
        marks[new],
        generated=int(found.generated.sum()),
        represented=int(orbit_sizes(before).sum()),
        taken=np.bincount(table.action[found.steps.entry], minlength=len(table.actions)),
        visits=np.bincount(found.blocks),
        stuck=int(stuck[0]) if len(stuck) else NONE,
        forbidden=_forbidden(table, found.steps, broken),
    )


def _forbidden(table: StepTable, steps: Steps, broken: Sequence[tuple[int, int]]) -> tuple[int, int, int]:
    for number, (before, after) in enumerate(broken):
        entries = np.flatnonzero((table.before == before) & (table.after == after))
        showing = np.flatnonzero(np.isin(steps.entry, entries))
        if len(showing):
            return number, int(steps.parent[showing[0]]), int(steps.entry[showing[0]])
    return NONE, NONE, NONE


# What a worker sends: whole arrays one after the other, the wide ones first. Rows of a piece are numbered in 16 bits.


def written(found: Found) -> bytes:
    """The same as bytes, for `read`."""
    numbers = (found.generated, found.represented, found.stuck, *found.forbidden)
    head = np.array([len(found.marks), len(found.taken), len(found.visits), *numbers], np.int64)
    steps = found.steps
    parts = (
        head,
        found.taken.astype(np.int64),
        found.marks,
        steps.entry.astype(np.int32),
        steps.parent.astype(np.uint16),
        found.visits.astype(np.uint16),
        steps.place,
    )
    return b"".join(part.tobytes() for part in parts)


def read(text: bytes) -> Found:
    """What was written."""
    head = np.frombuffer(text, np.int64, 9).tolist()
    new, actions, blocks = head[:3]
    place = 9 * 8

    def part(dtype: Any, length: int) -> Ints:
        nonlocal place
        values = np.frombuffer(text, dtype, length, place)
        place += values.nbytes
        return values

    taken, marks = part(np.int64, actions), part(np.uint64, new)
    entry, parent = part(np.int32, new), part(np.uint16, new)
    visits, places = part(np.uint16, blocks), part(np.int8, new)
    steps = Steps(parent.astype(np.int64), entry, places)
    return Found(steps, marks, head[3], head[4], taken, visits, head[5], (head[6], head[7], head[8]))

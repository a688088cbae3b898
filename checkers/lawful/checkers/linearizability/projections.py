"""A violation of one row, found in a table whose rows cannot be searched apart.

A claim takes any job, so a table of jobs does not fall into parts (`decomposition`), and a few claims that got no
answer leave too many orders to try. Yet most mistakes are about one row: it was granted twice, or shown as it never
was. What the operations say of that row alone is a short history (`model.KnowsRows`), and where it has no
linearization, neither has the whole: the same order would do.

The converse does not hold. A wrong list or count is a mistake of no row, so nothing but a violation is found here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeAlias

from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, KnowsRows

SHARE = 0.25
"""Of the time that is left."""

MOST_ROWS = 64
"""Rows that are looked at. Those near the place where a search stopped tell soon, or the others do not either."""

STEPS_OF_A_ROW = 2_000
"""Steps of the search of one row."""

Decide: TypeAlias = Callable[[Sequence[Operation], Budget], ObjectVerdict]
"""A linearizability checker for operations of one object."""


def on_row(operations: Iterable[Operation], model: KnowsRows, row: str) -> list[Operation]:
    """What the operations say of one row."""
    projection = (model.projected(operation, row) for operation in operations)
    return [operation for operation in projection if operation is not None]


def check_object(
    operations: Sequence[Operation], model: AnyModel[Any], budget: Budget, decide: Decide, blocked_at: int | None
) -> ObjectVerdict | None:
    """The verdict on an object where one of its rows is in violation by itself; None where none was found to be.

    `blocked_at`: the operation that a search did not get past; its rows come first. Takes a share of `budget`.
    """
    if not isinstance(model, KnowsRows):
        return None
    seconds = None if budget.seconds is None else budget.seconds * SHARE
    meter = Meter(Budget(seconds, budget.memory_mb, work=STEPS_OF_A_ROW))
    for row in islice(_rows(operations, model, blocked_at), MOST_ROWS):
        projection = on_row(operations, model, row)
        if len(projection) == len(operations) or (seconds is not None and meter.seconds > seconds):
            return None
        found = decide(projection, meter.remaining())
        if found.verdict is Verdict.VIOLATION:
            return _of_the_whole(found, operations, row)
    return None


def _rows(operations: Sequence[Operation], model: KnowsRows, blocked_at: int | None) -> Iterator[str]:
    """The rows that are named, those first that are named next to the operation."""
    blocked = next((rank for rank, one in enumerate(operations) if one.index == blocked_at), 0)
    ranks = sorted(range(len(operations)), key=lambda rank: abs(rank - blocked))
    yield from dict.fromkeys(row for rank in ranks for row in sorted(model.rows(operations[rank])))


def _of_the_whole(found: ObjectVerdict, operations: Sequence[Operation], row: str) -> ObjectVerdict:
    outcomes = [operation.outcome for operation in operations]
    return replace(
        found,
        key=operations[0].object_key,
        operations=outcomes.count(Outcome.OK),
        unknown=outcomes.count(Outcome.UNKNOWN),
        because=f"what was seen of {row} alone has no linearization",
    )

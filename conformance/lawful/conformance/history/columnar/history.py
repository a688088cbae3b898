"""A history whose operations are columns, and become objects only when somebody looks at them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

import numpy as np

from lawful.checkers.columns import OUTCOMES, Integers
from lawful.checkers.recording import RecordedOperations, Recording
from lawful.conformance.history.columnar.assembly import narrow
from lawful.models.history import FaultEvent, Header, History, ObjectKey, Operation, Outcome


@dataclass(frozen=True, slots=True, eq=False)
class ColumnarHistory(History):
    """A history like any other, but that its parts are found without making operations."""

    def by_object(self) -> dict[ObjectKey, tuple[Operation, ...]]:
        recording = recording_of(self)
        parts = dict(zip(recording.objects, _rows_of(recording), strict=True))
        keys = sorted((key for key, rows in parts.items() if len(rows)), key=lambda key: int(parts[key][0]))
        return {key: _as_operations(RecordedOperations(recording, parts[key])) for key in keys}

    def outcomes(self, keys: Collection[ObjectKey] | None = None) -> Counter[Outcome]:
        recording = recording_of(self)
        chosen = np.array([keys is None or key in keys for key in recording.objects], np.bool_)
        outcome = recording.outcome if chosen.all() else recording.outcome[chosen[recording.object]]
        counts = np.bincount(outcome, minlength=len(OUTCOMES)).tolist()
        return Counter({one: count for one, count in zip(OUTCOMES, counts, strict=True) if count})


def _rows_of(recording: Recording) -> list[Integers]:
    """The rows of each object."""
    if len(recording.objects) <= 1:
        return [np.arange(len(recording.process)) for _ in recording.objects]
    order = np.argsort(narrow(recording.object), kind="stable")
    bounds = np.searchsorted(recording.object[order], np.arange(1, len(recording.objects)))
    return np.split(order, bounds)


def _as_operations(operations: RecordedOperations) -> tuple[Operation, ...]:
    # Histories hold tuples; whoever only reads cannot tell the difference.
    return cast("tuple[Operation, ...]", operations)


def recording_of(history: ColumnarHistory) -> Recording:
    """The columns of a history."""
    operations = cast("RecordedOperations", history.operations)
    return operations.recording


def columnar_history(
    recording: Recording, faults: tuple[FaultEvent, ...], header: Header, truncated: bool
) -> ColumnarHistory:
    """The history of a recording."""
    everything = RecordedOperations(recording, np.arange(len(recording.process)))
    return ColumnarHistory(_as_operations(everything), faults, header, truncated)

"""How stale the answers of reads were: the least that reads must be allowed to lag for a history to be linearizable.

An operation that only looks may take effect up to so long before its call (Golab, Li, Shah, "Analyzing consistency
properties for fun and profit", PODC 2011: delta-atomicity). What changes something keeps its interval, so a history
that no such allowance explains has another fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lawful.checkers.recovery.fallback import Decide, effectful
from lawful.checkers.verdict import Verdict
from lawful.models.history import ObjectKey, Operation, Outcome
from lawful.models.model import AnyModel, KnowsEffects

_PRECISION_NS = 10_000
"""To which the allowance is found out."""


@dataclass(frozen=True, slots=True)
class StaleRead:
    """A read that did not see what had been acknowledged before it was called."""

    index: int
    versions: int
    """How many acknowledged changes it did not see."""
    seconds: float
    """For how long the first of them had been acknowledged."""


@dataclass(frozen=True, slots=True)
class Staleness:
    """How stale the reads of one object were."""

    key: ObjectKey
    reads: int
    """Completed operations that only looked."""
    stale: tuple[StaleRead, ...]
    allowance_s: float
    """The smallest allowance that explains all answers."""


def staleness(operations: Sequence[Operation], model: AnyModel[Any], decide: Decide) -> Staleness | None:
    """How stale the reads of an object in violation were; None where staleness does not explain the violation.

    Only models that can tell from an answer that nothing was changed have reads.
    """
    if not isinstance(model, KnowsEffects):
        return None
    looks = {one.index for one in operations if one.outcome is Outcome.OK and model.had_no_effect(one)}
    longest_ns = max((one.call_ns for one in operations), default=0) - min(one.call_ns for one in operations)

    def linearized(allowance_ns: int) -> list[Operation] | None:
        found = decide(_allowed(operations, looks, allowance_ns), model)
        if found.verdict is not Verdict.LAWFUL or found.linearization is None:
            return None
        by_index = {one.index: one for one in operations}
        return [by_index[placed.index] for placed in found.linearization]

    order = linearized(longest_ns) if looks else None
    if order is None:
        return None
    too_short_ns, enough_ns = 0, longest_ns
    while enough_ns - too_short_ns > _PRECISION_NS:
        middle_ns = (too_short_ns + enough_ns) // 2
        shorter = linearized(middle_ns)
        if shorter is None:
            too_short_ns = middle_ns
        else:
            enough_ns, order = middle_ns, shorter
    stale = tuple(_stale_reads(order, looks, model))
    return Staleness(operations[0].object_key, len(looks), stale, enough_ns / 10**9)


def _allowed(operations: Sequence[Operation], looks: set[int], allowance_ns: int) -> list[Operation]:
    """The operations, of which those that only look may take effect so long before their call."""
    return sorted(
        (
            replace(one, call_ns=max(0, one.call_ns - allowance_ns), process=-1 - one.index)
            if one.index in looks
            else one
            for one in operations
        ),
        key=lambda one: (one.call_ns, one.index),
    )


def _stale_reads(order: Sequence[Operation], looks: set[int], model: AnyModel[Any]) -> list[StaleRead]:
    """The reads that stand before changes which had been acknowledged when they were called."""
    changed = effectful(order, model)
    found: list[StaleRead] = []
    later: list[Operation] = []
    for operation in reversed(order):
        if operation.index in looks:
            missed = [one.return_ns for one in later if one.return_ns is not None and one.return_ns < operation.call_ns]
            if missed:
                seconds = (operation.call_ns - min(missed)) / 10**9
                found.append(StaleRead(operation.index, len(missed), seconds))
        elif operation.index in changed and operation.outcome is Outcome.OK:
            later.append(operation)
    return sorted(found, key=lambda one: one.index)

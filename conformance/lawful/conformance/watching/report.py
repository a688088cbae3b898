"""What to show of a violation that a watch found: the last few operations, and the states in front of them.

The file may be far too long to be read again at such a moment, so the report is made from what is at hand. `lawful
check` and `lawful shrink` look at the whole file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lawful.checkers.linearizability import check
from lawful.checkers.linearizability.online.object_watch import ObjectWatch
from lawful.checkers.linearizability.online.recent import Past
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.conformance.evidence import Evidence, gather
from lawful.models.history import FaultEvent, History, Operation, Outcome
from lawful.models.model import AnyModel
from lawful.models.resumed import resumed

_BUDGET = Budget(3.0, 500.0)
_LONGEST_STATE = 300
_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation on one object."""

    part: ObjectVerdict
    operation: Operation
    """The one that made it inevitable."""
    shown: tuple[Operation, ...]
    """The operations that contradict each other and the state before, or the latest ones where that took too long."""
    states: tuple[str, ...]
    """What the operations before may have left; empty where the beginning is not known."""
    earlier: int
    """How many completed operations these states sum up."""
    evidence: Evidence | None
    """Why there is no order of these operations from the first of the states; None where that took too long."""
    history: History
    """The operations that the evidence was made from, and the latest faults."""


def finding(watch: ObjectWatch, part: ObjectVerdict, faults: Sequence[FaultEvent]) -> Finding:
    """What there is to show of a violation."""
    assert watch.violation is not None
    recent = watch.recent
    past = recent.pasts[0] if recent.pasts else None
    optional = past.optional if past is not None else ()
    operations = tuple(sorted((*recent.operations, *optional), key=lambda one: (one.call_ns, one.index)))
    history = History(operations, tuple(faults))
    evidence = None if past is None else _evidence(history, part, past, watch.model)
    return Finding(
        part,
        watch.violation,
        evidence.shown if evidence is not None else recent.operations[-_MOST_SHOWN:],
        tuple(dict.fromkeys(_state_text(one.state) for one in recent.pasts)),
        part.operations - sum(one.outcome is Outcome.OK for one in recent.operations),
        evidence,
        history,
    )


def _evidence(history: History, part: ObjectVerdict, past: Past, model: AnyModel[Any]) -> Evidence | None:
    """Why nothing leads on from `past`; None where it cannot be told in time."""
    beginning = model if past.state == model.initial() else resumed(model, past.state)
    judged = check.check_object(history.operations, beginning, _BUDGET)
    if judged.verdict is not Verdict.VIOLATION:
        return None
    return gather(history, replace(judged, key=part.key, operations=part.operations), beginning, _BUDGET)


def _state_text(state: Any) -> str:
    text = str(state)
    return text if len(text) <= _LONGEST_STATE else f"{text[:_LONGEST_STATE]}…"

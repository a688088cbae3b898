"""The general search: decides any history of any model, in time that grows with concurrency rather than length.

What becomes of the outcomes is as in `reference`: a failed operation did not happen; one with an unknown outcome may
take effect at any time after its call with any answer that the model allows, or never. The rules that make the search
small, and why none of them changes a verdict, stand in `steps`, `timed_steps` and `native.layers`; that a
linearization is one is checked on the model before it is reported (see `evidence`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lawful.checkers.linearizability.engine import engine_for
from lawful.checkers.linearizability.evidence import refused, replay
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import ObjectKey, Operation, Outcome
from lawful.models.model import AnyModel

METHOD = "just-in-time search"


def check_object(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget | None = None) -> ObjectVerdict:
    """Decide whether `operations`, all on one object, are linearizable with respect to `model`.

    Raises `UnknownCall` where the model does not know an operation, and ValueError for an operation that is ok but
    never returned.
    """
    meter = Meter(budget or Budget())
    evidence = _decided(operations, model, meter)
    return ObjectVerdict(
        key=operations[0].object_key if operations else ObjectKey(""),
        method=METHOD,
        operations=sum(operation.outcome is Outcome.OK for operation in operations),
        unknown=sum(operation.outcome is Outcome.UNKNOWN for operation in operations),
        seconds=meter.seconds,
        **evidence,
    )


def _decided(operations: Sequence[Operation], model: AnyModel[Any], meter: Meter) -> dict[str, Any]:
    """The verdict with its evidence, as arguments of `ObjectVerdict`."""
    engine = engine_for(model, meter)
    plan = engine.prepare(operations)
    if not plan.positions:
        return {"verdict": Verdict.NOTHING_CHECKED}
    try:
        found = engine.search(plan)
    except BudgetExhausted as exhausted:
        # Used up before the search proper began: by the model's first step, or by what was done before.
        progress = f"{exhausted}; the first 0 of {len(plan.positions)} returns are explained"
        return {
            "verdict": Verdict.INCONCLUSIVE,
            "blocked_at": plan.positions[0].operation.index,
            "progress": progress,
        }
    if found.linearizable:
        placed = replay(model, plan, engine.placements(plan, found.routes[0] if found.routes else found.trail))
        # `replay` has checked that none of them is missing: a window ends at the earliest return that is not placed.
        return {"verdict": Verdict.LAWFUL, "linearization": placed}
    blocked_at = plan.positions[found.deepest].operation.index
    if found.linearizable is None:
        progress = f"{found.exhausted}; the first {found.deepest} of {len(plan.positions)} returns are explained"
        return {"verdict": Verdict.INCONCLUSIVE, "blocked_at": blocked_at, "progress": progress}
    trails = found.routes or [configuration[3] for configuration in found.stuck]
    refusals = tuple(refused(model, plan, found.deepest, engine.placements(plan, trail)) for trail in trails)
    return {"verdict": Verdict.VIOLATION, "blocked_at": blocked_at, "refusals": refusals}

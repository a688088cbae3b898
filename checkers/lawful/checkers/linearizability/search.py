"""The general search: decides any history of any model, in time that grows with concurrency rather than length.

The rules that make it so, and why none of them changes a verdict, stand in `steps`; this module only puts the parts
together and turns what was found into a verdict with its evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lawful.checkers.linearizability.depth_first import Found, explore
from lawful.checkers.linearizability.evidence import refused, replay, with_lookers
from lawful.checkers.linearizability.schedule import Schedule, schedule
from lawful.checkers.linearizability.steps import UntimedSteps
from lawful.checkers.linearizability.table import PurityRefuted, TransitionTable
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import ObjectKey, Operation
from lawful.models.model import AnyModel

METHOD = "just-in-time search"


def search_untimed(plan: Schedule, table: TransitionTable, meter: Meter) -> Found:
    while True:
        try:
            found = explore(UntimedSteps(plan, table, meter), len(plan.positions))
            if found.linearizable is False:
                table.verify_purity(plan.kinds)
        except PurityRefuted:
            continue
        return found


def check_object(operations: Sequence[Operation], model: AnyModel[Any], budget: Budget | None = None) -> ObjectVerdict:
    key = operations[0].object_key if operations else ObjectKey("")
    meter = Meter(budget or Budget())
    table = TransitionTable(model, meter)
    plan = schedule(operations, table.kinds.of)
    n, u = len(plan.positions), len(plan.unknown)
    if not plan.positions:
        return ObjectVerdict(key, Verdict.NOTHING_CHECKED, METHOD, 0, u, seconds=meter.seconds)
    found = search_untimed(plan, table, meter)
    if found.linearizable:
        placed = replay(model, plan, with_lookers(plan, table, found.trail))
        assert {p.index for p in placed} >= {p.operation.index for p in plan.positions}
        return ObjectVerdict(key, Verdict.LAWFUL, METHOD, n, u, linearization=placed, seconds=meter.seconds)
    blocked = plan.positions[found.deepest].operation.index
    if found.linearizable is None:
        return ObjectVerdict(key, Verdict.INCONCLUSIVE, METHOD, n, u, blocked_at=blocked, seconds=meter.seconds)
    refusals = tuple(refused(model, plan, found.deepest, with_lookers(plan, table, c[3])) for c in found.stuck)
    return ObjectVerdict(key, Verdict.VIOLATION, METHOD, n, u, blocked_at=blocked, refusals=refusals, seconds=meter.seconds)

"""Liveness on the graph of all states within the bounds.

A property is violated by a behaviour that is fair and stays within the bounds, all of whose states are in the graph; in
the end it stays in a fair component (`fair`). Nothing is said of behaviours that leave the bounds. Where a behaviour
would violate a property if it did not wait for a step that the bounds forbid, this is counted, and neither a violation
nor a pass: the algorithm itself takes the step. A property that speaks of no fair behaviour within the bounds was not
checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lawful.checkers.exploration.behaviour import Move, follow
from lawful.checkers.exploration.fingerprints import overlooked_probability
from lawful.checkers.exploration.liveness.confirmation import Lasso, Met, carried_out, fairly_met, violates
from lawful.checkers.exploration.liveness.constraints import Constraints, constraints_of
from lawful.checkers.exploration.liveness.counted import Counted, raised
from lawful.checkers.exploration.liveness.fair import NOWHERE, fair_components
from lawful.checkers.exploration.liveness.graph import Flags, Graph, graph_of
from lawful.checkers.exploration.liveness.lasso import Round, lasso
from lawful.checkers.exploration.liveness.result import Judged, Liveness
from lawful.checkers.exploration.soundness import require_pure
from lawful.checkers.exploration.step_table import StepTable
from lawful.checkers.exploration.wrong_model import WrongModel
from lawful.checkers.meter import BudgetExhausted, Meter
from lawful.checkers.verdict import Budget, Verdict, overall
from lawful.models.liveness import AlwaysEventually, Counting, EventuallyAlways, Fairness, LivenessProperty
from lawful.models.local_steps import AnyModel


def judge(
    model: AnyModel,
    properties: Sequence[LivenessProperty],
    budget: Budget | None = None,
    *,
    after: Sequence[Move] = (),
    counting: Counting | None = None,
) -> Liveness:
    """Whether the properties hold of all fair behaviours within the bounds, which begin with `after`.

    `counting`: states that differ only in what they count are one, and the bounds are on the smallest numbers. Raises
    `WrongModel` where the model is not made of local steps.
    """
    meter = Meter(budget or Budget())
    table = StepTable(model, symmetric=False, look=meter.look)
    counted = None if counting is None else Counted(table, counting)
    judged: list[Judged] = []
    graph, progress = None, None
    try:
        graph = graph_of(table, after, meter, counted)
        require_pure(table)
        if counted is not None:
            counted.require_same_steps()
        known: dict[tuple[Fairness, ...], _Fair] = {}
        for one in properties:
            if one.fairness not in known:
                known[one.fairness] = _fair(graph, one.fairness, meter)
            judged.append(_judged(graph, known[one.fairness], one, (after, counting), meter))
    except BudgetExhausted as exhausted:
        progress = f"{exhausted}; properties judged: {len(judged)} of {len(properties)}"
    verdicts = [one.verdict for one in judged] + ([] if progress is None else [Verdict.INCONCLUSIVE])
    return Liveness(
        overall(verdicts),
        tuple(judged),
        states=0 if graph is None else len(graph),
        steps=0 if graph is None else len(graph.entry),
        overlooked=overlooked_probability(0 if graph is None else len(graph)),
        seconds=meter.seconds,
        taken={} if graph is None else _taken(graph),
        progress=progress,
    )


class _Fair(NamedTuple):
    """What fairness comes to in a graph."""

    constraints: Constraints
    stays: Flags
    """By state, whether a fair behaviour can stay there forever."""
    leads_there: Flags
    """By state, whether a fair behaviour within the bounds comes by."""


def _fair(graph: Graph, fairness: tuple[Fairness, ...], meter: Meter) -> _Fair:
    constraints = constraints_of(graph, fairness)
    everywhere = np.ones(len(graph), np.bool_)
    stays = fair_components(graph, constraints, everywhere, meter) != NOWHERE
    return _Fair(constraints, stays, _reached(graph, stays, everywhere, backwards=True))


class _Question(NamedTuple):
    """What a behaviour that violates a property does."""

    allowed: Flags
    """Where it stays in the end."""
    needed: Flags | None
    """Where it comes by again and again."""
    sources: Flags | None
    """Where it came by when it had not left `allowed` any more."""
    speaks_of: Flags
    """The states of which the property says anything."""


def _question(graph: Graph, property_: LivenessProperty) -> _Question:
    everywhere = np.ones(len(graph), np.bool_)
    if isinstance(property_, AlwaysEventually):
        return _Question(~graph.where(property_.holds), None, None, everywhere)
    if isinstance(property_, EventuallyAlways):
        return _Question(everywhere, ~graph.where(property_.holds), None, everywhere)
    trigger, without = graph.where(property_.trigger), ~graph.where(property_.goal)
    return _Question(_reached(graph, trigger & without, without), None, trigger, trigger)


def _judged(
    graph: Graph,
    fair: _Fair,
    property_: LivenessProperty,
    origin: tuple[Sequence[Move], Counting | None],
    meter: Meter,
) -> Judged:
    asked, constraints = _question(graph, property_), fair.constraints
    label = fair_components(graph, constraints, asked.allowed, meter, asked.needed)
    speaks_of, stays = int((asked.speaks_of & fair.leads_there).sum()), int(fair.stays.sum())
    if (label != NOWHERE).any():
        within = None if asked.sources is None else asked.allowed
        found = lasso(graph, constraints, label, meter, needed=asked.needed, sources=asked.sources, within=within)
        shown, met = _shown(graph, property_, found, *origin)
        return Judged(property_, Verdict.VIOLATION, speaks_of, stays, 0, (), shown, met)
    cut_off, waits_for = _cut_off(graph, constraints, asked, meter)
    verdict = Verdict.LAWFUL if speaks_of else Verdict.NOTHING_CHECKED
    return Judged(property_, verdict, speaks_of, stays, cut_off, waits_for)


def _shown(
    graph: Graph, property_: LivenessProperty, found: Round, after: Sequence[Move], counting: Counting | None
) -> tuple[Lasso, tuple[Met, ...]]:
    """The behaviour on the model itself. Raises `WrongModel` where it does not violate the property, or is not fair."""
    model = graph.table.model
    begun = follow(model, after)[-1]
    moves = raised(model, counting, begun, graph.moves([*found.prefix, *found.loop]))
    shown = Lasso((*after, *moves[: len(found.prefix)]), tuple(moves[len(found.prefix) :]))
    moments = carried_out(model, shown, counting)
    if not violates(property_, shown, moments):
        raise WrongModel(f"the graph violates {property_.id}, and the model does not")
    return shown, tuple(fairly_met(model, property_.fairness, shown, moments))


def _cut_off(graph: Graph, constraints: Constraints, asked: _Question, meter: Meter) -> tuple[int, tuple[str, ...]]:
    """Where the property is violated as far as the bounds let one see, and what is waited for there."""
    bounded = constraints.within_bounds(graph)
    there = fair_components(graph, bounded, asked.allowed, meter, asked.needed) != NOWHERE
    count = max(len(constraints.fairness), 1)
    state, instance = constraints.enabled
    beyond = ~np.isin(state * count + instance, bounded.enabled.thing * count + bounded.enabled.instance)
    names = [constraints.fairness[one].name for one in np.unique(instance[beyond & there[state]]).tolist()]
    return int(there.sum()), tuple(dict.fromkeys(names))


def _reached(graph: Graph, begins: Flags, within: Flags, *, backwards: bool = False) -> Flags:
    """The states within that can be reached from some, or from which some can be."""
    source, target = (graph.target, graph.source) if backwards else (graph.source, graph.target)
    inside = within[source] & within[target]
    source, target = source[inside], target[inside]
    reached = begins & within
    size = -1
    while size != (size := int(reached.sum())):
        open_ = reached[source] & ~reached[target]
        reached[target[open_]] = True
        left = ~reached[target]
        source, target = source[left], target[left]
    return reached


def _taken(graph: Graph) -> dict[str, int]:
    table = graph.table
    counts = np.bincount(table.action[graph.entry], minlength=len(table.actions))
    return dict(zip(table.actions, counts.tolist(), strict=True))

"""The parts of a graph in which a fair behaviour can stay forever.

What a behaviour visits again and again is strongly connected. A component in which a weakly fair step is possible
everywhere and never taken has no fair behaviour. A strongly fair step that is not taken in a component must not be
possible: the states where it is are left out, and what remains is looked at again, as for Streett automata (Emerson and
Lei, 1987). A component that is content is fair as a whole: a behaviour can go round all of its steps.
"""

from __future__ import annotations

import numpy as np

from lawful.checkers.exploration.liveness.components import components
from lawful.checkers.exploration.liveness.constraints import Constraints
from lawful.checkers.exploration.liveness.graph import Flags, Graph, Ints
from lawful.checkers.meter import Meter

NOWHERE = -1


def fair_components(
    graph: Graph, constraints: Constraints, allowed: Flags, meter: Meter, needed: Flags | None = None
) -> Ints:
    """By state, the number of the fair component that it is in, or `NOWHERE`.

    `allowed`: where a behaviour may stay; `needed`: where it must come by again and again. A behaviour may also stay in
    one state and do nothing. Raises `BudgetExhausted`.
    """
    result = np.full(len(graph), NOWHERE)
    count = 0
    pending = allowed.copy()
    edges = np.flatnonzero(~constraints.finite)
    while pending.any():
        meter.look()
        label, edges = _labelled(graph, pending, edges)
        lost = _lost(graph, constraints, label, edges)
        if needed is not None:
            lost |= pending & ~_has(label, needed)[label]
        fair = pending & ~_has(label, lost)[label]
        result[fair] = np.unique(label[fair], return_inverse=True)[1] + count
        count = int(result.max(initial=-1)) + 1
        pending &= ~fair & ~lost
    return result


def _labelled(graph: Graph, pending: Flags, edges: Ints) -> tuple[Ints, Ints]:
    """By pending state its component, and the steps within components; -1 for other states."""
    states = np.flatnonzero(pending)
    number = np.full(len(graph), NOWHERE)
    number[states] = np.arange(len(states))
    edges = edges[pending[graph.source[edges]] & pending[graph.target[edges]]]
    label = np.full(len(graph), NOWHERE)
    label[states] = components(len(states), number[graph.source[edges]], number[graph.target[edges]])
    return label, edges[label[graph.source[edges]] == label[graph.target[edges]]]


def _has(label: Ints, marked: Flags) -> Flags:
    """By component, whether one of its states is marked. There is one component more, of the states without one."""
    found = np.zeros(int(label.max(initial=0)) + 2, np.bool_)
    found[label[marked & (label >= 0)]] = True
    return found


def _lost(graph: Graph, constraints: Constraints, label: Ints, edges: Ints) -> Flags:
    """The states in which no fair behaviour stays that stays in their component."""
    count = max(len(constraints.fairness), 1)
    inside = np.zeros(len(graph.entry), np.bool_)
    inside[edges] = True
    step, instance = constraints.taken
    step, instance = step[inside[step]], instance[inside[step]]
    content = np.unique(label[graph.source[step]] * count + instance)
    state, instance = constraints.enabled
    there = label[state] >= 0
    state, instance = state[there], instance[there]
    asked = label[state] * count + instance
    rising = np.zeros(int(label.max(initial=0)) + 1, np.bool_)
    rising[label[graph.source[edges[graph.rises[edges]]]]] = True
    open_ = ~np.isin(asked, content) & ~(rising[label[state]] & constraints.of_counted[instance])
    state, instance, asked = state[open_], instance[open_], asked[open_]
    different, which, times = np.unique(asked, return_inverse=True, return_counts=True)
    sizes = np.bincount(label[label >= 0])
    everywhere = (times == sizes[different // count])[which]
    lost = np.zeros(len(label), np.bool_)
    lost[state[constraints.strong[instance] | everywhere]] = True
    return lost

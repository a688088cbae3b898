"""Where in the graph fairness asks for which step, and which steps it is content with.

A constraint has an *instance* for each kind of step that it tells apart. An instance is enabled in a state where the
model has such a step that changes something, also where the bounds forbid it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.liveness.graph import Flags, Graph, Ints
from lawful.checkers.exploration.network import network_of, network_step
from lawful.checkers.exploration.step_table import NOTHING, StepTable
from lawful.models.liveness import Fairness, States, Strength
from lawful.models.local_steps import AnyStep


class Pairs(NamedTuple):
    """A relation between states, or steps, and instances; ordered by the first."""

    thing: Ints
    instance: Ints

    def of(self, thing: int) -> list[int]:
        """The instances of one of them."""
        begin, end = np.searchsorted(self.thing, [thing, thing + 1])
        found: list[int] = self.instance[begin:end].tolist()
        return found


class Constraints(NamedTuple):
    """The instances of some constraints in a graph."""

    fairness: tuple[Fairness, ...]
    """By instance, the constraint that it is of."""
    strong: Flags
    """By instance, whether it is one of strong fairness; else it is weak."""
    of_counted: Flags
    """By instance, whether a step by which what is counted rises does as well as one of its own."""
    enabled: Pairs
    """States in which instances ask for a step."""
    taken: Pairs
    """Steps that an instance is content with."""
    finite: Flags
    """By step, whether it is taken only so often."""

    def within_bounds(self, graph: Graph) -> Constraints:
        """The same where what the bounds forbid counts as impossible."""
        count = max(len(self.fairness), 1)
        codes = np.unique(graph.source[self.taken.thing] * count + self.taken.instance)
        return self._replace(enabled=_pairs(codes, count))


class _Instances:
    """Instances, numbered as they come."""

    def __init__(self, fairness: Sequence[Fairness]) -> None:
        self.fairness = fairness
        self.numbers: dict[tuple[int, int, Hashable], int] = {}

    def of(self, server: int, state: Any, step: AnyStep, received: Any | None) -> list[int]:
        """Those that a step is one of."""
        found = []
        for which, one in enumerate(self.fairness):
            kind = one.of(server, state, step, received)
            if kind is not None:
                found.append(self.numbers.setdefault((which, server, kind), len(self.numbers)))
        return found

    def columns(self) -> tuple[Ints, Ints]:
        """By instance, the constraint that it is of, and the server that steps."""
        found = np.array([(which, server) for which, server, _ in self.numbers], np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]


def constraints_of(graph: Graph, fairness: Sequence[Fairness]) -> Constraints:
    """The constraints in a graph."""
    table = graph.table
    instances = _Instances(fairness)
    who, blocks = _blocks(graph)
    of_block = {
        block: sorted({one for step in _changing(table, block) for one in instances.of(*step)})
        for block in np.unique(blocks).tolist()
    }
    of_entry = {}
    for entry in np.unique(graph.entry).tolist():
        move = table.move(entry)
        before = table.states.values[table.before[entry]]
        of_entry[entry] = instances.of(move.server, before, move.step, move.received)
    count = max(len(instances.numbers), 1)
    constraint, server = instances.columns()
    holds = _holds(graph, fairness)
    enabled, taken = (
        _codes(who, blocks, of_block, count),
        _codes(np.arange(len(graph.entry)), graph.entry, of_entry, count),
    )
    asks, steps = enabled % count, taken % count
    enabled = np.unique(enabled[holds[constraint[asks], server[asks], enabled // count]])
    taken = np.sort(taken[holds[constraint[steps], server[steps], graph.source[taken // count]]])
    strength = np.array([one.strength.value for one in fairness])[constraint]
    is_finite = strength == Strength.FINITE.value
    finite = np.zeros(len(graph.entry), np.bool_)
    finite[(taken // count)[is_finite[taken % count]]] = True
    enabled, taken = (codes[~is_finite[codes % count]] for codes in (enabled, taken))
    named = tuple(fairness[which] for which in constraint.tolist())
    is_strong = strength == Strength.STRONG.value
    of_counted = np.array([one.of_counted for one in named], np.bool_)
    return Constraints(named, is_strong, of_counted, _pairs(enabled, count), _pairs(taken, count), finite)


def _holds(graph: Graph, fairness: Sequence[Fairness]) -> NDArray[np.bool_]:
    """By constraint, server and state, whether the steps count there."""
    servers = range(graph.table.model.servers)
    found = np.ones((len(fairness), len(servers), len(graph)), np.bool_)
    for which, one in enumerate(fairness):
        if one.where is not None:
            for server in servers:
                found[which, server] = graph.where(_at(one.where, server))
    return found


def _at(where: Callable[[States, int], bool], server: int) -> Callable[[States], bool]:
    return lambda states: where(states, server)


def _blocks(graph: Graph) -> tuple[Ints, Ints]:
    """The blocks of steps that servers have in each state, alone or with a message in flight."""
    table, rows = graph.table, graph.rows
    servers = table.model.servers
    everybody = np.arange(len(rows))
    found = [(everybody, table.alone(server, rows[:, server])) for server in range(servers)]
    for place in range(servers, rows.shape[1]):
        who = np.flatnonzero(rows[:, place] != NOTHING)
        messages = rows[who, place]
        found.append((who, table.delivered(rows[who, table.destinations[messages]], messages)))
    return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])


def _changing(table: StepTable, block: int) -> Iterator[tuple[int, Any, AnyStep, Any | None]]:
    """The steps of a block that change something, within the bounds or not."""
    server, state, message, _ = table.blocks[block]
    before = table.states.values[state]
    received = table.messages.values[message] if message else None
    steps = list(table.steps(server, state, message))
    if message:
        steps += [network_step(action, before, received) for action in network_of(table.model)]
    for step in steps:
        consumed = () if received is None or step.keeps else (received,)
        if step.after != before or step.sends != consumed:
            yield server, before, step, received


def _codes(things: Ints, keys: Ints, instances: dict[int, list[int]], count: int) -> Ints:
    """`thing * count + instance` for each instance of the key of a thing."""
    known = np.array(sorted(instances), np.int64)
    lengths = np.array([len(instances[key]) for key in known.tolist()], np.int64)
    flat = np.array([one for key in known.tolist() for one in instances[key]], np.int64)
    begins = np.cumsum(lengths) - lengths
    place = np.searchsorted(known, keys)
    repeats = lengths[place]
    ends = np.cumsum(repeats)
    at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(begins[place] - (ends - repeats), repeats)
    codes: Ints = np.repeat(things, repeats) * count + flat[at]
    return codes


def _pairs(codes: Ints, count: int) -> Pairs:
    return Pairs(codes // count, codes % count)

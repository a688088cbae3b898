"""One step further from many global states at once.

A global state is a row of numbers: the state of each server, then the messages in flight in rising order, filled up
at the front with `NOTHING`. Rows exist for the states that are being looked at only; of all others a fingerprint is
kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.exploration.fingerprints import Fingerprints
from lawful.checkers.exploration.reduction import movers
from lawful.checkers.exploration.step_table import NOTHING, StepTable

Ints = NDArray[Any]
_ALONE = -1
"""The place of the message that is handled by a step without one."""


class Steps(NamedTuple):
    """Steps from rows, one of each a position."""

    parent: Ints
    """The row."""
    entry: Ints
    """The step, by its number in the table."""
    place: Ints
    """Where in the row the message stands that is handled."""

    def at(self, which: Ints) -> Steps:
        """Some of them."""
        return Steps(self.parent[which], self.entry[which], self.place[which])


class Expansion(NamedTuple):
    """Everything that can happen in some rows."""

    steps: Steps
    """Those within the bounds that change something."""
    blocks: Ints
    """The blocks that were looked up."""
    generated: Ints
    """By row, how many steps there are at all."""


def expand(table: StepTable, rows: Ints, reduced: bool = False) -> Expansion:
    """All steps from the rows; `reduced`: those of servers whose turn it is (`reduction`)."""
    found = list(blocks_of(table, rows, reduced))
    who = np.concatenate([one[0] for one in found])
    blocks = np.concatenate([one[1] for one in found])
    place = np.concatenate([np.full(len(one[0]), one[2], np.int8) for one in found])
    generated = np.bincount(who, weights=table.generated[blocks], minlength=len(rows)).astype(np.int64)
    count = table.count[blocks]
    ends = np.cumsum(count)
    entry = np.arange(ends[-1]) + np.repeat(table.first[blocks] - (ends - count), count)
    parent = np.repeat(who, count)
    in_flight = np.count_nonzero(rows[:, table.model.servers :], axis=1)
    allowed = np.flatnonzero(in_flight[parent] + table.growth[entry] <= table.model.in_flight)
    steps = Steps(parent[allowed], entry[allowed], np.repeat(place, count)[allowed])
    return Expansion(steps, blocks, generated)


def blocks_of(table: StepTable, rows: Ints, reduced: bool) -> Iterator[tuple[Ints, Ints, int]]:
    """Rows, their blocks, and the place of the message that the blocks are about."""
    servers, in_flight = table.model.servers, table.model.in_flight
    turns = movers(table, rows) if reduced else None
    for server in range(servers):
        who = np.arange(len(rows)) if turns is None else np.flatnonzero(turns[server])
        yield who, table.alone(server, rows[who, server]), _ALONE
    messages = rows[:, servers:]
    destinations = table.destinations
    for place in range(in_flight):
        # Of equal messages, which are neighbours, the last one stands for all.
        there = messages[:, place] != NOTHING
        if place + 1 < in_flight:
            there &= messages[:, place] != messages[:, place + 1]
        who = np.flatnonzero(there)
        message = messages[who, place]
        yield who, table.delivered(rows[who, destinations[message]], message), place


def rows_after(table: StepTable, rows: Ints, steps: Steps) -> Ints:
    """The rows to which the steps lead."""
    servers, in_flight = table.model.servers, table.model.in_flight
    after = rows[steps.parent]
    every = np.arange(len(after))
    after[every, table.server[steps.entry]] = table.after[steps.entry]
    if in_flight:
        gone = np.flatnonzero(table.consumed[steps.entry] != NOTHING)
        after[gone, servers + steps.place[gone]] = NOTHING
        messages = np.concatenate([after[:, servers:], table.sends[steps.entry]], axis=1)
        after[:, servers:] = np.sort(messages, axis=1)[:, in_flight:]
    return after


def fingerprints(table: StepTable, rows: Ints) -> Fingerprints:
    """For each row one fingerprint under every renaming."""
    servers = table.model.servers
    total = np.zeros((len(rows), len(table.renamings)), np.uint64)
    for server in range(servers):
        total += table.states.weights[rows[:, server], :, server]
    for place in range(servers, rows.shape[1]):
        total += table.messages.weights[rows[:, place], :, 0]
    return total


def fingerprints_after(table: StepTable, before: Fingerprints, steps: Steps) -> Fingerprints:
    """The fingerprint of each step's target: of those under all renamings the smallest, so that all agree on it."""
    smallest: Fingerprints | None = None
    for which in range(before.shape[1]):
        found = before[:, which][steps.parent] + table.deltas[:, which][steps.entry]
        smallest = found if smallest is None else np.minimum(smallest, found, out=smallest)
    assert smallest is not None
    return smallest


def orbit_sizes(before: Fingerprints) -> Ints:
    """How many different states renaming makes of each row."""
    ordered = np.sort(before, axis=1)
    changes: Ints = np.count_nonzero(ordered[:, 1:] != ordered[:, :-1], axis=1)
    return changes + 1

"""The blocks of a register: which write each value came from, and which writes follow each other at once.

Each value that was seen must come from one write, so that a read tells which write it read. A compare-and-set that
was applied is a write that follows the block of its old value, and all blocks that are linked in this way make up one.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import FALSE, OK, Columns, Integers, Numbers
from lawful.checkers.linearizability.monitors.monitor import Inapplicable, Violated
from lawful.checkers.linearizability.monitors.timeline import Timeline
from lawful.checkers.linearizability.monitors.zones import Members
from lawful.models.values import Json
from lawful.models.wording import value_text

Mask: TypeAlias = NDArray[np.bool_]

_NOBODY = -1


class Roles(NamedTuple):
    """What each row does to the register. Values are numbers."""

    initial: int
    """The initial value."""
    size: int
    """One above the largest number of a value."""
    reads: Mask
    """Completed reads, and compare-and-sets of a value with itself, which read it."""
    swaps: Mask
    """Compare-and-sets that were applied, or may have been."""
    writes: Mask
    """Writes and swaps that happened or may have."""
    refused: Mask
    """Compare-and-sets that saw another value than their old one."""
    needed: Numbers
    """The value that must be there: what a row read or replaced."""
    written: Numbers
    """The value that is there after a write or swap."""


def roles_of(columns: Columns, initial_value: Json) -> Roles:
    """The parts that the rows play."""
    number = columns.values.number_of(initial_value)
    initial = len(columns.values) if number is None else number
    ok = columns.outcome == OK
    is_read, is_write = columns.calls("read"), columns.calls("write")
    is_cas = ~(is_read | is_write)
    refused = is_cas & ok & (columns.result == FALSE)
    keeps = columns.first == columns.second
    swaps = is_cas & ~refused & ~keeps
    return Roles(
        initial,
        len(columns.values) + 1,
        reads=ok & (is_read | (is_cas & ~refused & keeps)),
        swaps=swaps,
        writes=is_write | swaps,
        refused=refused,
        needed=np.where(is_read, columns.result, columns.first),
        written=np.where(is_write, columns.first, columns.second),
    )


class Producers(NamedTuple):
    """The one write of each value that was seen."""

    of_value: Integers
    """Its row, by value; `_NOBODY` for the initial value."""
    happened: Mask
    """The rows of the writes that happened: the completed ones, and those whose value was seen."""
    seen: Mask
    """The values that somebody saw."""


def producers_of(columns: Columns, roles: Roles) -> Producers:
    """Who wrote what was seen. Raises `Inapplicable` where it may have been several, `Violated` where nobody did."""
    rows = np.flatnonzero(roles.writes)
    times_written = np.bincount(roles.written[rows], minlength=roles.size)
    of_value = np.full(roles.size, _NOBODY, np.int64)
    of_value[roles.written[rows]] = rows
    of_value[roles.initial] = _NOBODY
    happened = roles.writes & (columns.outcome == OK)
    seen = np.zeros(roles.size, np.bool_)
    seen[roles.needed[roles.reads | (roles.swaps & happened)]] = True
    _follow_unknown_swaps(roles, of_value, seen)
    _require_single_writes(columns, roles, seen, times_written)
    orphans = seen & (of_value == _NOBODY)
    orphans[roles.initial] = False
    if orphans.any():
        value = int(np.flatnonzero(orphans)[0])
        grounds = _resting_on(value, columns, roles, Producers(of_value, happened, seen))
        raise Violated(grounds, f"nobody wrote {_text(columns, value)}")
    happened[of_value[seen & (of_value != _NOBODY)]] = True
    return Producers(of_value, happened, seen)


def _follow_unknown_swaps(roles: Roles, of_value: Integers, seen: Mask) -> None:
    """A swap without an answer whose new value was seen happened, so it saw its old value, and so on."""
    candidates = of_value[seen & (of_value != _NOBODY)]
    waiting = candidates[roles.swaps[candidates]].tolist()
    while waiting:
        value = int(roles.needed[waiting.pop()])
        if not seen[value]:
            seen[value] = True
            producer = int(of_value[value])
            if producer != _NOBODY and roles.swaps[producer]:
                waiting.append(producer)


def _require_single_writes(columns: Columns, roles: Roles, seen: Mask, times_written: Integers) -> None:
    initial = roles.initial
    if seen[initial] and times_written[initial]:
        raise Inapplicable(f"the initial value {_text(columns, initial)} is also written")
    repeated = np.flatnonzero(seen & (times_written > 1))
    if len(repeated):
        value = int(repeated[0])
        raise Inapplicable(f"the value {_text(columns, value)} is written {times_written[value]} times")


def _resting_on(value: int, columns: Columns, roles: Roles, producers: Producers) -> list[int]:
    """The rows that prove that a value was there: the swaps without an answer that replaced it, one after the other,
    and a completed operation that saw the last of the values."""
    completed = (columns.outcome == OK) & (roles.reads | roles.swaps)
    rows: list[int] = []
    while True:
        needing = (roles.needed == value) & (roles.reads | roles.swaps)
        known = np.flatnonzero(needing & completed)
        if len(known):
            return [*rows, int(known[0])]
        # Seen only by swaps without an answer: one of them happened, since its own new value was seen.
        swaps = np.flatnonzero(needing)
        value = int(roles.written[swaps[producers.seen[roles.written[swaps]]][0]])
        rows.append(int(producers.of_value[value]))


def with_grounds(rows: list[int], columns: Columns, roles: Roles, producers: Producers) -> list[int]:
    """These rows with the writes that they rest on, and with what proves of those without an answer that they happened:
    what is to contradict itself must not miss a cause."""
    grounds = set(rows)
    for row in rows:
        grounds.update(_ancestry(row, roles, producers))
    for row in sorted(grounds):
        if columns.outcome[row] != OK:
            grounds.update(_resting_on(int(roles.written[row]), columns, roles, producers))
    return sorted(grounds)


def _ancestry(row: int, roles: Roles, producers: Producers) -> set[int]:
    """The write that a row needs, the one that that one needs, and so on."""
    rows: set[int] = set()
    while roles.reads[row] or roles.refused[row] or roles.swaps[row]:
        row = int(producers.of_value[roles.needed[row]])
        if row == _NOBODY or row in rows:
            break
        rows.add(row)
    return rows


class Blocks(NamedTuple):
    """The operations that happened, sorted into blocks."""

    members: Members
    number: int
    initial: int
    """The block of the initial value."""
    roots: Integers
    """The row of the write that begins each block; `_NOBODY` for the initial one."""


def blocks_of(columns: Columns, events: Timeline, roles: Roles, producers: Producers) -> Blocks:
    """The blocks of the register. Raises `Violated` where two swaps replaced the same value, or follow in a circle."""
    writes = np.flatnonzero(producers.happened)
    initial = len(writes)
    node_of_row = np.full(len(columns), initial, np.int64)
    node_of_row[writes] = np.arange(initial)
    # A value that only failed to be seen may have many writes; nobody asks for the node of such a value.
    node_of_value = np.where(producers.of_value == _NOBODY, initial, node_of_row[producers.of_value])
    swaps = writes[roles.swaps[writes]]
    reads = np.flatnonzero(roles.reads)
    parent = np.arange(initial + 1)
    parent[node_of_row[swaps]] = node_of_value[roles.needed[swaps]]
    _require_single_successors(columns, roles, producers, swaps)
    root, depth = _roots(parent) if len(swaps) else (parent, np.zeros(initial + 1, np.int64))
    rows = np.concatenate((writes, reads))
    nodes = np.concatenate((node_of_row[writes], node_of_value[roles.needed[reads]]))
    rootless = (parent[root] != root)[nodes] & (columns.outcome[rows] == OK)
    if rootless.any():
        row = int(rows[rootless.argmax()])
        sentence = "each of these values came from another one of them, and none came first"
        raise Violated(with_grounds([row], columns, roles, producers), sentence)
    is_read = np.arange(len(rows)) >= len(writes)
    rank = (depth[nodes] * 2 + is_read).astype(np.int32)
    members = Members(rows, root[nodes].astype(np.int32), rank, events.call[rows], events.last[rows])
    return Blocks(members, initial + 1, initial, np.append(writes, _NOBODY))


def _require_single_successors(columns: Columns, roles: Roles, producers: Producers, swaps: Integers) -> None:
    """A value that is written once can be replaced once."""
    replaced = roles.needed[swaps]
    times = np.bincount(replaced, minlength=roles.size)
    if (times > 1).any():
        value = int(times.argmax())
        rows = swaps[replaced == value][:2].tolist()
        sentence = f"{_text(columns, value)} was there once, and two compare-and-sets replaced it"
        raise Violated(with_grounds(rows, columns, roles, producers), sentence)


def _roots(parent: Integers) -> tuple[Integers, Integers]:
    """Where each node ends up by its parents, and in how many steps; nodes on a circle end up on the circle."""
    depth = (parent != np.arange(len(parent))).astype(np.int64)
    root = parent.copy()
    for _ in range(len(parent).bit_length() + 1):
        depth += depth[root]
        root = root[root]
    return root, depth


def _text(columns: Columns, value: int) -> str:
    return value_text(columns.values[value])

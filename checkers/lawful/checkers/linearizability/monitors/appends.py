"""Objects that are appended to and read as a whole: a read shows all that was appended, in order.

What was put, with all that is known to have been appended to it and all reads that show it, is a block of operations
that no other put comes between, and its reads tell the order within. So `zones` decides (as Elle recovers version
orders from reads of lists, Kingsbury and Alvaro, VLDB 2020). An append that no read shows comes after the last read of
some block and before the next put, so it is a block of its own. Puts and appends with an unknown outcome happened if a
read shows them; if none does, they are left out, which restricts nothing.

Where equal pieces were appended by several operations, a read tells one that was called before the read returned. If
this leaves a few possibilities, all of them are tried.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import permutations, product
from typing import NamedTuple, TypeAlias

import numpy as np

from lawful.checkers.columns import OK, Columns, Integers
from lawful.checkers.linearizability.monitors.monitor import Inapplicable, Violated
from lawful.checkers.linearizability.monitors.timeline import Timeline
from lawful.checkers.linearizability.monitors.zones import (
    Contradiction,
    Members,
    check_ranks,
    places_of,
    sequence,
    zones_of,
)
from lawful.models.wording import value_text

READ = 0
"""The code of the function that reads: monitors list it first."""

INITIAL = -1
"""Stands for the row that put what was there at the beginning."""

_MOST_POSSIBILITIES = 64

Place: TypeAlias = tuple[int, int]
"""A put, or `INITIAL`, and how many pieces were appended to it before."""


class Shown(NamedTuple):
    """What the reads show."""

    blocks: Mapping[int, Sequence[Hashable]]
    """By the row of each put that was seen, or `INITIAL`: the pieces that were appended to it, in order."""
    texts: Mapping[int, Place]
    """By the number of each answer."""
    appends: Mapping[Hashable, Sequence[int]]
    """The rows that appended each piece."""
    reasons: Mapping[int, Sequence[int]]
    """By the row of a put: the rows that prove that it was this one, where that takes others than its reads."""


class Revealed(NamedTuple):
    """What the reads show, with the append that each piece came from."""

    shown: Shown
    place: dict[int, Place]
    """By row."""


def reads_of(columns: Columns, shown: Shown) -> dict[Place, list[int]]:
    """The completed reads that show the same, earliest return first."""
    rows = np.flatnonzero((columns.function == READ) & (columns.outcome == OK))
    rows = rows[np.argsort(columns.return_ns[rows], kind="stable")]
    reads: dict[Place, list[int]] = {}
    for row, number in zip(rows.tolist(), columns.result[rows].tolist(), strict=True):
        reads.setdefault(shown.texts[number], []).append(row)
    return reads


def earliest_reads(columns: Columns, shown: Shown) -> dict[Place, int]:
    """Per place of a piece, the first read to return that shows it."""
    reads = reads_of(columns, shown)
    earliest: dict[Place, int] = {}
    for put, pieces in shown.blocks.items():
        best: int | None = None
        for count in range(len(pieces), 0, -1):
            for row in reads.get((put, count), [])[:1]:
                if best is None or columns.return_ns[row] < columns.return_ns[best]:
                    best = row
            assert best is not None, "the last piece of a block was read"
            earliest[put, count - 1] = best
    return earliest


def possibilities(columns: Columns, shown: Shown) -> Iterator[Revealed]:
    """Every way to tell which append each piece came from.

    Raises `Violated` where there is none, and `Inapplicable` where there are too many.
    """
    places: dict[Hashable, list[Place]] = {}
    for put, pieces in shown.blocks.items():
        for count, piece in enumerate(pieces):
            places.setdefault(piece, []).append((put, count))
    known: dict[int, Place] = {}
    unclear: list[list[dict[int, Place]]] = []
    total = 1
    earliest = earliest_reads(columns, shown)
    for piece, mine in places.items():
        rows = shown.appends[piece]
        if len(rows) == len(mine) == 1:
            known[rows[0]] = mine[0]
            continue
        ways = list(_ways(columns, rows, mine, earliest))
        if not ways:
            reads = [earliest[place] for place in mine]
            grounds = with_grounds([*rows, *reads], columns, Revealed(shown, {}))
            raise Violated(grounds, f"{value_text(str(piece))} shows more often than it was appended by then")
        unclear.append(ways)
        total *= len(ways)
        if total > _MOST_POSSIBILITIES:
            raise Inapplicable(f"{value_text(str(piece))} is appended {len(rows)} times, and read")
    for choice in product(*unclear):
        place = dict(known)
        for way in choice:
            place.update(way)
        yield Revealed(shown, place)


def _ways(
    columns: Columns, rows: Sequence[int], places: Sequence[Place], earliest: Mapping[Place, int]
) -> Iterator[dict[int, Place]]:
    """The ways to pick an append for each place that was called before the first read that shows it returned."""
    last_ns = [int(columns.return_ns[earliest[place]]) for place in places]
    calls_ns = {row: int(columns.call_ns[row]) for row in rows}
    if len(rows) > 6:
        raise Inapplicable(f"one piece is appended {len(rows)} times, and read")
    for picked in permutations(rows, len(places)):
        if all(calls_ns[row] <= ns for row, ns in zip(picked, last_ns, strict=True)):
            yield dict(zip(picked, places, strict=True))


def order_of_appends(columns: Columns, events: Timeline, shown: Shown) -> Integers:
    """The rows in order. Raises `Violated` where there is none."""
    violations: list[Violated] = []
    for revealed in possibilities(columns, shown):
        try:
            return _order(columns, events, revealed)
        except Violated as violated:
            violations.append(violated)
    if len(violations) == 1:
        raise violations[0]
    # Each possibility has its own contradiction, and it takes all reads of the unclear pieces to name all of them.
    unclear = {piece for piece, rows in shown.appends.items() if len(rows) > 1}
    earliest = earliest_reads(columns, shown)
    reads = {row for (put, count), row in earliest.items() if shown.blocks[put][count] in unclear}
    rows = {row for violated in violations for row in violated.rows} | reads
    raise Violated(with_grounds(sorted(rows), columns, Revealed(shown, {})), violations[0].sentence)


def _order(columns: Columns, events: Timeline, revealed: Revealed) -> Integers:
    members, puts = _members(columns, events, revealed)
    initial = len(puts)
    try:
        check_ranks(members, initial + 1)
        zones = zones_of(members, initial + 1, initial)
        places = places_of(members, zones)
    except Contradiction as contradiction:
        rows = members.row[contradiction.members].tolist()
        names = [_name(columns, int(puts[block]) if block < initial else INITIAL) for block in contradiction.blocks]
        raise Violated(with_grounds(rows, columns, revealed), contradiction.sentence.format(*names)) from None
    ordered: Integers = members.row[sequence(members, places)]
    return ordered


def _members(columns: Columns, events: Timeline, revealed: Revealed) -> tuple[Members, Integers]:
    """The operations that happened, and the row that begins each block; the initial block comes after these."""
    happened = columns.outcome == OK
    begun_by = np.arange(len(columns))
    rank = np.zeros(len(columns), np.int64)
    for put in revealed.shown.blocks:
        if put != INITIAL:
            happened[put] = True
    for row, (put, count) in revealed.place.items():
        happened[row] = True
        begun_by[row], rank[row] = put, 2 * count + 2
    put_of, count_of = np.zeros((2, len(columns.values)), np.int64)
    for number, (put, count) in revealed.shown.texts.items():
        put_of[number], count_of[number] = put, count
    reads = np.flatnonzero((columns.function == READ) & (columns.outcome == OK))
    begun_by[reads] = put_of[columns.result[reads]]
    rank[reads] = 2 * count_of[columns.result[reads]] + 1
    rows = np.flatnonzero(happened)
    puts = np.unique(begun_by[rows])
    puts = puts[puts != INITIAL]
    block = np.where(begun_by[rows] == INITIAL, len(puts), np.searchsorted(puts, begun_by[rows]))
    members = Members(rows, block.astype(np.int32), rank[rows].astype(np.int32), events.call[rows], events.last[rows])
    return members, puts


def with_grounds(rows: Sequence[int], columns: Columns, revealed: Revealed) -> list[int]:
    """These rows with what they rest on: the writes that reads show, and the reads that tell where appends belong."""
    shown, place = revealed
    earliest, reads = earliest_reads(columns, shown), reads_of(columns, shown)
    grounds = set(rows)
    waiting = [row for row in rows if columns.function[row] == READ]
    for row in rows:
        put = row if row in shown.blocks else place.get(row, (None,))[0]
        if put is not None:
            waiting.append(reads[put, len(shown.blocks[put])][0])
    while waiting:
        row = waiting.pop()
        put, count = shown.texts[int(columns.result[row])]
        grounds.update((row, put, *shown.reasons.get(put, ())))
        for piece in shown.blocks[put][:count]:
            if not grounds.issuperset(shown.appends[piece]):
                grounds.update(shown.appends[piece])
                if len(shown.appends[piece]) > 1:
                    # It takes all places at which the piece shows to tell which append is at which.
                    waiting += [read for at, read in earliest.items() if shown.blocks[at[0]][at[1]] == piece]
    return sorted(grounds - {INITIAL})


def _name(columns: Columns, put: int) -> str:
    """A block by what was put at its beginning, or by the append that is alone in it."""
    return "the initial value" if put == INITIAL else value_text(columns.values[int(columns.first[put])])

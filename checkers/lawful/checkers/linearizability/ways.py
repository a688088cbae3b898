"""Which configurations lie on some way past a return: the rest need not be tried.

The depth-first search takes a wrong turn now and then, and finds out a few returns later. Sets of configurations are
cheap to follow forward from where it was (see `frontier`); followed back from behind the return, they leave what is
worth trying. Forward, an operation with an unknown outcome may be placed any number of times, so what is left out leads
nowhere, but what is left in need not lead anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lawful.checkers.linearizability.configuration import Layer, Ways
from lawful.checkers.linearizability.moves import Local, Moves
from lawful.checkers.linearizability.schedule import Position


class Crossing(NamedTuple):
    """What is met at one position."""

    before: Layer
    """All configurations at the position."""
    behind: Layer
    """Those reached from them that have the return behind them. Those that only look are not placed in them yet."""


def placeable(local: Local, choices: set[int]) -> Iterator[tuple[int, int, set[int]]]:
    """Each move: the state after it, what it places ahead, and for which of `choices` it can be made."""
    for bit, copies, after, looked, _ in local.extras:
        if copies:
            yield after, bit | looked, {ahead for ahead in choices if not ahead & bit and ahead & copies == copies}
        else:
            yield after, bit | looked, {ahead for ahead in choices if not ahead & bit}
    for _, after, looked in local.optional:
        yield after, looked, choices


def ways_through(crossings: Sequence[Crossing], moves: Moves, positions: Sequence[Position], first: int) -> Ways:
    """Of all that is met from the position `first` on, what leads behind the last crossing."""
    ways: Ways = {}
    leads = crossings[-1].behind
    for position in reversed(range(first, first + len(crossings))):
        before, behind = crossings[position - first]
        if position < first + len(crossings) - 1:
            leads = _leading(behind, leads, ways[position + 1], moves, positions, position + 1)
        ways[position] = _ways_here(before, leads, moves, position, positions[position].bit)
    return ways


def _leading(
    arriving: Layer, leads: Layer, ways: Layer, moves: Moves, positions: Sequence[Position], position: int
) -> Layer:
    """Those of `arriving` at `position` that lead on: into `ways` there, or at once behind it, into `leads`."""
    bit = positions[position].bit
    leading: Layer = {}
    for state, choices in arriving.items():
        looked = moves.looked(position, state)
        here, behind = ways.get(state, ()), leads.get(state, ())
        leading[state] = {
            ahead
            for ahead in choices
            if ((ahead | looked) ^ bit in behind if (ahead | looked) & bit else ahead | looked in here)
        }
    return leading


def _ways_here(before: Layer, leads: Layer, moves: Moves, position: int, bit: int) -> Layer:
    """Those of `before` from which some moves at `position` end in `leads`."""
    ways: Layer = {state: set() for state in before}
    for state, choices in before.items():
        local = moves.at(position, state)
        for after in local.explained:
            ways[state] |= choices & leads.get(after, set())
        for after, placed, movable in placeable(local, choices):
            if placed & bit:
                target = leads.get(after, set())
                ways[state] |= {ahead for ahead in movable if (ahead | placed) ^ bit in target}
    grown = True
    while grown:
        grown = False
        for state, choices in before.items():
            for after, placed, movable in placeable(moves.at(position, state), choices - ways[state]):
                if not placed & bit and ways.get(after):
                    target = ways[after]
                    found = {ahead for ahead in movable if ahead | placed in target}
                    grown = grown or bool(found)
                    ways[state] |= found
    return ways

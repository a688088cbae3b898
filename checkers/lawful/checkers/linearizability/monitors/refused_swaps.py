"""Where refused compare-and-sets fit into an order of the other operations on a register.

One that was refused saw that its old value was not there. It fits between any two operations where another value is
there. Taken in order of their calls, each at the earliest place left to it, they all find a place if they can.
"""

from __future__ import annotations

import numpy as np

from lawful.checkers.columns import Columns, Integers
from lawful.checkers.linearizability.monitors.monitor import Inapplicable, Violated
from lawful.checkers.linearizability.monitors.register_blocks import Producers, Roles, with_grounds
from lawful.checkers.linearizability.monitors.timeline import Timeline
from lawful.models.wording import value_text

_NOBODY = -1


def check_refused(columns: Columns, events: Timeline, roles: Roles, producers: Producers) -> None:
    """Raise `Violated` where the old value of a refused compare-and-set was certainly there all the time.

    It is, from the first return of the write or a read of it to the last call of a read of it or of the swap that
    replaced it.
    """
    holding = roles.reads | (roles.swaps & producers.happened)
    reads, keeping = np.flatnonzero(roles.reads), np.flatnonzero(holding)
    first = np.full(roles.size, events.end, np.int32)
    latest = np.full(roles.size, _NOBODY, np.int32)
    np.minimum.at(first, roles.needed[reads], events.last[reads])
    written = np.flatnonzero(producers.of_value != _NOBODY)
    first[written] = np.minimum(first[written], events.last[producers.of_value[written]])
    first[roles.initial] = _NOBODY
    np.maximum.at(latest, roles.needed[keeping], events.call[keeping])
    refused = np.flatnonzero(roles.refused)
    old = roles.needed[refused]
    inside = (first[old] < events.call[refused]) & (events.last[refused] < latest[old])
    if inside.any():
        row, value = int(refused[inside.argmax()]), int(old[inside.argmax()])
        rows = [row, *np.flatnonzero(holding & (roles.needed == value) & (events.call == latest[value])).tolist()]
        rows += np.flatnonzero(roles.reads & (roles.needed == value) & (events.last == first[value])).tolist()
        sentence = f"{value_text(columns.values[value])} was there all the time"
        raise Violated(with_grounds(rows, columns, roles, producers), sentence)


def place_refused(columns: Columns, events: Timeline, roles: Roles, order: Integers) -> Integers:
    """`order` with the refused compare-and-sets in it; raises `Inapplicable` where one does not fit."""
    refused = np.flatnonzero(roles.refused)
    refused = refused[np.argsort(events.call[refused], kind="stable")]
    # A *gap* is a place in the order: gap g is before its operation g.
    earliest, latest = _gaps(events, order, refused)
    there = np.append(roles.initial, np.where(roles.writes, roles.written, roles.needed)[order])
    changes = np.append(np.flatnonzero(there[1:] != there[:-1]) + 1, len(there))
    next_change = changes[np.searchsorted(changes, np.arange(len(there)), side="right")]
    by_return = np.argsort(events.last[refused], kind="stable").tolist()
    chosen = np.zeros(len(refused), np.int64)
    passed, least = 0, 0
    for at, row in enumerate(refused.tolist()):
        # Not before the places of those that returned before this one was called.
        while events.last[refused[by_return[passed]]] < events.call[row]:
            least = max(least, int(chosen[by_return[passed]]))
            passed += 1
        gap = max(least, int(earliest[at]))
        if there[gap] == roles.needed[row]:
            gap = int(next_change[gap])
        if gap > latest[at]:
            raise Inapplicable(
                f"operation {columns.index[row]}, a refused compare-and-set, does not fit into the order of the others"
            )
        chosen[at] = gap
    gaps = np.concatenate((chosen * 2, np.arange(len(order)) * 2 + 1))
    return np.concatenate((refused, order))[np.argsort(gaps, kind="stable")]


def _gaps(events: Timeline, order: Integers, refused: Integers) -> tuple[Integers, Integers]:
    """Per refused row, the first gap after all that precede it, and the last one before all that follow it."""
    places = np.arange(len(order))
    returns, calls = events.last[order], events.call[order]
    by_return, by_call = np.argsort(returns, kind="stable"), np.argsort(calls, kind="stable")
    after = np.append(0, np.maximum.accumulate(places[by_return] + 1))
    before = np.append(np.minimum.accumulate(places[by_call][::-1])[::-1], len(order))
    earliest = after[np.searchsorted(returns[by_return], events.call[refused])]
    latest = before[np.searchsorted(calls[by_call], events.last[refused])]
    return earliest, latest

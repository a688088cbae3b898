"""Runs the loops of `layers` on one history: makes the arrays, gives them room, and reads the result."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.linearizability.configuration import Counter
from lawful.checkers.linearizability.monitors.compiled import run_on
from lawful.checkers.linearizability.native import layers
from lawful.checkers.linearizability.native.closed import ClosedTable, closed_table
from lawful.checkers.linearizability.native.layers import Tables
from lawful.checkers.linearizability.native.route import Route, Used
from lawful.checkers.linearizability.schedule import Schedule
from lawful.checkers.linearizability.table import TransitionTable
from lawful.checkers.meter import BudgetExhausted

_MOST_ENTRIES = 40_000
_MOST_WIDE = 400_000
"""Configurations at one position. A depth-first search may be luckier with what has more."""
FIRST_TRAILS = 1 << 14
_WORK_BETWEEN_LOOKS = 1_000_000
"""Moves; a tenth of a second or less."""
_STUCK_KEPT = 3
_PER_CONFIGURATION = ("state", "used", "covered", "trail", "alive", "chain", "bucket")
COMPILED = 1 << 40
"""Turns from which `monitors.compiled` compiles whatever its limit is."""


class Explored(NamedTuple):
    """How a search ended."""

    linearizable: bool | None
    """None: the budget was used up, or there were too many configurations at one position."""
    deepest: int
    routes: tuple[Route, ...]
    """A linearization, or some ways to the return that nothing gets past."""
    widest: int
    """Configurations at one position, at most."""
    exhausted: str = ""
    """The budget that was used up."""


class LayeredSearch:
    """A search that can begin."""

    def __init__(self, closed: ClosedTable, tables: Tables, counter: Counter) -> None:
        self._closed = closed
        self._tables = tables
        self._counter = counter

    def run(self, turns: int = COMPILED) -> Explored:
        """Search to the end. Below the limit of `monitors.compiled`, `turns` make it run interpreted."""
        while True:
            try:
                self._counter.look()
            except BudgetExhausted as exhausted:
                return self._explored(None, (), str(exhausted))
            ended = run_on(self._tables, layers.advance, _WORK_BETWEEN_LOOKS, turns=turns)
            if ended == layers.LINEARIZABLE:
                return self._explored(True, self._ways("there", 1))
            if ended == layers.STUCK:
                return self._explored(False, self._ways("here", _STUCK_KEPT))
            if ended == layers.FULL:
                if len(self._tables.here_state) > _MOST_WIDE:
                    return self._explored(None, ())
                self._tables = _with_room(self._tables, _PER_CONFIGURATION)
            if ended == layers.TRAIL_FULL:
                kept = run_on(self._tables, layers.compact_trails, turns=turns)
                if kept + layers.MOST_ENTERED > len(self._tables.trail_parent) // 2:
                    self._tables = _grown(self._tables, [name for name in Tables._fields if name[:6] == "trail_"])

    def _explored(self, linearizable: bool | None, routes: tuple[Route, ...], exhausted: str = "") -> Explored:
        progress = self._tables.progress
        return Explored(linearizable, int(progress[layers.POSITION]), routes, int(progress[layers.WIDEST]), exhausted)

    def _ways(self, side: str, most: int) -> tuple[Route, ...]:
        """How the first configurations at this or the next position were reached."""
        count = self._tables.progress[layers.HERE if side == "here" else layers.THERE]
        alive = np.flatnonzero(getattr(self._tables, f"{side}_alive")[:count])[:most]
        trails = getattr(self._tables, f"{side}_trail")[alive].tolist()
        return tuple(self._way(trail) for trail in trails)

    def _way(self, trail: int) -> Route:
        tables, used = self._tables, []
        while trail >= 0:
            used.append(
                Used(int(tables.trail_choice[trail]), int(tables.trail_position[trail]), int(tables.trail_state[trail]))
            )
            trail = int(tables.trail_parent[trail])
        used.reverse()
        return Route(tuple(used), int(tables.progress[layers.POSITION]), self._closed)


def layered_search(
    plan: Schedule, table: TransitionTable, counter: Counter, most_entries: int = _MOST_ENTRIES
) -> LayeredSearch | None:
    """A search of `plan`; None where it has too many open operations, or the model too many states."""
    if _slots(plan) > layers.MOST_SLOTS:
        return None
    closed = closed_table(table, plan, most_entries)
    if closed is None:
        return None
    return LayeredSearch(closed, _tables(plan, closed), counter)


def _slots(plan: Schedule) -> int:
    return max(position.bit.bit_length() for position in plan.positions) + len(plan.unknown)


def _tables(plan: Schedule, closed: ClosedTable) -> Tables:
    total = [closed.is_total(kind) for kind in range(len(closed.kinds))]
    blind = [closed.is_blind(kind) for kind in range(len(closed.kinds))]
    sort = [closed.sort(kind, total[kind] and any(blind)) for kind in range(len(closed.kinds))]
    given = {**_windows(plan, closed), **_transitions(closed), "sort": sort, "blind": blind, "total": total}
    room = max(1 << 12, 4 * layers.MOST_ENTERED)
    sides = {f"{side}_{name}": _empty(room) for side in ("here", "there") for name in _PER_CONFIGURATION}
    heads = {f"{side}_head": _empty(1 << 12) - 1 for side in ("here", "there")}
    trails = {name: _empty(FIRST_TRAILS) for name in Tables._fields if name[:6] == "trail_"}
    arrays: dict[str, Any] = {name: np.array(values, np.int64) for name, values in given.items()}
    tables = Tables(progress=_empty(8), **arrays, **sides, **heads, **trails)
    tables.there_alive[0] = 1
    tables.there_trail[0] = -1
    tables.progress[layers.THERE] = 1
    return tables


def _windows(plan: Schedule, closed: ClosedTable) -> dict[str, list[int]]:
    """What is open at each position, those with an unknown outcome last."""
    numbers = {kind: number for number, kind in enumerate(closed.kinds)}
    first_unknown = max(position.bit.bit_length() for position in plan.positions)
    kinds = _kinds_of_unknown(plan)
    found: dict[str, list[int]] = {f"window_{name}": [] for name in ("from", "slot", "kind", "choice")}
    for position in plan.positions:
        found["window_from"].append(len(found["window_slot"]))
        found["window_slot"] += [opened.bit.bit_length() - 1 for opened in position.window]
        found["window_kind"] += [numbers[opened.kind] for opened in position.window]
        found["window_choice"] += [opened.rank for opened in position.window]
        found["window_slot"] += range(first_unknown, first_unknown + position.unknown)
        found["window_kind"] += [numbers[kind] for kind in kinds[: position.unknown]]
        found["window_choice"] += [~number for number in range(position.unknown)]
    found["window_from"].append(len(found["window_slot"]))
    found["return_slot"] = [position.bit.bit_length() - 1 for position in plan.positions]
    found["return_kind"] = [numbers[position.kind] for position in plan.positions]
    return found


def _kinds_of_unknown(plan: Schedule) -> list[int]:
    """By number; those that were called after the last return do not matter."""
    kinds = {}
    for copies in plan.copies:
        for number in range(copies.mask.bit_length()):
            if copies.mask >> number & 1:
                kinds[number] = copies.kind
    return [kinds[number] for number in range(len(kinds))]


def _transitions(closed: ClosedTable) -> dict[str, list[int]]:
    starts = [0]
    following: list[int] = []
    for entry in closed.entries:
        following += entry
        starts.append(len(following))
    return {"after_from": starts, "after": following or [0]}


def _empty(size: int) -> NDArray[np.int64]:
    return np.zeros(size, np.int64)


def _with_room(tables: Tables, per_configuration: tuple[str, ...]) -> Tables:
    return _grown(tables, [f"{side}_{name}" for side in ("here", "there") for name in per_configuration])


def _grown(tables: Tables, names: list[str]) -> Tables:
    """The same with arrays twice as long."""
    longer = {name: np.concatenate([getattr(tables, name), np.zeros_like(getattr(tables, name))]) for name in names}
    return tables._replace(**longer)

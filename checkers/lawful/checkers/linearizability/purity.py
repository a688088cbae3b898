"""Where it matters that an operation only looks: asked before a search may conclude that there is no linearization.

A search places what seems to only look at once (`steps`, rule 2), and loses by it only those linearizations in which
the operation comes later, in a state that it would change. Which states can these be? What comes before it was
called before it returned: operations that were open when it returned, and those with an unknown outcome. The search
places the same ones in the same order, only after it; it meets each state that they lead to before it can go past the
return of any change that was called later. While an operation is open, it is asked in every state that is met; so
what remains are the states met between its own return and the return of that change.

So an operation that overlaps with no change need not be asked at all, and others are asked in a few states, however
long the history is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from lawful.checkers.linearizability.moves import Moves
from lawful.checkers.linearizability.schedule import Schedule
from lawful.checkers.linearizability.table import TransitionTable


def verify_purity(plan: Schedule, moves: Moves, table: TransitionTable) -> None:
    """Look whether what was placed at once changes no state in which it might have come later.

    `moves` are those of a search that found no linearization. Raises `PurityRefuted` where something does.
    """
    changes = [rank for rank, position in enumerate(plan.positions) if not table.preserves(position.kind)]
    ends = [*changes, len(plan.positions) - 1]
    met: dict[int, set[int]] = {}
    for rank, position in enumerate(plan.positions):
        if table.preserves(position.kind) and _overlaps_changes(plan, rank, table):
            for number in _stretches(plan, rank, ends):
                if number not in met:
                    first = ends[number - 1] + 1 if number else 0
                    met[number] = moves.met(range(first, ends[number] + 1))
                table.ask(position.kind, met[number])


def _overlaps_changes(plan: Schedule, rank: int, table: TransitionTable) -> bool:
    """Whether something that may change the state was called, but had not returned, when the operation returned."""
    position = plan.positions[rank]
    return position.unknown > 0 or any(not table.preserves(opened.kind) for opened in position.window)


def _stretches(plan: Schedule, rank: int, ends: list[int]) -> Iterator[int]:
    """The numbers of the stretches, each of which ends with the return of a change, where the operation is asked.

    The last one ends with a change that was called after the operation had returned.
    """
    for number in range(bisect_left(ends, rank), len(ends)):
        yield number
        if plan.positions[ends[number]].operation.call_ns > plan.positions[rank].deadline_ns:
            break

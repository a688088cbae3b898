"""The model as arrays: every state that the operations of one history may lead to, and what each kind does in it.

Only for models with few such states, since every entry is worked out beforehand. Then what a kind does in all of them
is known for certain, and the rules of `layers` need no assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lawful.checkers.linearizability.native.layers import HARD, LOOKING, MOST_FOLLOWING
from lawful.checkers.linearizability.schedule import Schedule
from lawful.checkers.linearizability.table import PurityRefuted, TransitionTable


class ClosedTable(NamedTuple):
    """The entries of some kinds in all states that they lead to; states and kinds have numbers of their own here."""

    states: tuple[int, ...]
    """The numbers in the table that it was made from; the first one is the initial state."""
    kinds: tuple[int, ...]
    entries: tuple[tuple[int, ...], ...]
    """By state times kinds plus kind: the states that may follow."""

    def column(self, kind: int) -> Sequence[tuple[int, ...]]:
        """What one kind does in each state."""
        return self.entries[kind :: len(self.kinds)]

    def is_total(self, kind: int) -> bool:
        """Whether it may happen in every state."""
        return all(self.column(kind))

    def is_blind(self, kind: int) -> bool:
        """Whether it leads to one and the same state from all."""
        column = set(self.column(kind))
        return len(column) == 1 and len(next(iter(column))) == 1

    def sort(self, kind: int, coverable: bool) -> int:
        """HARD where nothing ever covers it, LOOKING where it never changes a state, or 0."""
        column = self.column(kind)
        if all(set(entry) <= {state} for state, entry in enumerate(column)):
            return LOOKING
        return 0 if coverable or any(state in entry for state, entry in enumerate(column)) else HARD


def closed_table(table: TransitionTable, plan: Schedule, most_entries: int) -> ClosedTable | None:
    """All that the operations of `plan` may do; None where that is more than `most_entries`."""
    kinds = tuple(sorted({*plan.kinds, *(copies.kind for copies in plan.copies)}))
    numbers = {table.initial: 0}
    waiting = [table.initial]
    entries: list[tuple[int, ...]] = []
    for state in waiting:
        if len(entries) + len(kinds) > most_entries:
            return None
        for kind in kinds:
            following = _entry(table, state, kind)
            if len(following) > MOST_FOLLOWING:
                return None
            waiting += _new(following, numbers)
            entries.append(tuple(numbers[after] for after in following))
    return ClosedTable(tuple(waiting), kinds, tuple(entries))


def _new(following: Iterable[int], numbers: dict[int, int]) -> list[int]:
    """Those of `following` that had no number; now they have."""
    found = [after for after in following if after not in numbers]
    for after in found:
        numbers[after] = len(numbers)
    return found


def _entry(table: TransitionTable, state: int, kind: int) -> tuple[int, ...]:
    try:
        return table.rows[state][kind]
    except PurityRefuted:
        # What this search concludes does not rest on who only looks; the entry is there now.
        return table.rows[state][kind]

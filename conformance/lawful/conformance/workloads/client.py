"""What one client does: it calls the functions of a table as often as their weights say, and holds on to its rights.

The collisions: names are few, so that clients meet on rows; what is claimed and leased expires while its holder is
busy, dead, or has forgotten it; a holder that lost its right goes on and must be refused; and who does not know what
became of an operation looks, and then often asks for the same once more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from lawful.conformance.workloads.drawing import Drawing, names, own_name
from lawful.conformance.workloads.memory import Memory, Row
from lawful.conformance.workloads.script import Intent, generator_of
from lawful.conformance.workloads.table_traits import exclusive_of, for_holders, grants, whole_lists
from lawful.models.history import Outcome
from lawful.models.values import Json
from lawful.specs.function import Function
from lawful.specs.table import Table

_MOST_RIGHTS = 4
_RARELY = 4
"""How many times less often who holds no right calls what is for holders."""


class Right(NamedTuple):
    """What a client believes is its own."""

    key: str | None
    row: Row | None


def keys_of(table: Table) -> tuple[str | None, ...]:
    """The independent parts of a table that are worked on."""
    return (None,) if table.key is None else names(table.key)[:2]


class DeclaredClient:
    """Implements `Script`."""

    def __init__(self, table: Table, client: int, seed: int) -> None:
        self._table = table
        self._choose = generator_of(seed, f"{table.name}/{client}").choice
        self._memory = Memory(table)
        self._drawing = Drawing(table, client, self._choose, self._memory)
        self._exclusive = exclusive_of(table)
        self._own = (
            {} if self._exclusive is None else {self._exclusive.believer: own_name(self._exclusive.believer, client)}
        )
        holders = for_holders(table)
        self._any = [
            one for one in table.functions for _ in range(one.weight if one not in holders else one.weight // _RARELY)
        ]
        self._for_holders = [one for one in holders for _ in range(one.weight)]
        self._rights: list[Right] = []
        self._ahead: deque[Intent] = deque()

    def next(self) -> Intent:
        self._drawing.tick += 1
        if self._ahead:
            return self._ahead.popleft()
        if self._rights and self._for_holders and self._choose((True, False)):
            right = self._choose(self._rights)
            return self._intent(self._choose(self._for_holders), right.key, {**self._own, **self._named(right.row)})
        return self._intent(self._choose(self._any), self._choose(keys_of(self._table)))

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        self._memory.saw(intent, outcome, result)
        if outcome is Outcome.UNKNOWN:
            self._ahead.append(self._look(intent))
            function = self._table.function(intent.function)
            if function is not None and not function.reads_only and self._choose((True, False)):
                self._ahead.append(intent)
        elif outcome is Outcome.OK:
            self._believe(intent, result)

    def _believe(self, intent: Intent, result: Json) -> None:
        if self._exclusive is None:
            return
        named = result if isinstance(result, Mapping) else intent.arguments
        right = Right(intent.key, self._memory.row_in(named))
        given_up = intent.function in self._exclusive.given_up_by
        if right in self._rights and (given_up or result is False):
            self._rights.remove(right)
        granted = any(intent.function == one.name for one in grants(self._table)) and result is not None
        if granted and right not in self._rights and self._choose((True, True, True, True, False)):
            # Else the client forgets it, and it expires.
            self._rights = [*self._rights, right][-_MOST_RIGHTS:]

    def _look(self, intent: Intent) -> Intent:
        """What shows what became of an operation; it tells the checker early, too."""
        lists = whole_lists(self._table)
        if lists:
            return self._intent(lists[0], intent.key, dict.fromkeys(one.name for one in lists[0].arguments))
        readers = [one for one in self._table.functions if one.reads_only]
        fitting = [one for one in readers if all(part.name in intent.arguments for part in one.arguments)]
        return self._intent((fitting or readers)[0], intent.key, intent.arguments)

    def _named(self, row: Row | None) -> dict[str, Json]:
        return {} if row is None else {field.name: value for field, value in zip(self._table.row_key, row, strict=True)}

    def _intent(self, function: Function, key: str | None, given: Mapping[str, Json] | None = None) -> Intent:
        return Intent(self._table.name, key, function.name, self._drawing.arguments(function, key, given))

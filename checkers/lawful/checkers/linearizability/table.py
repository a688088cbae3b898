"""The model as a table of integers, filled in as the search asks for it.

A model is plain Python and a search visits the same states and calls over and over, so each pair of a state and a
kind of operation is worked out once. An entry is the tuple of the states that may follow: empty where the model does
not allow the answer, more than one where the model is not deterministic.

Assumption: the model is pure, and its states are equal only where it treats them alike (see `lawful.models.model`).

The table also knows which operations only look. An entry *preserves* the state if it leads back to it and nowhere
else. That one entry does so says nothing about the kind: writing 3 to a register that holds 3 changes nothing, and yet
it matters whether it comes before or after another write. So kinds are taken to preserve the state until an entry
of their group is seen that does not; then `PurityRefuted` is raised, the group is taken to change states from then
on, and whoever relied on the opposite starts anew. Who is about to conclude that something is impossible must first
call `verify_purity`, which looks at the entries that were never needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lawful.checkers.linearizability.kinds import Kinds
from lawful.checkers.meter import Meter
from lawful.models.model import KnowsEffects, Model, Transition, state_after

_SECONDS_BETWEEN_LOOKS = 0.05


class PurityRefuted(Exception):
    """A kind of operation that was taken to preserve every state changes one after all."""


class Row(dict[int, tuple[int, ...]]):
    """The entries of one state by kind; a missing one is worked out when it is looked up."""

    __slots__ = ("_table", "preserved", "replies", "state")

    def __init__(self, table: TransitionTable, number: int, state: Any) -> None:
        super().__init__()
        self._table = table
        self.state = state
        self.preserved = (number,)
        """The entry, by identity, of every operation that leaves this state as it is."""
        self.replies: dict[int, tuple[Transition[Any], ...]] = {}
        """What the model said, by call."""

    def __missing__(self, kind: int) -> tuple[int, ...]:
        entry = self[kind] = self._table.entry(self, kind)
        return entry


class TransitionTable:
    """The states of a model, numbered in order of discovery, and what each kind of operation does in them.

    One table may serve any number of searches on histories of the same model.
    """

    def __init__(self, model: Model[Any], meter: Meter) -> None:
        self._model = model
        self._meter = meter
        self._next_look_s = 0.0
        self._numbers: dict[Any, int] = {}
        self._changes: set[int] = set()
        self._effects = model if isinstance(model, KnowsEffects) else None
        self._asked_groups = 0
        self.kinds = Kinds()
        self.rows: list[Row] = []
        self.initial = self._number_of(model.initial())

    def ask_for_effects(self) -> None:
        """Take groups to change states where the model says so, which saves a search that would find it out."""
        asked, self._asked_groups = self._asked_groups, len(self.kinds.examples)
        for group in range(asked, self._asked_groups):
            if self._effects is not None and not self._effects.had_no_effect(self.kinds.examples[group]):
                self._changes.add(group)

    def preserves(self, kind: int) -> bool:
        """Whether no entry of `kind`, or of one like it, has yet been seen to change a state."""
        group = self.kinds.kinds[kind].group
        return group >= 0 and group not in self._changes

    def entry(self, row: Row, kind: int) -> tuple[int, ...]:
        """Work out which states may follow; raises `PurityRefuted` where that shows a group of kinds to be changes."""
        known = self.kinds.kinds[kind]
        entry: list[int] = []
        for transition in self._replies(row, known.call):
            after = state_after(transition, known.result) if known.known else transition.state
            if after is not None:
                number = self._number_of(after)
                if number not in entry:
                    entry.append(number)
        if entry == [row.preserved[0]]:
            return row.preserved
        if entry and self.preserves(kind):
            self._changes.add(known.group)
            row[kind] = tuple(entry)
            raise PurityRefuted
        return tuple(entry)

    def closure(self, kinds: Sequence[int], most_entries: int) -> tuple[int, ...]:
        """Every state that operations of these kinds may lead to, each any number of times and in any order.

        None at all where that takes more than `most_entries` entries to find out.
        """
        found = {self.initial: None}
        waiting = [self.initial]
        for state in waiting:
            most_entries -= len(kinds)
            if most_entries < 0:
                return ()
            for kind in kinds:
                for after in self.rows[state][kind]:
                    if after not in found:
                        found[after] = None
                        waiting.append(after)
        return tuple(found)

    def ask(self, kind: int, states: Iterable[int]) -> None:
        """Look what `kind` does in each of `states`; raises `PurityRefuted` where it changes one after all."""
        for state in states:
            self.rows[state][kind]
            self._look_at_the_clock()

    def _replies(self, row: Row, call: int) -> tuple[Transition[Any], ...]:
        replies = row.replies.get(call)
        if replies is None:
            replies = row.replies[call] = tuple(self._model.step(row.state, self.kinds.calls[call]))
            self._meter.worked(len(replies))
            self._look_at_the_clock()
        return replies

    def _look_at_the_clock(self) -> None:
        """A model may be slow: this is done after every call of it, though not more often than useful."""
        if self._meter.seconds > self._next_look_s:
            self._meter.look()
            self._next_look_s = self._meter.seconds + _SECONDS_BETWEEN_LOOKS

    def _number_of(self, state: Any) -> int:
        number = self._numbers.get(state)
        if number is None:
            number = self._numbers[state] = len(self.rows)
            self.rows.append(Row(self, number, state))
        return number

"""What clients notice of Raft, as predicates over what servers applied and told them.

A leader tells a client its answer when the entry of its term is committed. Who was told what is worked out from the
state of the leader: each answer that it may have given by now counts as given.

These see one moment, and the answers of two leaders at a time. What they leave out is the order in real time: that an
operation which was answered before another began comes first. Raft keeps it by RAFT-4, as a leader appends to all that
was answered before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

from lawful.models.raft.machine import Applied, Machine, State, applied
from lawful.models.raft.rules import Rules
from lawful.models.raft.snapshots import entries_of
from lawful.models.raft.state import Role, Server

OperationId: TypeAlias = tuple[int, int]
"""Of an operation: its client and sequence number with sessions, the term and the index of its entry without."""


class Told(NamedTuple):
    """An operation, and what its client was answered; None where it was not, or not yet."""

    operation: OperationId
    command: int
    answer: str | None


@dataclass(frozen=True, slots=True)
class Clients:
    """Raft as clients see it."""

    machine: Machine
    rules: Rules
    has_sessions: bool

    def applied(self, server: Server, up_to: int) -> tuple[Applied, ...]:
        """What the entries of the server's log come to."""
        log = entries_of(server)[:up_to]
        moments_s = tuple(self.rules.stamped(server, index) for index in range(1, len(log) + 1))
        return applied(self.machine, log, moments_s, self.rules.takes_effect if self.has_sessions else None)

    def takes_effect_once(self, server: Server) -> bool:
        """A command takes effect at most once, and whoever asks again gets the first answer."""
        first: dict[tuple[int, int], Applied] = {}
        for one in self._asked(server):
            before = first.setdefault((one.command, one.sequence), one)
            if before is not one and (one.took_effect or one.answer not in (before.answer, None)):
                return False
        return True

    def is_asked_again(self, server: Server) -> bool:
        """Whether some command is committed more than once."""
        asked = [(one.command, one.sequence) for one in self._asked(server)]
        return len(set(asked)) < len(asked)

    def _asked(self, server: Server) -> list[Applied]:
        return [one for one in self.applied(server, server.commit_index) if one.command]

    def both_applied(self, one: Server, other: Server) -> bool:
        return min(one.commit_index, other.commit_index) > 0

    def agree(self, one: Server, other: Server) -> bool:
        """Up to where both applied their logs, they have the same states and the same answers."""
        up_to = min(one.commit_index, other.commit_index)
        mine, yours = self.applied(one, up_to), self.applied(other, up_to)
        return [(a.answer, a.state) for a in mine] == [(b.answer, b.state) for b in yours]

    def have_told(self, one: Server, other: Server) -> bool:
        return any(told.answer is not None for server in (one, other) for told in self._told(server))

    def are_explained(self, one: Server, other: Server) -> bool:
        """Some order of operations has all answers that the two have given."""
        known: dict[OperationId, Told] = {}
        for told in (*self._told(one), *self._told(other)):
            before = known.get(told.operation)
            if before is not None and None not in (before.answer, told.answer) and before.answer != told.answer:
                return False
            if before is None or before.answer is None:
                known[told.operation] = told
        return _some_order(self.machine, self.machine.initial(), frozenset(known.values()))

    def _told(self, server: Server) -> Iterator[Told]:
        """The operations in a log, with the answers of a leader to those of its own term."""
        answered = self.rules.answered_up_to(server) if server.role is Role.LEADER else 0
        log = entries_of(server)
        for index, (entry, one) in enumerate(zip(log, self.applied(server, len(log)), strict=True), 1):
            if one.command:
                operation = (one.command, one.sequence) if self.has_sessions else (entry.term, index)
                is_told = index <= answered and entry.term == server.term
                yield Told(operation, one.command, one.answer if is_told else None)


@cache
def _some_order(machine: Machine, state: State, left: frozenset[Told]) -> bool:
    """Whether the operations that are left can go on from here; those that nobody was told of need not take effect."""
    if all(one.answer is None for one in left):
        return True
    return any(
        _some_order(machine, after, left - {one})
        for one in left
        for after in machine.following(state, one.command, one.answer)
    )

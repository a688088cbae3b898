"""The state machine that a log replicates: what the entries of a log come to, applied in its order.

Sources: Raft, sections 2 and 5.3; for sessions, Ongaro's dissertation, section 6.3. What a server applied is a function
of its log, and of how far it applied it: so it is worked out where it is judged or shown, and is no part of a state.

Entries carry the number of a command, from 1 on; a change of membership carries 0 and does nothing here. Each command
has a client of its own. With sessions it counts how often it wanted the command to be carried out: that is the
sequence number, which stays the same when it asks once more because it got no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Protocol, TypeAlias

from lawful.models.raft.state import Entry

State: TypeAlias = Hashable


class Machine(Hashable, Protocol):
    """Commands that are carried out one after the other."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int:
        """How many commands there are."""
        ...

    def initial(self) -> State: ...

    def carried_out(self, state: State, command: int, moment_s: int) -> tuple[str, State]:
        """The answer, as canonical JSON, and the state after it. `moment_s`: the time when that is."""
        ...

    def following(self, state: State, command: int, answer: str | None) -> Sequence[State]:
        """The states that may follow where a client saw this answer; None: nobody saw one."""
        ...

    def command_text(self, command: int) -> str: ...

    def answer_text(self, answer: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Counting:
    """Carries out nothing: its state is how many commands took effect, and so is its answer."""

    size: int = 1
    name: str = "counting"

    def initial(self) -> State:
        return 0

    def carried_out(self, state: State, command: int, moment_s: int) -> tuple[str, State]:
        assert isinstance(state, int)
        return str(state + 1), state + 1

    def following(self, state: State, command: int, answer: str | None) -> Sequence[State]:
        counted, after = self.carried_out(state, command, 0)
        return (after,) if answer in (None, counted) else ()

    def command_text(self, command: int) -> str:
        return f"command {command}"

    def answer_text(self, answer: str) -> str:
        return f"the effect is number {answer}"


class Applied(NamedTuple):
    """What became of one entry."""

    command: int
    sequence: int
    answer: str | None
    """What the client is answered; None where it has moved on, or where no client asked."""
    took_effect: bool
    state: State
    """After it."""


TakesEffect: TypeAlias = Callable[[int, int], bool]
"""Of the last sequence number of a client that took effect, and of the one that comes."""


class Session(NamedTuple):
    """What is remembered of a client: its last command, and the answer to it."""

    sequence: int = 0
    answer: str | None = None


@cache
def applied(
    machine: Machine, log: tuple[Entry, ...], moments_s: tuple[int, ...], takes_effect: TakesEffect | None
) -> tuple[Applied, ...]:
    """What becomes of each entry. `takes_effect`: with sessions; without them each entry takes effect."""
    if not log:
        return ()
    before = applied(machine, log[:-1], moments_s[:-1], takes_effect)
    state = before[-1].state if before else machine.initial()
    entry = log[-1]
    if not entry.value:
        return (*before, Applied(0, 0, None, False, state))
    session = _session(before, entry.value)
    if takes_effect is None or takes_effect(session.sequence, entry.sequence):
        answer, after = machine.carried_out(state, entry.value, moments_s[-1])
        return (*before, Applied(entry.value, entry.sequence, answer, True, after))
    # Only the last answer is kept: who asks for something later has seen the one before.
    kept = session.answer if entry.sequence == session.sequence else None
    return (*before, Applied(entry.value, entry.sequence, kept, False, state))


def _session(before: Sequence[Applied], command: int) -> Session:
    mine = [one for one in before if one.command == command and one.took_effect]
    return Session(mine[-1].sequence, mine[-1].answer) if mine else Session()

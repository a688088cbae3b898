"""What a Raft server keeps, and what servers send each other: Figure 2 of the paper.

Indices of entries count from 1, as in the paper; servers are numbered from 0. The entries of a log carry their term
and a value. What the state machine does with values follows from the log, and is in `models.raft.machine`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias, TypeVar

FIRST_TERM = 1
EXTENSION = "extension"
Value = TypeVar("Value")


def of_extension(default: Value) -> Value:
    """A field that only an extension uses (`models.raft.features`). Without it, the field keeps its default."""
    value: Value = field(default=default, metadata={EXTENSION: True})
    return value


class Role(StrEnum):
    """Section 5.1."""

    FOLLOWER = "follower"
    CANDIDATE = "candidate"
    LEADER = "leader"
    PRE_CANDIDATE = "pre-candidate"
    """Only with pre-vote."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a log."""

    term: int
    value: int = 1
    members: frozenset[int] | None = field(default=None, metadata={EXTENSION: True})
    """Who belongs to the cluster from here on, where the entry is a change: for membership."""
    joining: frozenset[int] | None = field(default=None, metadata={EXTENSION: True})
    """Who belongs to the new configuration, where `members` are those of the old one and both count: for joint."""
    learners: frozenset[int] = of_extension(frozenset())
    """Who gets entries from here on, and does not count: for learners."""
    sequence: int = of_extension(0)
    """Which command of its client the entry is: for sessions."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What is on the disk of a server for certain."""

    term: int
    voted_for: int | None
    log: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A read of a client that a leader answers."""

    round: int
    """How many reads the leader began in its term."""
    known: int
    """Up to where somebody knew the log to be committed when the client asked."""
    index: int
    """Up to where the read sees the log."""
    confirmed_by: frozenset[int] = frozenset()
    """Who answered a request that was sent after the read began."""
    is_served: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """A leader's right to answer reads alone for a while."""

    number: int
    """How many leases the server began so far, in all its terms."""
    promised_by: frozenset[int] = frozenset()
    """Who elects nobody while it lasts."""
    is_over: bool = False
    is_given_up: bool = False
    """There is no other one in this term: another server was asked to lead."""


@dataclass(frozen=True, slots=True)
class Promise:
    """To elect nobody while a leader has its lease."""

    leader: int
    lease: int
    """Its number."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """The chunks of a snapshot that a follower has so far."""

    last_index: int
    head: Entry
    data: tuple[Entry, ...]
    """From the entry that the state machine was given last on backwards."""


@dataclass(frozen=True, slots=True)
class Server:
    """The state of one server. The first three fields are on its disk, all others are gone after a restart."""

    term: int
    voted_for: int | None
    log: tuple[Entry, ...]
    role: Role
    commit_index: int
    answered: frozenset[int]
    """Who answered the vote requests of this term; a candidate asks those who did not."""
    granted: frozenset[int]
    """Who granted a vote."""
    next_index: tuple[int, ...]
    """For each server, the index of the entry to send next."""
    match_index: tuple[int, ...]
    """For each server, up to where its log is known to be the same."""
    hears_leader: bool = of_extension(False)
    """A leader of this term sent something not long ago: for pre-vote and check-quorum."""
    heard: frozenset[int] = of_extension(frozenset())
    """Who answered the leader since it last looked: for check-quorum."""
    disk: Disk | None = field(default=None, metadata={EXTENSION: True})
    """What is on the disk where it is not the first three fields, because they are not synced yet: for fsync."""
    reading: Reading | None = field(default=None, metadata={EXTENSION: True})
    """The last read of a leader: for read-index."""
    is_heir: bool = of_extension(False)
    """Stands for election because the leader said so: for transfer."""
    number: int | None = field(default=None, metadata={EXTENSION: True})
    """Which server it is: for runtime invariants, that speak of what one server knows of another."""
    snapshot: tuple[Entry, ...] = of_extension(())
    """What the state machine was given up to the snapshot, which is on the disk too: for snapshots."""
    receiving: Receiving | None = field(default=None, metadata={EXTENSION: True})
    """Of a snapshot that the leader sends: for snapshots."""
    first_learners: frozenset[int] = of_extension(frozenset())
    """The learners with which the cluster began: for learners."""
    lease: Lease | None = field(default=None, metadata={EXTENSION: True})
    """The last that the server had as a leader: for lease."""
    promise: Promise | None = field(default=None, metadata={EXTENSION: True})
    """The last one that it gave and that still binds it: for lease."""

    @property
    def last_term(self) -> int:
        """The term of the last entry; 0 for an empty log."""
        return term_at(self.log, len(self.log))


MISSING = Entry(term=0, value=0)
"""In the place of an entry that is not in the log: it is part of the snapshot, or the disk has lost it."""


def term_at(log: tuple[Entry, ...], index: int) -> int:
    """The term of the entry at `index`; 0 where there is none."""
    return log[index - 1].term if 0 < index <= len(log) else 0


def last_change(log: tuple[Entry, ...]) -> Entry | None:
    """The last entry that changes the membership; None where there is none."""
    return next((entry for entry in reversed(log) if entry.members is not None), None)


class Configuration(NamedTuple):
    """Who belongs to the cluster."""

    members: frozenset[int]
    joining: frozenset[int] | None
    """The members of the new configuration, where there are an old one and a new one."""
    learners: frozenset[int]


def configuration_of(server: Server, servers: int) -> Configuration:
    """By the last change in the server's log, be it committed or not; at first, all are members but for learners."""
    change = last_change(server.log)
    if change is None or change.members is None:
        return Configuration(frozenset(range(servers)) - server.first_learners, None, server.first_learners)
    return Configuration(change.members, change.joining, change.learners)


def first_state(servers: int) -> Server:
    """A server of a cluster that was never started."""
    return Server(
        term=FIRST_TERM,
        voted_for=None,
        log=(),
        role=Role.FOLLOWER,
        commit_index=0,
        answered=frozenset(),
        granted=frozenset(),
        next_index=(1,) * servers,
        match_index=(0,) * servers,
    )


@dataclass(frozen=True, slots=True)
class VoteRequest:
    """Asks for a vote (RequestVote)."""

    term: int
    source: int
    destination: int
    last_term: int
    last_index: int
    pre: bool = of_extension(False)
    """Asks only whether a vote would be granted."""
    is_heir: bool = of_extension(False)
    """The leader itself wants the candidate to be elected."""


@dataclass(frozen=True, slots=True)
class VoteAnswer:
    """Answers a request for a vote."""

    term: int
    source: int
    destination: int
    granted: bool
    pre: bool = of_extension(False)
    """Is not a vote, and promises none."""


@dataclass(frozen=True, slots=True)
class AppendRequest:
    """Carries at most one entry to a follower, and how far the leader has committed (AppendEntries)."""

    term: int
    source: int
    destination: int
    previous_index: int
    previous_term: int
    entries: tuple[Entry, ...]
    commit_index: int
    round: int = of_extension(0)
    """The read that was begun last when this was sent; 0 for none."""
    lease: int = of_extension(0)
    """The number of the lease that the leader asks for or has; 0 for none."""


@dataclass(frozen=True, slots=True)
class AppendAnswer:
    """Answers an append request."""

    term: int
    source: int
    destination: int
    success: bool
    match_index: int
    """Up to where the follower's log agrees with the leader's; 0 where it refused."""
    round: int = of_extension(0)
    """That of the request."""
    lease: int = of_extension(0)
    """That of the request, where the follower promised it."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A client that learned of commits at the source wants to read at the destination. Clients know no terms."""

    source: int
    destination: int
    known: int
    """The commit index of the source."""
    term: int = 0


@dataclass(frozen=True, slots=True)
class TimeoutNow:
    """A leader wants a follower to lead in its place (TimeoutNow)."""

    term: int
    source: int
    destination: int


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nobody sends it: on a follower's clock the time is up for which it promised a lease that ended at the source."""

    source: int
    destination: int
    lease: int
    """The number of the last lease of the source that is over."""
    term: int = 0


@dataclass(frozen=True, slots=True)
class InstallSnapshot:
    """Carries a chunk of the leader's snapshot (InstallSnapshot). A follower that has all of it answers an append."""

    term: int
    source: int
    destination: int
    last_index: int
    """Up to where the snapshot stands for the log."""
    head: Entry
    """What the log has in the place of the last entry: its term, and the membership by then."""
    offset: int
    """Where in the snapshot the chunk begins."""
    data: tuple[Entry, ...]
    """From the entry that the state machine was given last on backwards."""
    done: bool
    """It is the last chunk."""


Message: TypeAlias = (
    VoteRequest | VoteAnswer | AppendRequest | AppendAnswer | ReadRequest | TimeoutNow | InstallSnapshot | TimePassed
)

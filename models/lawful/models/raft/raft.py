"""Raft as pure local steps: the history-free form of Ongaro's TLA+ specification, with the same state space.

Source: Ongaro and Ousterhout, extended version of 2014, Figure 2; `raft.tla` of Ongaro's dissertation without its
history variables. Assumptions: a server runs one handler at a time; every write to disk is one step with what it
precedes, but with fsync or torn writes as an extension. Extensions are off by default (`models.raft.features`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from lawful.models.local_steps import LOSE, REPEAT, LocalStep
from lawful.models.raft import (
    election,
    fsync,
    indices,
    joint,
    leader_contact,
    learners,
    leases,
    membership,
    pre_vote,
    reads,
    replication,
    sessions,
    snapshots,
    torn_writes,
    transfer,
)
from lawful.models.raft.features import NO_FEATURES, Feature, Features
from lawful.models.raft.machine import Machine
from lawful.models.raft.rules import RAFT_RULES, Rules
from lawful.models.raft.state import (
    AppendAnswer,
    AppendRequest,
    Entry,
    InstallSnapshot,
    Message,
    ReadRequest,
    Receiving,
    Server,
    TimeoutNow,
    TimePassed,
    VoteAnswer,
    VoteRequest,
    configuration_of,
    first_state,
)

Step = LocalStep[Server, Message]
Part = TypeVar("Part", Receiving, InstallSnapshot)

RESTART = "restart"
ADOPT_TERM = "adopt term"
ACTIONS = (
    RESTART,
    election.TIME_OUT,
    election.ASK_FOR_VOTE,
    election.ANSWER_VOTE_REQUEST,
    election.COUNT_VOTE,
    election.BECOME_LEADER,
    replication.PROPOSE,
    replication.SEND_ENTRIES,
    replication.ANSWER_APPEND,
    replication.STEP_DOWN,
    replication.REMOVE_CONFLICT,
    replication.APPEND,
    replication.NOTE_MATCH,
    replication.COMMIT,
    ADOPT_TERM,
)
_ACTIONS_OF: dict[Feature, tuple[str, ...]] = {
    Feature.PRE_VOTE: (*pre_vote.ACTIONS, leader_contact.LOSE_TOUCH),
    Feature.FSYNC: fsync.ACTIONS,
    Feature.READ_INDEX: reads.ACTIONS,
    Feature.TRANSFER: transfer.ACTIONS,
    Feature.MEMBERSHIP: membership.ACTIONS,
    Feature.SNAPSHOTS: snapshots.ACTIONS,
    Feature.TORN_WRITES: torn_writes.ACTIONS,
    Feature.JOINT: joint.ACTIONS,
    Feature.LEARNERS: learners.ACTIONS,
    Feature.LEASE: leases.ACTIONS,
    Feature.CHECK_QUORUM: (leader_contact.CHECK_QUORUM, leader_contact.IGNORE_CANDIDATE, leader_contact.LOSE_TOUCH),
}
_WITH_CONTACT = frozenset({Feature.PRE_VOTE, Feature.CHECK_QUORUM})
_WITH_READS = frozenset({Feature.READ_INDEX, Feature.LEASE})
_WITH_GROWING_INDICES = frozenset({Feature.MONOTONIC, Feature.PERSISTENT_COMMIT})


@dataclass(frozen=True, slots=True)
class Bounds:
    """Within which Raft is searched: without them its states are infinitely many."""

    servers: int = 3
    terms: int = 2
    """The largest term; the first is 1."""
    log: int = 1
    """The longest log."""
    messages: int = 1
    """How many messages may be in flight at once."""
    values: int = 1
    """How many different values clients propose."""
    leases: int = 1
    """How many leases each server begins: for lease."""
    loss: bool = True
    """Whether messages are lost."""
    duplication: bool = True
    """Whether messages arrive more than once."""


@dataclass(frozen=True, slots=True)
class Raft:
    """The algorithm within bounds; `rules` other than Raft's own make it wrong, `features` extend it."""

    bounds: Bounds
    rules: Rules = RAFT_RULES
    features: Features = NO_FEATURES
    machine: Machine | None = None
    """What the log replicates; without it, entries are of no meaning."""
    invariants: bool = False
    """Whether runtime invariants are judged as well: then each server knows its number, and nothing else changes."""

    @property
    def servers(self) -> int:
        return self.bounds.servers

    @property
    def in_flight(self) -> int:
        return self.bounds.messages

    @property
    def network(self) -> tuple[str, ...]:
        """What happens to messages; that they arrive in any order is always part of it."""
        return (*([LOSE] if self.bounds.loss else []), *([REPEAT] if self.bounds.duplication else []))

    @property
    def actions(self) -> tuple[str, ...]:
        added = (action for feature in Feature if feature in self.features for action in _ACTIONS_OF.get(feature, ()))
        left_out = {election.TIME_OUT} if Feature.PRE_VOTE in self.features else set()
        if not self.is_symmetric:
            left_out.add(learners.ADD_LEARNER)
        return tuple(action for action in dict.fromkeys((*ACTIONS, *added)) if action not in left_out)

    def initial(self, server: int) -> Server:
        known = learners.at_first(self.servers, self.features)
        return replace(first_state(self.servers), first_learners=known, number=server if self.invariants else None)

    @property
    def is_symmetric(self) -> bool:
        """Whether all servers start alike, so that they may be renamed."""
        return not learners.at_first(self.servers, self.features)

    def steps(self, server: int, state: Server) -> Iterator[Step]:
        crashed = torn_writes.crashed if Feature.TORN_WRITES in self.features else fsync.crashed
        for restarted in crashed(state, self.servers, self.rules):
            keeps_commit = Feature.PERSISTENT_COMMIT in self.features
            yield LocalStep(RESTART, indices.found_again(state, restarted) if keeps_commit else restarted)
        yield from fsync.fsync(state)
        yield from self._as_written(state, self._act(server, state))

    def receive(self, server: int, state: Server, message: Message) -> Iterator[Step]:
        yield from self._as_written(state, self._handle(server, state, message))

    def _as_written(self, state: Server, steps: Iterator[Step]) -> Iterator[Step]:
        if self.features & _WITH_GROWING_INDICES:
            steps = indices.grown(state, steps, self.features, self.rules)
        if Feature.TORN_WRITES in self.features:
            return torn_writes.written(state, steps, self.rules)
        return fsync.written(state, steps, self.rules) if Feature.FSYNC in self.features else steps

    def _act(self, server: int, state: Server) -> Iterator[Step]:
        if Feature.PRE_VOTE in self.features:
            yield from pre_vote.steps(server, state, self.servers, self.rules)
        elif server not in configuration_of(state, self.servers).learners:
            yield from election.time_out(state, self.rules)
        yield from election.ask_for_votes(server, state, self.servers)
        yield from election.become_leader(state, self.servers, self.rules)
        propose = sessions.propose if Feature.SESSIONS in self.features else replication.propose
        yield from propose(state, self.bounds.values, self.rules)
        commits = replication.commit(server, state, self.servers, self.rules)
        yield from reads.committed(state, commits) if self.features & _WITH_READS else commits
        sent = replication.send_entries(server, state, self.servers, self.rules)
        yield from torn_writes.with_read_errors(sent, self.rules) if Feature.TORN_WRITES in self.features else sent
        yield from leader_contact.lose_touch(state)
        if Feature.CHECK_QUORUM in self.features:
            yield from leader_contact.check_quorum(server, state, self.servers, self.rules)
        if self.features & _WITH_READS:
            yield from reads.steps(server, state, self.servers, self.rules)
        if Feature.TRANSFER in self.features:
            handed = transfer.hand_over(server, state, self.servers)
            yield from leases.handed_over(handed, self.rules) if Feature.LEASE in self.features else handed
        if Feature.MEMBERSHIP in self.features:
            only_removes = Feature.LEARNERS in self.features
            yield from membership.propose_change(server, state, self.servers, self.rules, only_removes=only_removes)
        if Feature.JOINT in self.features:
            only_caught_up = Feature.LEARNERS in self.features
            yield from joint.steps(server, state, self.servers, self.rules, only_caught_up=only_caught_up)
        if Feature.LEARNERS in self.features:
            yield from learners.steps(server, state, self.servers, self.rules)
        if Feature.SNAPSHOTS in self.features:
            yield from snapshots.steps(server, state, self.servers, self.rules)
        if Feature.LEASE in self.features:
            yield from leases.steps(server, state, self.servers, self.rules)

    def _handle(self, server: int, state: Server, message: Message) -> Iterator[Step]:
        is_led = Feature.CHECK_QUORUM in self.features and leader_contact.ignores(state, message)
        if is_led or leases.ignores(state, message):
            yield LocalStep(leader_contact.IGNORE_CANDIDATE, state)
        elif isinstance(message, TimePassed):
            yield from leases.end_promise(state, message)
        elif message.term > state.term:
            # The message that has the later term is handled by a later step, in the new term.
            yield LocalStep(ADOPT_TERM, self.rules.adopted(state, message.term), keeps=True)
        elif isinstance(message, VoteRequest | VoteAnswer):
            yield from self._elect(server, state, message)
        elif isinstance(message, ReadRequest):
            yield from self._read(server, state, message)
        elif isinstance(message, TimeoutNow):
            yield from transfer.take_over(state, message, self.servers, self.rules)
        else:
            yield from self._replicate(server, state, message)

    def _read(self, server: int, state: Server, message: ReadRequest) -> Iterator[Step]:
        if Feature.LEASE in self.features and leases.serves(server, state, self.servers, self.rules):
            return leases.serve(state, message)
        return reads.begin(state, message, self.rules) if Feature.READ_INDEX in self.features else reads.refuse(state)

    def _elect(self, server: int, state: Server, message: VoteRequest | VoteAnswer) -> Iterator[Step]:
        if isinstance(message, VoteRequest):
            answer = pre_vote.answer if message.pre else election.answer_vote_request
            yield from answer(server, state, message, self.rules)
        elif message.pre:
            yield from pre_vote.count(state, message)
        else:
            yield from election.count_vote(state, message, self.rules)

    def _replicate(
        self, server: int, state: Server, message: AppendRequest | AppendAnswer | InstallSnapshot
    ) -> Iterator[Step]:
        if isinstance(message, InstallSnapshot | AppendRequest):
            if isinstance(message, InstallSnapshot):
                steps = snapshots.handle_chunk(server, state, message, self.rules)
            else:
                steps = leases.promised(state, message, replication.handle_append(server, state, message, self.rules))
            yield from leader_contact.heard_leader(state, message, steps) if self.features & _WITH_CONTACT else steps
        else:
            noted = replication.note_match(state, message, self.rules)
            confirmed = reads.confirmed(state, message, noted, self.rules)
            steps = leases.extended(state, message, confirmed, self.rules)
            is_counted = Feature.CHECK_QUORUM in self.features
            yield from leader_contact.heard_follower(state, message, steps) if is_counted else steps

    def source(self, message: Message) -> int:
        return message.source

    def destination(self, message: Message) -> int:
        return message.destination

    def is_within(self, state: Server) -> bool:
        rounds = 0 if state.reading is None else state.reading.round
        begun = 0 if state.lease is None else state.lease.number
        is_bounded = rounds <= reads.MOST_ROUNDS and begun <= self.bounds.leases
        return state.term <= self.bounds.terms and len(state.log) <= self.bounds.log and is_bounded

    def renamed_state(self, state: Server, new: Sequence[int]) -> Server:
        disk, reading, lease, promise = state.disk, state.reading, state.lease, state.promise
        old = sorted(range(self.servers), key=new.__getitem__)
        return replace(
            state,
            number=_renamed(state.number, new),
            voted_for=_renamed(state.voted_for, new),
            answered=frozenset(new[other] for other in state.answered),
            granted=frozenset(new[other] for other in state.granted),
            next_index=tuple(state.next_index[other] for other in old),
            match_index=tuple(state.match_index[other] for other in old),
            heard=frozenset(new[other] for other in state.heard),
            reading=reading and replace(reading, confirmed_by=frozenset(new[one] for one in reading.confirmed_by)),
            log=_renamed_log(state.log, new),
            first_learners=_renamed_set(state.first_learners, new),
            lease=lease and replace(lease, promised_by=_renamed_set(lease.promised_by, new)),
            promise=promise and replace(promise, leader=new[promise.leader]),
            disk=disk and replace(disk, voted_for=_renamed(disk.voted_for, new), log=_renamed_log(disk.log, new)),
            snapshot=_renamed_log(state.snapshot, new),
            receiving=state.receiving and _renamed_snapshot(state.receiving, new),
        )

    def renamed_message(self, message: Message, new: Sequence[int]) -> Message:
        renamed = replace(message, source=new[message.source], destination=new[message.destination])
        if isinstance(renamed, AppendRequest):
            return replace(renamed, entries=_renamed_log(renamed.entries, new))
        if isinstance(renamed, InstallSnapshot):
            return _renamed_snapshot(renamed, new)
        return renamed


def _renamed(server: int | None, new: Sequence[int]) -> int | None:
    return None if server is None else new[server]


def _renamed_snapshot(part: Part, new: Sequence[int]) -> Part:
    (head,) = _renamed_log((part.head,), new)
    return replace(part, head=head, data=_renamed_log(part.data, new))


def _renamed_log(log: tuple[Entry, ...], new: Sequence[int]) -> tuple[Entry, ...]:
    return tuple(
        one
        if one.members is None
        else replace(
            one,
            members=_renamed_set(one.members, new),
            joining=None if one.joining is None else _renamed_set(one.joining, new),
            learners=_renamed_set(one.learners, new),
        )
        for one in log
    )


def _renamed_set(servers: frozenset[int], new: Sequence[int]) -> frozenset[int]:
    return frozenset(new[server] for server in servers)

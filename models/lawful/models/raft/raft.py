"""Raft as pure local steps: the history-free form of Ongaro's TLA+ specification, with the same state space.

Source: Ongaro and Ousterhout, extended version of 2014, Figure 2; `raft.tla` of Ongaro's dissertation without its
history variables. Assumptions: every write to disk is one step with what it precedes, and a server runs one handler
at a time. Membership, snapshots and reads are not modelled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft import election, replication
from lawful.models.raft.rules import RAFT_RULES, Rules
from lawful.models.raft.state import AppendRequest, Message, Role, Server, VoteAnswer, VoteRequest, first_state

Step = LocalStep[Server, Message]

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


@dataclass(frozen=True, slots=True)
class Raft:
    """The algorithm within bounds; `rules` other than Raft's own make it wrong."""

    bounds: Bounds
    rules: Rules = RAFT_RULES

    @property
    def servers(self) -> int:
        return self.bounds.servers

    @property
    def in_flight(self) -> int:
        return self.bounds.messages

    @property
    def actions(self) -> tuple[str, ...]:
        return ACTIONS

    def initial(self, server: int) -> Server:
        return first_state(self.servers)

    def steps(self, server: int, state: Server) -> Iterator[Step]:
        yield LocalStep(RESTART, self.rules.restarted(state, self.servers))
        yield from election.time_out(state)
        yield from election.ask_for_votes(server, state, self.servers)
        yield from election.become_leader(state, self.servers, self.rules)
        yield from replication.propose(state, self.bounds.values, self.rules)
        yield from replication.commit(server, state, self.servers, self.rules)
        yield from replication.send_entries(server, state, self.servers)

    def receive(self, server: int, state: Server, message: Message) -> Iterator[Step]:
        if message.term > state.term:
            # Section 5.1. The message itself is handled by a later step, in the new term.
            adopted = replace(state, term=message.term, role=Role.FOLLOWER, voted_for=None)
            yield LocalStep(ADOPT_TERM, adopted, keeps=True)
        elif isinstance(message, VoteRequest):
            yield from election.answer_vote_request(server, state, message, self.rules)
        elif isinstance(message, VoteAnswer):
            yield from election.count_vote(state, message, self.rules)
        elif isinstance(message, AppendRequest):
            yield from replication.handle_append(server, state, message, self.rules)
        else:
            yield from replication.note_match(state, message)

    def source(self, message: Message) -> int:
        return message.source

    def destination(self, message: Message) -> int:
        return message.destination

    def is_within(self, state: Server) -> bool:
        return state.term <= self.bounds.terms and len(state.log) <= self.bounds.log

    def renamed_state(self, state: Server, new: Sequence[int]) -> Server:
        old = sorted(range(self.servers), key=new.__getitem__)
        return replace(
            state,
            voted_for=None if state.voted_for is None else new[state.voted_for],
            answered=frozenset(new[other] for other in state.answered),
            granted=frozenset(new[other] for other in state.granted),
            next_index=tuple(state.next_index[other] for other in old),
            match_index=tuple(state.match_index[other] for other in old),
        )

    def renamed_message(self, message: Message, new: Sequence[int]) -> Message:
        return replace(message, source=new[message.source], destination=new[message.destination])

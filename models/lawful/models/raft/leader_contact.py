"""What servers and leaders know of having heard each other, and what follows: for pre-vote and check-quorum.

Sources: Ongaro's dissertation, section 4.2.3 (a server that hears a leader gives no vote), section 6.2 (a leader that
does not hear a quorum steps down), section 9.6. There is no clock: that a timeout passes is a step like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import AppendAnswer, AppendRequest, InstallSnapshot, Message, Role, Server, VoteRequest

Step = LocalStep[Server, Message]

LOSE_TOUCH = "lose touch with leader"
CHECK_QUORUM = "check quorum"
IGNORE_CANDIDATE = "ignore candidate"


def lose_touch(state: Server) -> Iterator[Step]:
    """The election timeout passes without a word of the leader."""
    if state.hears_leader:
        yield LocalStep(LOSE_TOUCH, replace(state, hears_leader=False))


def heard_leader(state: Server, request: AppendRequest | InstallSnapshot, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps of a server that handles a request; a follower notes that it hears the leader of its term."""
    for step in steps:
        follows = request.term == state.term and step.after.role is Role.FOLLOWER
        yield replace(step, after=replace(step.after, hears_leader=True)) if follows else step


def check_quorum(server: int, state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """The election timeout passes for a leader: without answers of a quorum it leads no more."""
    if state.role is Role.LEADER:
        is_heard = rules.has_quorum(state, state.heard | {server}, servers)
        after = replace(state, heard=frozenset())
        yield LocalStep(CHECK_QUORUM, after if is_heard else replace(after, role=Role.FOLLOWER, reading=None))


def heard_follower(state: Server, answer: AppendAnswer, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps of a server that handles an answer; a leader notes who answers it in its term, success or not."""
    for step in steps:
        hears = state.role is Role.LEADER and answer.term == state.term
        yield replace(step, after=replace(step.after, heard=step.after.heard | {answer.source})) if hears else step


def ignores(state: Server, message: Message) -> bool:
    """A candidate of a later term is not heard while there is a leader, or it would depose it; the leader's heir is."""
    is_led = state.hears_leader or state.role is Role.LEADER
    return isinstance(message, VoteRequest) and message.term > state.term and is_led and not message.is_heir

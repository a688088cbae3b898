"""Leader election: section 5.2 of the paper, and the restriction of section 5.4.1.

A candidate asks itself for a vote like anyone else, as in Ongaro's TLA+ specification: that it votes for itself is a
step of its own, and may be late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.rules import Rules, leads
from lawful.models.raft.state import Message, Role, Server, VoteAnswer, VoteRequest, configuration_of

Step = LocalStep[Server, Message]

TIME_OUT = "time out"
ASK_FOR_VOTE = "ask for vote"
BECOME_LEADER = "become leader"
ANSWER_VOTE_REQUEST = "answer vote request"
COUNT_VOTE = "count vote"


def time_out(state: Server, rules: Rules) -> Iterator[Step]:
    """Nothing was heard of a leader: the server stands for the next term."""
    if state.role is not Role.LEADER and not state.hears_leader and state.promise is None:
        yield LocalStep(TIME_OUT, rules.stands(state))


def ask_for_votes(server: int, state: Server, servers: int) -> Iterator[Step]:
    """A candidate asks one of those who did not answer yet, possibly again."""
    if state.role is Role.CANDIDATE:
        learners = configuration_of(state, servers).learners
        for other in range(servers):
            if other not in state.answered | learners:
                log_ends = (state.last_term, len(state.log))
                request = VoteRequest(state.term, server, other, *log_ends, is_heir=state.is_heir)
                yield LocalStep(ASK_FOR_VOTE, state, (request,))


def become_leader(state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """A candidate with the votes of a quorum leads its term."""
    if state.role is Role.CANDIDATE and rules.has_quorum(state, state.granted, servers):
        yield LocalStep(BECOME_LEADER, leads(state, servers))


def answer_vote_request(server: int, state: Server, request: VoteRequest, rules: Rules) -> Iterator[Step]:
    """Grant the vote or refuse it. The term of the request is not above the server's."""
    grants = (
        request.term == state.term
        and rules.is_up_to_date(state, request)
        and rules.is_free_to_vote(state, request.source)
    )
    after = replace(state, voted_for=request.source) if grants else state
    yield LocalStep(ANSWER_VOTE_REQUEST, after, (VoteAnswer(state.term, server, request.source, grants),))


def count_vote(state: Server, answer: VoteAnswer, rules: Rules) -> Iterator[Step]:
    """Note who answered, and who granted; an answer of an earlier term is of no use."""
    if not rules.is_timely(state, answer) or state.role is Role.PRE_CANDIDATE:
        yield LocalStep(COUNT_VOTE, state)
        return
    granted = state.granted
    if rules.counts_as_granted(state, answer.granted):
        granted = rules.with_vote(state, answer.source)
    yield LocalStep(COUNT_VOTE, replace(state, answered=state.answered | {answer.source}, granted=granted))

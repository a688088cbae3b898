"""Pre-vote: a server asks whether it would be elected before it begins a term, so that it disturbs no leader in vain.

Source: Ongaro's dissertation, section 9.6. A request carries the term that the server is in, and not the one that it
would begin; a voter of an earlier term adopts it like that of any other message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import Message, Role, Server, VoteAnswer, VoteRequest, configuration_of

Step = LocalStep[Server, Message]

BEGIN_PRE_VOTE = "begin pre-vote"
ASK_FOR_PRE_VOTE = "ask for pre-vote"
ANSWER_PRE_VOTE = "answer pre-vote"
COUNT_PRE_VOTE = "count pre-vote"
STAND = "stand for election"
ACTIONS = (BEGIN_PRE_VOTE, ASK_FOR_PRE_VOTE, ANSWER_PRE_VOTE, COUNT_PRE_VOTE, STAND)


def steps(server: int, state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """In the place of an election that begins at once when nothing was heard of a leader."""
    learners = configuration_of(state, servers).learners
    waits = state.hears_leader or state.promise is not None or server in learners
    if state.role is not Role.LEADER and not waits:
        alone = frozenset({server})
        begun = replace(rules.before_pre_vote(state), role=Role.PRE_CANDIDATE, answered=alone, granted=alone)
        yield LocalStep(BEGIN_PRE_VOTE, begun)
    if state.role is Role.PRE_CANDIDATE:
        for other in range(servers):
            if other not in state.answered | learners:
                request = VoteRequest(state.term, server, other, state.last_term, len(state.log), pre=True)
                yield LocalStep(ASK_FOR_PRE_VOTE, state, (request,))
        if rules.has_quorum(state, state.granted, servers):
            yield LocalStep(STAND, rules.stands(state))


def answer(server: int, state: Server, request: VoteRequest, rules: Rules) -> Iterator[Step]:
    """Say whether a vote would be granted. Nothing is written down: many candidates can be told so in a term."""
    grants = (
        rules.is_of_term(state, request)
        and state.role is not Role.LEADER
        and not state.hears_leader
        and rules.is_up_to_date(state, request)
    )
    yield LocalStep(ANSWER_PRE_VOTE, state, (VoteAnswer(state.term, server, request.source, grants, pre=True),))


def count(state: Server, answered: VoteAnswer) -> Iterator[Step]:
    """Note who would vote. An answer that comes when the server asks no more is of no use."""
    after = state
    if state.role is Role.PRE_CANDIDATE and answered.term == state.term:
        who = frozenset({answered.source})
        granted = state.granted | who if answered.granted else state.granted
        after = replace(state, answered=state.answered | who, granted=granted)
    yield LocalStep(COUNT_PRE_VOTE, after)

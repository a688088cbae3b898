"""Leadership transfer: a leader asks a follower that has its whole log to stand for election at once.

Source: Ongaro's dissertation, section 3.10. There, the leader takes no more entries of clients until it is over, so
that the transfer succeeds. Here it may: what is safe then is safe when it does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from lawful.models.local_steps import LocalStep
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import Message, Role, Server, TimeoutNow, configuration_of

Step = LocalStep[Server, Message]

HAND_OVER = "hand over"
TAKE_OVER = "take over"
ACTIONS = (HAND_OVER, TAKE_OVER)


def hand_over(server: int, state: Server, servers: int) -> Iterator[Step]:
    """The leader tells one that has all its entries; a learner does not stand."""
    if state.role is Role.LEADER:
        for other in range(servers):
            is_learner = other in configuration_of(state, servers).learners
            if other != server and not is_learner and state.match_index[other] == len(state.log):
                yield LocalStep(HAND_OVER, state, (TimeoutNow(state.term, server, other),))


def take_over(state: Server, request: TimeoutNow, servers: int, rules: Rules) -> Iterator[Step]:
    """Stand for election, whatever was heard of the leader. A request of an earlier term is of no use."""
    is_timely = request.term == state.term and state.role is not Role.LEADER
    yield LocalStep(TAKE_OVER, rules.takes_over(state, servers) if is_timely else state)

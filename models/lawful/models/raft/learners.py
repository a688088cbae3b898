"""Learners: servers that get entries like others, and are no part of any quorum until they are promoted.

Source: Ongaro's dissertation, section 4.2.1. The leader promotes a learner that has its whole log, by a change of
membership of its own. A learner does not stand, and candidates do not ask it; where it is asked it answers like others,
as it may be a member already and not know (section 4.1). Where nothing else changes the membership, the cluster begins
with its last server as a learner. Otherwise who is to be added becomes a learner first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import Entry, Message, Role, Server, configuration_of

Step = LocalStep[Server, Message]

ADD_LEARNER = "add learner"
PROMOTE = "promote learner"
ACTIONS = (ADD_LEARNER, PROMOTE)


def at_first(servers: int, features: Features) -> frozenset[int]:
    """The learners with which a cluster begins. Nothing may be renamed then: servers do not start alike."""
    is_fixed = Feature.LEARNERS in features and not features & {Feature.MEMBERSHIP, Feature.JOINT}
    return frozenset({servers - 1}) if is_fixed and servers > 1 else frozenset()


def has_caught_up(state: Server, learner: int) -> bool:
    """The leader knows that the learner has its whole log."""
    return state.match_index[learner] == len(state.log)


def steps(server: int, state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """A leader promotes a learner, or has one more."""
    if state.role is not Role.LEADER or not rules.may_change(state):
        return
    now = configuration_of(state, servers)
    for before in range(1, servers + 1):
        other = (server - before) % servers
        one = frozenset({other})
        if other in now.learners and has_caught_up(state, other):
            entry = Entry(state.term, value=0, members=now.members | one, learners=now.learners - one)
            yield LocalStep(PROMOTE, replace(state, log=(*state.log, entry)))
        elif other not in now.members | now.learners:
            entry = Entry(state.term, value=0, members=now.members, learners=now.learners | one)
            yield LocalStep(ADD_LEARNER, replace(state, log=(*state.log, entry)))

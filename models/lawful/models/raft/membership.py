"""Single-server changes of membership: the leader proposes an entry that removes a server or adds one.

Sources: Ongaro's dissertation, section 4.1; his note to raft-dev of July 2015, by which a leader first has to commit an
entry of its own term. A server goes by the last change in its log, be it committed or not. The cluster begins with all
servers, and a server that was removed can be added again. Who does not belong to it may stand and vote: others do not
count its vote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import Entry, Message, Role, Server, configuration_of

Step = LocalStep[Server, Message]

PROPOSE_CHANGE = "propose change"
ACTIONS = (PROPOSE_CHANGE,)


def propose_change(server: int, state: Server, servers: int, rules: Rules, *, only_removes: bool) -> Iterator[Step]:
    """Remove one who belongs to the cluster, itself included but not the last, or add one who does not.

    `only_removes`: who is added is a learner first, and its promotion adds it (`models.raft.learners`).
    """
    if state.role is not Role.LEADER or not rules.may_change(state):
        return
    now = configuration_of(state, servers)
    for before in range(1, servers + 1):
        changed = now.members ^ {(server - before) % servers}
        if changed and (changed < now.members or not only_removes):
            entry = Entry(state.term, value=0, members=changed, learners=now.learners)
            yield LocalStep(PROPOSE_CHANGE, replace(state, log=(*state.log, entry)))

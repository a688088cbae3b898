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
from lawful.models.raft.state import Entry, Message, Role, Server, members_of

Step = LocalStep[Server, Message]

PROPOSE_CHANGE = "propose change"
ACTIONS = (PROPOSE_CHANGE,)


def propose_change(server: int, state: Server, servers: int, rules: Rules) -> Iterator[Step]:
    """Remove one who belongs to the cluster, itself included but not the last, or add one who does not."""
    if state.role is not Role.LEADER or not rules.may_change(state):
        return
    members = members_of(state.log, servers)
    for before in range(1, servers + 1):
        changed = members ^ {(server - before) % servers}
        if changed:
            entry = Entry(state.term, value=0, members=changed)
            yield LocalStep(PROPOSE_CHANGE, replace(state, log=(*state.log, entry)))

"""Joint consensus: from any configuration to any other, by one in which a quorum of each is needed.

Source: Ongaro's dissertation, section 4.3. The leader proposes C_old,new, which counts from then on as every change
does, and C_new once C_old,new is committed, whichever leader that is by then. A leader that is not in C_new leads until
C_new is committed, without counting itself.

That a leader first commits an entry of its own term, as single changes need it, is not needed here: whatever follows
from the same C_old needs a quorum of C_old. Together with `membership` a leader does the one or the other, but nothing
between C_old,new and C_new.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations

from lawful.models.local_steps import LocalStep
from lawful.models.raft.learners import has_caught_up
from lawful.models.raft.rules import Rules, is_settled
from lawful.models.raft.state import Configuration, Entry, Message, Role, Server, configuration_of

Step = LocalStep[Server, Message]

PROPOSE_JOINT = "propose joint configuration"
PROPOSE_NEW = "propose new configuration"
LEAVE = "step down when removed"
ACTIONS = (PROPOSE_JOINT, PROPOSE_NEW, LEAVE)


def steps(server: int, state: Server, servers: int, rules: Rules, *, only_caught_up: bool) -> Iterator[Step]:
    """What a leader does. `only_caught_up`: who is added is a learner that has the whole log."""
    if state.role is not Role.LEADER:
        return
    now = configuration_of(state, servers)
    if rules.may_join(state):
        for new in _others_than(now, server, servers):
            added = new - now.members
            if not only_caught_up or all(one in now.learners and has_caught_up(state, one) for one in added):
                entry = Entry(state.term, value=0, members=now.members, joining=new, learners=now.learners - new)
                yield LocalStep(PROPOSE_JOINT, replace(state, log=(*state.log, entry)))
    if now.joining is not None and is_settled(state):
        entry = Entry(state.term, value=0, members=now.joining, learners=now.learners)
        yield LocalStep(PROPOSE_NEW, replace(state, log=(*state.log, entry)))
    if now.joining is None and is_settled(state) and server not in now.members:
        yield LocalStep(LEAVE, replace(state, role=Role.FOLLOWER, reading=None))


def _others_than(now: Configuration, server: int, servers: int) -> Iterator[frozenset[int]]:
    """Every other set of members, the leader alone first."""
    names = [(server + after) % servers for after in range(servers)]
    sizes = range(1, servers + 1)
    found = chain.from_iterable(combinations(names, size) for size in sizes)
    return (new for new in map(frozenset, found) if new != now.members)

"""Client sessions: a command that is asked for again takes effect once.

Source: Ongaro's dissertation, section 6.3. A client numbers its commands, and has one on its way at a time. It asks
again where it got no answer, at this leader or at another. The state machine remembers the last number of each client
and the answer to it (`models.raft.machine`), so nothing more has to be kept than the log.

What a leader is asked for here is any number up to one above those of its log: a request that comes late as well. A
client goes on to its next command when it was answered, so that the command before is in the log of every later leader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.replication import PROPOSE
from lawful.models.raft.rules import Rules
from lawful.models.raft.snapshots import entries_of
from lawful.models.raft.state import Entry, Message, Role, Server

Step = LocalStep[Server, Message]


def propose(state: Server, commands: int, rules: Rules) -> Iterator[Step]:
    """A client asks the leader for a command, for the first time or again."""
    if state.role is not Role.LEADER:
        return
    for command in range(1, commands + 1):
        last = max((entry.sequence for entry in entries_of(state) if entry.value == command), default=0)
        for sequence in range(1, last + 2):
            entry = Entry(state.term, command, sequence=sequence)
            yield LocalStep(PROPOSE, replace(state, log=rules.appended(state, entry)))

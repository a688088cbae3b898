"""Indices that only grow, and a commit index that a restart does not forget.

Sources: Raft, Figure 2, where commit index and match index increase monotonically; etcd, which keeps the commit index
with term and vote. In the specification in TLA+ that the model follows, a request or an answer that comes late takes
them back (raft.tla 18), which does no harm but to those who apply entries by them. With one message in flight nothing
comes late.

The commit index is written without a sync: it covers nothing but entries that are synced, whatever a crash leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.models.local_steps import LocalStep
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import Message, Role, Server

Step = LocalStep[Server, Message]


def grown(before: Server, steps: Iterator[Step], features: Features, rules: Rules) -> Iterator[Step]:
    """The steps of a server that is running, with its indices no smaller than before."""
    for step in steps:
        after = replace(step.after, commit_index=rules.grown_commit(before, step.after))
        goes_on_leading = before.role is after.role is Role.LEADER and before.term == after.term
        if Feature.MONOTONIC in features and goes_on_leading:
            after = replace(after, match_index=rules.grown_match(before, after))
        yield replace(step, after=after)


def found_again(before: Server, restarted: Server) -> Server:
    """The server as it starts again with the commit index that is on its disk."""
    return replace(restarted, commit_index=before.commit_index)

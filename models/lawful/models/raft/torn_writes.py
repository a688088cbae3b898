"""What was not synced reaches the disk in any order, and in parts; and reads of the disk fail.

Sources: Raft, Figure 2; hashicorp/raft 661 (term and vote are two records), braft 119 (a log is removed in parts, and
what is left has a hole), openraft 1795 (an entry cannot be read). As in `models.raft.fsync`, but that a crash leaves of
each record, and of each place in the log, what was there at the last sync or what was written since. So

- the record of a vote says in which term it was given, and counts in no other;
- of the log that a server finds, what comes after a hole is cut off;
- new entries go in the place of removed ones only after a sync: or a new entry is found with old ones after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from lawful.models.local_steps import LocalStep
from lawful.models.raft import fsync
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import MISSING, AppendRequest, Disk, Entry, Message, Server

Step = LocalStep[Server, Message]

READ_ERROR = "fail to read"
ACTIONS = (*fsync.ACTIONS, READ_ERROR)


def written(before: Server, steps: Iterator[Step], rules: Rules) -> Iterator[Step]:
    """The steps that may be taken, none of which syncs what it writes."""
    for step in fsync.written(before, steps, rules):
        disk = step.after.disk
        if disk is None or rules.may_write(disk.log, step.after.log):
            yield step


def crashed(state: Server, servers: int, rules: Rules) -> Iterator[Server]:
    """The server as it may be when it starts again."""
    began = rules.restarted(state, servers)
    if state.disk is None:
        yield began
        return
    logs = dict.fromkeys(rules.log_read(began, log) for log in _logs_left(began.log, state.disk.log))
    for term, voted_for in _votes_left(state, state.disk, rules):
        for log in logs:
            yield replace(began, term=term, voted_for=voted_for, log=log, disk=None)


def _votes_left(state: Server, disk: Disk, rules: Rules) -> dict[tuple[int, int | None], None]:
    terms = range(disk.term, state.term + 1)
    votes = ((disk.term, disk.voted_for), (state.term, state.voted_for))
    return dict.fromkeys(rules.vote_read(term, *vote) for term in terms for vote in votes)


def _logs_left(written_log: tuple[Entry, ...], synced: tuple[Entry, ...]) -> Iterator[tuple[Entry, ...]]:
    """Each place has the entry that it had, the one that it got, or neither where it had or got none."""
    places = []
    for index in range(max(len(written_log), len(synced))):
        found = (log[index] if index < len(log) else MISSING for log in (synced, written_log))
        places.append(tuple(dict.fromkeys(found)))
    for log in product(*places):
        length = len(log)
        while length and log[length - 1] == MISSING:
            length -= 1
        yield log[:length]


def with_read_errors(steps: Iterator[Step], rules: Rules) -> Iterator[Step]:
    """The steps of a leader that sends entries, and what it does where it cannot read the entry before."""
    for step in steps:
        yield step
        for sent in step.sends:
            if isinstance(sent, AppendRequest) and sent.previous_index > 0:
                yield LocalStep(READ_ERROR, step.after, rules.unread(sent))

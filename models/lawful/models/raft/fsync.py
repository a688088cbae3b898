"""Writes that are on the disk for certain only after a sync, and what a crash leaves of those that are not.

Sources: Raft, Figure 2 (before answering, update the stable storage); Ongaro's dissertation, section 10.2.1. The term
and the vote are one record, the log is another file. A crash leaves each of them as it was at the last sync or as some
later write left it, whatever became of the other; a record that was written in half is found out by its checksum, so
an entry is there or it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from lawful.models.local_steps import LocalStep
from lawful.models.raft import snapshots
from lawful.models.raft.replication import COMMIT
from lawful.models.raft.rules import Rules
from lawful.models.raft.state import Disk, Entry, Message, Server

Step = LocalStep[Server, Message]

WRITE = "write"
FSYNC = "fsync"
ACTIONS = (WRITE, FSYNC)


def fsync(state: Server) -> Iterator[Step]:
    """All that was written is on the disk."""
    if state.disk is not None:
        yield LocalStep(FSYNC, replace(state, disk=None))


def written(before: Server, steps: Iterator[Step], rules: Rules) -> Iterator[Step]:
    """The steps that may be taken, none of which syncs what it writes.

    A step that writes and sends becomes one that only writes: after a sync, the same message is handled again. A
    snapshot is a file of its own, which is written and synced before it counts, after all that was written before.
    """
    for step in steps:
        if step.action in snapshots.SYNCED:
            if before.disk is None:
                yield step
            continue
        after = _unsynced(before, step.after)
        if step.sends and _record(step.after) != _record(before):
            yield LocalStep(WRITE, after, keeps=True)
        elif all(rules.may_send(before, sent) for sent in step.sends) and _may_count(before, step, rules):
            yield replace(step, after=after)


def _may_count(before: Server, step: Step, rules: Rules) -> bool:
    return step.action != COMMIT or rules.may_count_itself(before)


def _record(server: Server) -> Disk:
    return Disk(server.term, server.voted_for, server.log)


def _unsynced(before: Server, after: Server) -> Server:
    on_disk = before.disk or _record(before)
    return replace(after, disk=None if on_disk == _record(after) else on_disk)


def crashed(state: Server, servers: int, rules: Rules) -> Iterator[Server]:
    """The server as it may be when it starts again."""
    began = rules.restarted(state, servers)
    if state.disk is None:
        yield began
        return
    for term, voted_for in _votes_left(state, state.disk):
        for log in _logs_left(state.log, state.disk.log):
            yield replace(began, term=term, voted_for=voted_for, log=log, disk=None)


def _votes_left(state: Server, disk: Disk) -> list[tuple[int, int | None]]:
    between: list[tuple[int, int | None]] = [(term, None) for term in range(disk.term + 1, state.term + 1)]
    return list(dict.fromkeys([(disk.term, disk.voted_for), *between, (state.term, state.voted_for)]))


def _logs_left(written_log: tuple[Entry, ...], synced: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
    """Entries are removed one by one from the end as far as the logs agree, and then others are appended."""
    pairs = zip(written_log, synced, strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    removed = [synced[:length] for length in range(len(synced), shared - 1, -1)]
    appended = [written_log[:length] for length in range(shared, len(written_log) + 1)]
    return list(dict.fromkeys([*removed, *appended]))

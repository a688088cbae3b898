"""Broken twins of Raft with snapshots; `models.raft.mistakes` has them with all others."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.local_steps import Choice
from lawful.models.raft import membership, raft, replication, rules, snapshots
from lawful.models.raft.features import Feature
from lawful.models.raft.mistake import elected, mistake, proposed, refused, replicated, stood
from lawful.models.raft.raft import Bounds
from lawful.models.raft.state import Entry, InstallSnapshot, Receiving, Server, term_at
from lawful.specs.raft import COMMITTED_IS_KEPT, LEADER_COMPLETENESS, STATE_MACHINE_SAFETY, WHOLE_LOG

_TO_BE_SENT = (
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    *proposed(0),
    *stood(2, 2),
    *elected(2, 1),
    *proposed(2),
    *replicated(2, 1),
    Choice(2, replication.COMMIT),
    Choice(2, snapshots.COMPACT),
)
"""Server 0 has two entries of term 2 that nobody else has. Server 2 leads term 3, and has a snapshot of its one."""

_HALF_OF_OLDER = (
    *stood(2),
    *elected(2, 1),
    *proposed(2),
    *replicated(2, 1),
    Choice(2, replication.COMMIT),
    Choice(2, snapshots.COMPACT),
    Choice(2, raft.RESTART),
    *stood(2),
    *elected(2, 1),
    *proposed(2),
    *replicated(2, 1),
    Choice(2, replication.SEND_ENTRIES, 0),
    Choice(0, raft.ADOPT_TERM, 2),
    *refused(2, 0)[1:],
    Choice(2, snapshots.SEND_CHUNK, 0),
    Choice(0, snapshots.TAKE_CHUNK, 2),
)
"""Server 2 leads term 3, where it has a second entry. Server 0 has the first chunk of its snapshot of the first one."""

_LATE_REQUEST = (
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    *proposed(0),
    *replicated(0, 1),
    *replicated(0, 1),
    Choice(0, replication.SEND_ENTRIES, 2),
    Choice(0, replication.COMMIT),
    Choice(0, snapshots.COMPACT),
)
"""Server 0 has a snapshot of two entries. A request with the first of them is on its way to server 2."""

_REMOVED_IN_SNAPSHOT = (
    *stood(0),
    *elected(0, 1),
    *proposed(0),
    *replicated(0, 1),
    Choice(0, replication.COMMIT),
    Choice(0, membership.PROPOSE_CHANGE),
    *replicated(0, 1),
    Choice(0, replication.COMMIT),
    Choice(0, snapshots.COMPACT),
    Choice(0, snapshots.SEND_CHUNK, 2),
    Choice(2, raft.ADOPT_TERM, 0),
    Choice(2, snapshots.TAKE_CHUNK, 0),
    Choice(0, snapshots.SEND_LAST_CHUNK, 2),
    Choice(2, snapshots.INSTALL, 0),
    Choice(2, replication.ANSWER_APPEND, 0),
    *stood(2),
    *elected(2, 1)[:-1],
)
"""Server 0 removed server 2, which knows of it by a snapshot alone, and has the vote of server 1 for term 3 now."""


def _commits_at_once(server: Server, chunk: InstallSnapshot) -> Server:
    return replace(server, commit_index=chunk.last_index)


def _whatever_fits(receiving: Receiving, chunk: InstallSnapshot) -> bool:
    return True


def _by_log_alone(server: Server, index: int, entry: Entry) -> bool:
    return term_at(server.log, index) == entry.term


def _whatever_comes_after(server: Server, chunk: InstallSnapshot) -> tuple[Entry, ...]:
    return server.log[chunk.last_index :]


def _own_membership(server: Server, chunk: InstallSnapshot) -> Entry:
    changes = (entry.members for entry in reversed(server.log) if entry.members is not None)
    return replace(chunk.head, members=next(changes, None))


def _numbered_anew(server: Server, servers: int) -> Server:
    return replace(rules.restarted(server, servers), log=server.log[len(server.snapshot) :])


_SNAPSHOTS = frozenset({Feature.SNAPSHOTS})

MISTAKES_OF_SNAPSHOTS = (
    mistake(
        "commit-by-first-chunk",
        "A follower commits up to a snapshot at its first chunk",
        "Raft, section 7",
        STATE_MACHINE_SAFETY,
        Bounds(terms=3, log=2),
        _TO_BE_SENT,
        features=_SNAPSHOTS,
        before_install=_commits_at_once,
    ),
    mistake(
        "chunks-of-two-snapshots",
        "A follower puts the chunks of two snapshots together",
        "Raft, section 7",
        STATE_MACHINE_SAFETY,
        Bounds(terms=3, log=2),
        _HALF_OF_OLDER,
        features=_SNAPSHOTS,
        goes_on=_whatever_fits,
    ),
    mistake(
        "snapshot-conflicts",
        "A request from the beginning is taken after compaction: an entry that is in the snapshot seems to conflict",
        "willemt 118; RedisLabs/raft 49",
        COMMITTED_IS_KEPT,
        Bounds(log=2, messages=2),
        _LATE_REQUEST,
        features=_SNAPSHOTS,
        has_entry=_by_log_alone,
    ),
    mistake(
        "conflicting-suffix-kept",
        "A follower keeps what its log has after a snapshot, though the entry before is not the snapshot's",
        "openraft 1808; Raft, section 7",
        WHOLE_LOG,
        Bounds(terms=3, log=2),
        _TO_BE_SENT,
        features=_SNAPSHOTS,
        retained=_whatever_comes_after,
    ),
    mistake(
        "membership-not-in-snapshot",
        "A follower that installs a snapshot goes by the membership of its log before",
        "openraft 1892; Raft, section 7",
        LEADER_COMPLETENESS,
        Bounds(terms=3, log=3),
        _REMOVED_IN_SNAPSHOT,
        features=frozenset({Feature.SNAPSHOTS, Feature.MEMBERSHIP}),
        head=_own_membership,
    ),
    mistake(
        "log-numbered-anew-after-restart",
        "A server that restarts takes its log to begin with the first entry, and its commit index from the snapshot",
        "curvine 1551; etcd-raft 174",
        COMMITTED_IS_KEPT,
        Bounds(),
        features=_SNAPSHOTS,
        restarted=_numbered_anew,
    ),
)

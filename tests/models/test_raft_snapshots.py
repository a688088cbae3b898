"""Compaction of logs, and snapshots in chunks: what a server keeps, drops and installs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from lawful.checkers.exploration.behaviour import NoSuchMove, follow, guided
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import REPEAT, Choice
from lawful.models.raft import election, membership, raft, replication, snapshots
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.judged import judged
from lawful.models.raft.mistake import elected, proposed, replicated, stood
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.properties import properties_of
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.state import MISSING, AppendRequest, Entry, Server

SNAPSHOTS: Features = frozenset({Feature.SNAPSHOTS})

LED = [*stood(2), *elected(2, 1), *proposed(2), *replicated(2, 1), Choice(2, replication.COMMIT)]
"""Server 2 leads term 2, and has committed an entry with server 1."""

HALF_SENT = [
    *LED,
    Choice(2, snapshots.COMPACT),
    Choice(2, snapshots.SEND_CHUNK, 0),
    Choice(0, raft.ADOPT_TERM, 2),
    Choice(0, snapshots.TAKE_CHUNK, 2),
]
"""Server 0 has the first chunk of a snapshot of it."""


def servers_after(choices: Sequence[Choice], features: Features = SNAPSHOTS, messages: int = 1) -> tuple[Server, ...]:
    model = Raft(Bounds(terms=4, log=3, messages=messages), features=features)
    states: tuple[Server, ...] = follow(model, guided(model, choices))[-1].states
    return states


def test_a_leader_without_the_entries_sends_the_snapshot() -> None:
    with pytest.raises(NoSuchMove, match="'send entries' of server 2"):
        servers_after([*LED, Choice(2, snapshots.COMPACT), Choice(2, replication.SEND_ENTRIES, 0)])
    assert servers_after([*LED, Choice(2, snapshots.COMPACT), Choice(2, replication.SEND_ENTRIES, 1)])


def test_only_what_is_committed_is_compacted() -> None:
    with pytest.raises(NoSuchMove, match="'compact log' of server 1"):
        servers_after([*LED, Choice(1, snapshots.COMPACT)])


def test_a_snapshot_is_installed_when_all_chunks_are_there() -> None:
    assert servers_after(HALF_SENT)[0].log == ()
    with pytest.raises(NoSuchMove, match="'install snapshot' of server 0"):
        servers_after([*LED, Choice(2, snapshots.COMPACT), *_last_chunk(), Choice(0, snapshots.INSTALL, 2)])
    follower = servers_after([*HALF_SENT, *_last_chunk(), Choice(0, snapshots.INSTALL, 2)])[0]
    assert (follower.log, follower.snapshot, follower.commit_index) == ((Entry(2, 0),), (Entry(2),), 1)
    leader = servers_after([*HALF_SENT, *_last_chunk(), *_installed()])[2]
    assert (leader.match_index[0], leader.next_index[0]) == (1, 2)


def _last_chunk() -> list[Choice]:
    return [Choice(2, snapshots.SEND_LAST_CHUNK, 0)]


def _installed() -> list[Choice]:
    return [
        Choice(0, snapshots.INSTALL, 2),
        Choice(0, replication.ANSWER_APPEND, 2),
        Choice(2, replication.NOTE_MATCH, 0),
    ]


def test_the_suffix_stays_where_the_entry_before_is_the_snapshots() -> None:
    """Server 0 has both entries when a late snapshot of the first one arrives; it does not know of any commit."""
    both = [
        *stood(2),
        *elected(2, 1),
        *proposed(2),
        *proposed(2),
        *replicated(2, 1),
        Choice(2, replication.COMMIT),
        Choice(2, replication.SEND_ENTRIES, 0),
        Choice(0, raft.ADOPT_TERM, 2),
        Choice(2, snapshots.COMPACT),
        Choice(2, snapshots.SEND_CHUNK, 0),
        Choice(2, snapshots.SEND_LAST_CHUNK, 0),
        Choice(0, replication.APPEND, 2),
        Choice(0, replication.ANSWER_APPEND, 2),
        Choice(2, replication.NOTE_MATCH, 0),
        Choice(2, replication.SEND_ENTRIES, 0),
        Choice(0, replication.APPEND, 2),
        Choice(0, raft.RESTART),
    ]
    model = Raft(Bounds(log=2, messages=4), features=SNAPSHOTS)
    way = guided(model, [*both, Choice(0, snapshots.TAKE_CHUNK, 2), Choice(0, snapshots.INSTALL, 2)])
    assert follow(model, way)[-1].states[0].log == (Entry(2, 0), Entry(2))


def test_the_log_goes_where_it_conflicts_with_the_snapshot() -> None:
    conflicting = [*stood(0), *elected(0, 1), *proposed(0), *proposed(0), *stood(2), *LED]
    follower = servers_after([*conflicting, *HALF_SENT[len(LED) :], *_last_chunk(), Choice(0, snapshots.INSTALL, 2)])[0]
    assert (follower.log, follower.snapshot) == ((Entry(3, 0),), (Entry(3),))


def test_a_later_term_drops_the_chunks() -> None:
    assert servers_after(HALF_SENT)[0].receiving is not None
    assert servers_after([*HALF_SENT, *stood(0)])[0].receiving is None
    assert servers_after([*HALF_SENT, Choice(0, raft.RESTART)])[0].receiving is None
    later = [*stood(1), Choice(1, election.ASK_FOR_VOTE, 0), Choice(0, raft.ADOPT_TERM, 1)]
    assert servers_after([*HALF_SENT, *later])[0].receiving is None


def test_a_newer_snapshot_drops_the_chunks_of_an_older_one() -> None:
    """A copy of the first chunk of the older one comes late, and so does its last chunk: both are ignored."""
    newer = [
        *LED,
        *proposed(2),
        *replicated(2, 1),
        Choice(2, snapshots.COMPACT),
        Choice(2, snapshots.SEND_CHUNK, 0),
        Choice(0, raft.ADOPT_TERM, 2),
        Choice(0, REPEAT, 2),
        Choice(0, snapshots.TAKE_CHUNK, 2),
        Choice(2, snapshots.SEND_LAST_CHUNK, 0),
        Choice(2, replication.COMMIT),
        Choice(2, snapshots.COMPACT),
        Choice(2, snapshots.SEND_CHUNK, 0),
        Choice(0, snapshots.TAKE_CHUNK, 2),
    ]
    late = [Choice(0, snapshots.IGNORE_CHUNK, 2)] * 2
    receiving = servers_after([*newer, *late], messages=4)[0].receiving
    assert receiving is not None
    assert receiving.last_index == 2
    with pytest.raises(NoSuchMove, match="'install snapshot' of server 0"):
        servers_after([*newer, *late, Choice(0, snapshots.INSTALL, 2)], messages=4)


def test_a_restart_keeps_the_snapshot_and_what_it_says_is_committed() -> None:
    leader = servers_after([*LED, *proposed(2), Choice(2, snapshots.COMPACT), Choice(2, raft.RESTART)])[2]
    assert (leader.snapshot, leader.log, leader.commit_index) == ((Entry(2),), (Entry(2, 0), Entry(2)), 1)


def test_the_head_of_a_log_has_the_membership() -> None:
    """Server 2 removed server 1, and its snapshot goes further than that."""
    changed = [
        *LED,
        Choice(2, membership.PROPOSE_CHANGE),
        *replicated(2, 1),
        Choice(2, replication.COMMIT),
        *proposed(2),
        Choice(2, replication.SEND_ENTRIES, 0),
        Choice(0, raft.ADOPT_TERM, 2),
        *replicated(2, 0)[1:],
        *replicated(2, 0),
        *replicated(2, 0),
        Choice(2, replication.COMMIT),
        Choice(2, snapshots.COMPACT),
    ]
    leader = servers_after(changed, SNAPSHOTS | {Feature.MEMBERSHIP})[2]
    assert leader.log == (MISSING, MISSING, Entry(2, 0, frozenset({0, 2})))
    assert [entry.members for entry in leader.snapshot] == [None, frozenset({0, 2}), None]


def test_with_fsync_a_snapshot_counts_when_all_else_is_synced() -> None:
    features = SNAPSHOTS | {Feature.FSYNC}
    model = Raft(Bounds(servers=1, log=2), features=features)
    led = ["time out", "fsync", "ask for vote", "write", "fsync", "answer vote request", "count vote", "become leader"]
    written = [Choice(0, action) for action in (*led, "propose", "fsync", "commit", "propose")]
    with pytest.raises(NoSuchMove, match="'compact log' of server 0"):
        guided(model, [*written, Choice(0, snapshots.COMPACT)])
    way = guided(model, [*written, Choice(0, "fsync"), Choice(0, snapshots.COMPACT)])
    (server,) = follow(model, way)[-1].states
    assert server.disk is None
    assert {step.after.snapshot for step in model.steps(0, server) if step.action == raft.RESTART} == {(Entry(2),)}


def test_raft_does_not_look_into_a_snapshot() -> None:
    """With other contents of the same length, every step is the same but for these contents."""
    model = Raft(Bounds(log=3, values=2), features=SNAPSHOTS)
    leader = servers_after([*LED, *proposed(2), Choice(2, snapshots.COMPACT)])[2]
    foreign = replace(leader, snapshot=(Entry(1, 2),))
    request = AppendRequest(2, 1, 2, 0, 0, (Entry(2),), commit_index=1)
    assert [step.sends for step in model.receive(2, leader, request)] == [
        step.sends for step in model.receive(2, foreign, request)
    ]
    for one, other in zip(model.steps(2, leader), model.steps(2, foreign), strict=True):
        assert one.action == other.action
        assert replace(one.after, snapshot=()) == replace(other.after, snapshot=())


@pytest.mark.parametrize(
    "name",
    ["commit-by-first-chunk", "chunks-of-two-snapshots", "snapshot-conflicts", "membership-not-in-snapshot"],
)
def test_raft_is_safe_from_where_a_mistake_begins(name: str) -> None:
    mistake = MISTAKES[name]
    model = Raft(mistake.bounds, features=mistake.features, invariants=True)
    found = explore(model, judged(model), Budget(None, None), after=guided(model, mistake.scene))
    assert found.verdict is Verdict.LAWFUL
    assert snapshots.INSTALL not in found.not_taken


def test_extensions_that_do_not_concern_logs_have_no_further_properties() -> None:
    assert [one.id for one in properties_of(SNAPSHOTS)][5:] == ["RAFT-7", "RAFT-8"]
    assert [one.id for one in properties_of(frozenset({Feature.TORN_WRITES}))][5:] == ["RAFT-8"]
    assert [one.id for one in properties_of(frozenset({Feature.PRE_VOTE}))][5:] == []

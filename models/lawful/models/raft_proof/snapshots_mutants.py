"""Snapshots with one mistake each, and the lemma that fails because of it."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.first_order.expression import changed
from lawful.models.raft_proof.actions import restart
from lawful.models.raft_proof.mutants import Given, Mutant, lacking_requirement, leaving
from lawful.models.raft_proof.snapshots import CompactingCluster, install_snapshot, take_snapshot
from lawful.models.raft_proof.vocabulary import root


def _cutting(cluster: CompactingCluster, after: CompactingCluster, given: Given) -> CompactingCluster:
    return replace(after, last=changed(cluster.last, given["server"], to=given["entry"]))


def _without_snapshot(cluster: CompactingCluster, after: CompactingCluster, given: Given) -> CompactingCluster:
    return replace(after, snapshot=changed(cluster.snapshot, given["server"], to=root()))


SNAPSHOT_MUTANTS = (
    Mutant(
        "snapshot-of-uncommitted",
        "A server takes a snapshot of entries that are not committed.",
        "7",
        lacking_requirement(take_snapshot, "the entry is committed"),
        ("snapshots_committed", "snapshots_agree"),
    ),
    Mutant(
        "snapshot-cuts-log",
        "A server that takes a snapshot drops all of its log, also what follows and was acknowledged.",
        "7",
        leaving(install_snapshot, _cutting),
        ("acknowledged_kept",),
    ),
    Mutant(
        "old-snapshot-installed",
        "A late snapshot takes the place of one that covers more: what lies between is lost.",
        "7",
        lacking_requirement(install_snapshot, "the snapshot covers more than its own"),
        ("dropped_covered",),
    ),
    Mutant(
        "snapshot-of-another-term",
        "A server takes a snapshot from the leader of another term than its own.",
        "5.1, 7",
        lacking_requirement(install_snapshot, "the term is its own"),
        ("acknowledged_kept",),
    ),
    Mutant(
        "snapshot-not-on-disk",
        "A server cuts its log before its snapshot is on disk, and starts again without.",
        "7",
        leaving(restart, _without_snapshot),
        ("dropped_covered",),
    ),
)

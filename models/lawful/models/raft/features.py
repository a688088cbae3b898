"""The extensions of Raft that the model knows; each can be switched on alone or with others."""

from __future__ import annotations

from enum import StrEnum


class Feature(StrEnum):
    """Sections are those of Ongaro's dissertation, "Consensus: Bridging Theory and Practice", 2014."""

    PRE_VOTE = "pre-vote"
    """Section 9.6."""
    CHECK_QUORUM = "check-quorum"
    """Section 6.2, and the rule of section 4.2.3 that votes are not given while a leader is heard."""
    FSYNC = "fsync"
    """Section 10.2.1, and what disks do: a write is on the disk for certain only after a sync."""
    READ_INDEX = "read-index"
    """Section 6.4: reads that are not in the log."""
    TRANSFER = "transfer"
    """Section 3.10: a leader hands over to another server."""
    MEMBERSHIP = "membership"
    """Section 4.1: servers are removed and added one at a time."""
    SESSIONS = "sessions"
    """Section 6.3: a client that asks again is answered as before."""
    MONOTONIC = "monotonic"
    """Figure 2 of the paper: commit index and match index never fall, whatever comes late."""
    PERSISTENT_COMMIT = "persistent-commit"
    """The commit index never falls and is on the disk, as etcd has it."""
    SNAPSHOTS = "snapshots"
    """Section 5: the log is compacted, and a follower that lacks what is gone gets the snapshot in chunks."""
    TORN_WRITES = "torn-writes"
    """As fsync; what was not synced reaches the disk in any order and in parts. Reads of the disk may fail."""
    JOINT = "joint"
    """Section 4.3: any change of membership, by a configuration in which the old one and the new one both count."""
    LEARNERS = "learners"
    """Section 4.2.1: servers that get entries and do not count, until they have caught up and are promoted."""
    LEASE = "lease"
    """Section 6.4.1: a leader answers reads alone while a quorum has promised to elect nobody."""


Features = frozenset[Feature]
NO_FEATURES: Features = frozenset()

"""42 mistakes that implementations and specifications of Raft made, and the models that have each of them.

Sources: the Raft paper or dissertation by section, or the thread in which the mistake was found. Each mistake has a
broken twin or a mutant of the proof.
"""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """One mistake of the list."""

    number: int
    sentence: str
    source: str
    names: tuple[str, ...]
    """Of the broken twins and mutants that have it."""


KNOWN = (
    Known(
        1,
        "An entry of an earlier term is committed by counting",
        "Raft, Figure 8; logcabin 44; CCF 4485",
        ("old-term-by-counting",),
    ),
    Known(
        2,
        "A vote is not on disk before it is given",
        "pysyncobj 84; seaweedfs/raft 9",
        ("vote-not-persisted", "vote-before-fsync"),
    ),
    Known(3, "The term begins anew after a restart", "pysyncobj 201, 202", ("term-not-persisted",)),
    Known(4, "Term and vote are written one after the other", "hashicorp/raft 661", ("vote-without-its-term",)),
    Known(
        5,
        "The vote is cleared by a step within its term",
        "CCF 8094; redpanda 14, 19",
        ("vote-cleared-by-append",),
    ),
    Known(6, "Two votes are given in one term", "camunda 5356, 1068", ("vote-twice",)),
    Known(7, "A candidate counts a vote twice", "akka-raft 50", ("vote-counted-twice",)),
    Known(
        8,
        "Logs are compared wrongly or not at all before a vote",
        "Raft, section 5.4.1",
        ("any-log-may-lead", "longer-log-may-lead"),
    ),
    Known(9, "Only a longer log gets a vote, not an equal one", "Raft, section 5.4.1", ("only-longer-log-may-lead",)),
    Known(10, "The same candidate is refused when it asks again", "nebula 2419", ("vote-not-repeated",)),
    Known(
        11,
        "A late request truncates acknowledged entries",
        "Raft, section 5.3; willemt 118",
        ("truncated-without-conflict",),
    ),
    Known(12, "The term of the entry before is not compared", "Raft, section 5.3", ("previous-term-not-compared",)),
    Known(
        13,
        "A follower acknowledges its own length",
        "CCF, specification of consensus",
        ("own-length-acknowledged",),
    ),
    Known(14, "A late answer takes the match index back", "raft.tla 18", ("match-index-falls",)),
    Known(
        15,
        "A leader of a later term takes an answer of an earlier one",
        "Raft, section 5.3",
        ("late-acknowledgement-counts",),
    ),
    Known(
        16,
        "A refusal advances the match index",
        "CCF, specification of consensus",
        ("refusal-acknowledges",),
    ),
    Known(17, "The next index stays below what is known to match", "Truxify 8669; CCF 5895", ("next-index-stays",)),
    Known(
        18,
        "The next index only goes back, and never finds a follower with a snapshot",
        "RedisLabs/raft 58",
        ("snapshot-not-sent",),
    ),
    Known(
        19,
        "A follower commits beyond what is known to match",
        "scylladb 9965, 10578",
        ("commit-before-matching",),
    ),
    Known(
        20,
        "A chunk of a snapshot advances the commit index before all are there",
        "Raft, section 7",
        ("commit-by-first-chunk",),
    ),
    Known(21, "The commit index falls", "etcd-raft 25; raft.tla 18", ("commit-index-falls",)),
    Known(
        22,
        "A leader counts itself before its own write",
        "etcd 14370; hashicorp/raft 507",
        ("leader-tail-not-persisted", "leader-counts-itself-before-fsync"),
    ),
    Known(
        23,
        "A follower acknowledges before its write",
        "yugabyte 32875; c5 263",
        ("follower-tail-not-persisted", "acknowledged-before-fsync", "acknowledged-before-written"),
    ),
    Known(24, "The commit index is ahead of the log after a crash", "pysyncobj 197", ("commit-index-ahead-of-log",)),
    Known(
        25,
        "A log is truncated from its front, which leaves a hole",
        "braft 119",
        ("hole-in-log", "written-over-unsynced-removal"),
    ),
    Known(
        26,
        "A step down leaves something of the leader behind",
        "nebula 2419",
        ("leader-of-a-later-term", "candidate-stays"),
    ),
    Known(27, "The conflicting tail is never offered again", "yugabyte 32876", ("conflict-not-offered",)),
    Known(
        28,
        "A request from the very beginning is taken after compaction",
        "willemt 118; RedisLabs/raft 49",
        ("snapshot-conflicts",),
    ),
    Known(
        29,
        "A snapshot leaves a conflicting suffix or old membership",
        "openraft 1808, 1892",
        ("conflicting-suffix-kept", "membership-not-in-snapshot"),
    ),
    Known(30, "A candidate refuses the snapshot of the leader", "nebula 1769", ("snapshot-refused-by-pre-candidate",)),
    Known(
        31,
        "The commit index is beyond the log after a snapshot",
        "curvine 1551; etcd-raft 174",
        ("log-numbered-anew-after-restart",),
    ),
    Known(
        32,
        "A read error of the disk becomes a request without an entry before",
        "openraft 1795",
        ("read-error-sent",),
    ),
    Known(
        33,
        "Membership changes before an entry of the term is committed",
        "Ongaro, raft-dev 2015",
        ("change-before-own-commit",),
    ),
    Known(
        34,
        "A configuration counts from its commit, and candidates are not held back",
        "etcd-raft 456; etcd 7625",
        ("configuration-from-commit",),
    ),
    Known(35, "A joint change does without two majorities", "etcd-raft 372", ("joint-by-new-majority-alone",)),
    Known(
        36,
        "Votes are counted over both configurations together",
        "CCF, specification of consensus",
        ("joint-by-majority-of-union",),
    ),
    Known(37, "A learner is part of the quorum", "Raft dissertation, section 4.2.1", ("learner-counts",)),
    Known(
        38,
        "A read is confirmed before the leader committed in its term",
        "etcd 7331; tikv 6340, 9239; redisraft 22",
        ("read-before-own-commit",),
    ),
    Known(39, "A heartbeat confirms a read that came later", "etcd 20418", ("read-confirmed-by-earlier-answer",)),
    Known(
        40,
        "A lease outlasts a transfer or the drift of clocks",
        "etcd 12704; tikv 964; sofa-jraft 34",
        ("lease-outlasts-transfer", "lease-ignores-drift", "lease-from-answer", "promise-lost-by-restart"),
    ),
    Known(
        41,
        "Pre-vote and check-quorum together keep leaders away",
        "etcd 8243, 8501, 10355; tikv 3270; openraft 1796",
        ("pre-vote-of-later-term", "pre-candidate-stays"),
    ),
    Known(42, "A retry is applied twice", "Raft dissertation, section 6.3", ("retry-applied-twice",)),
)

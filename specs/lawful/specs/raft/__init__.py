"""The safety of Raft: the five properties of Figure 3 of the paper, as numbered sentences.

Source: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", extended version, 2014. Which
predicate over states stands for each sentence is said in `models.raft.properties`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Safety:
    """Something that never happens, whatever is lost, delayed, repeated or restarted."""

    id: str
    """Such as `RAFT-1`. Ids are never used again for another promise."""
    name: str
    sentence: str
    source: str


ELECTION_SAFETY = Safety(
    "RAFT-1",
    "election safety",
    "A term has at most one leader.",
    "Raft, Figure 3 and section 5.2",
)
LEADER_APPEND_ONLY = Safety(
    "RAFT-2",
    "leader append-only",
    "A leader never overwrites or deletes entries of its own log; it only appends.",
    "Raft, Figure 3 and section 5.3",
)
LOG_MATCHING = Safety(
    "RAFT-3",
    "log matching",
    "Two logs with an entry of the same term at the same index are equal up to that index.",
    "Raft, Figure 3 and section 5.3",
)
LEADER_COMPLETENESS = Safety(
    "RAFT-4",
    "leader completeness",
    "An entry that is committed in a term is in the logs of the leaders of all later terms.",
    "Raft, Figure 3 and section 5.4",
)
STATE_MACHINE_SAFETY = Safety(
    "RAFT-5",
    "state machine safety",
    "No two servers regard different entries at the same index as committed.",
    "Raft, Figure 3 and section 5.4.3",
)

SAFETY = (ELECTION_SAFETY, LEADER_APPEND_ONLY, LOG_MATCHING, LEADER_COMPLETENESS, STATE_MACHINE_SAFETY)

LINEARIZABLE_READS = Safety(
    "RAFT-6",
    "linearizable reads",
    "A read sees all that anybody knew to be committed when it was asked for.",
    "Raft dissertation, section 6.4",
)
COMMITTED_IS_KEPT = Safety(
    "RAFT-7",
    "committed is kept",
    "What a server regards as committed is in its snapshot or its log, and what is in its snapshot is committed.",
    "Raft, section 7; willemt 118; curvine 1551; etcd-raft 174",
)
WHOLE_LOG = Safety(
    "RAFT-8",
    "whole log",
    "A log has an entry at each index after its snapshot, and the terms of its entries never fall.",
    "Raft, sections 5.3 and 7; braft 119; openraft 1808",
)
EXACTLY_ONCE = Safety(
    "RAFT-9",
    "exactly once",
    "A command of a client takes effect at most once, and whoever asks for it again gets the first answer.",
    "Raft dissertation, section 6.3",
)
SAME_STATE = Safety(
    "RAFT-10",
    "same state",
    "Servers that applied their logs up to the same index have the same state, and gave the same answers on the way.",
    "Raft, sections 2 and 5.4.3",
)
LINEARIZABLE_OPERATIONS = Safety(
    "RAFT-11",
    "one order of operations",
    "What clients were answered is explained by one order of their operations.",
    "Raft, section 8; Herlihy and Wing, 1990",
)
ALL_SAFETY = (
    *SAFETY,
    LINEARIZABLE_READS,
    COMMITTED_IS_KEPT,
    WHOLE_LOG,
    EXACTLY_ONCE,
    SAME_STATE,
    LINEARIZABLE_OPERATIONS,
)
"""With what is said of extensions."""

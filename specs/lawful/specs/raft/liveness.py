"""The liveness of Raft: what happens in the end, where the network and the timeouts are fair.

The paper promises it in section 5.6 only as far as elections take less time than servers wait for one. Which fairness
stands for that is said in `models.raft.fairness`, and which predicates over states stand for each sentence in
`models.raft.liveness`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Liveness:
    """Something that happens in the end."""

    id: str
    """Such as `RAFT-L1`. Ids are never used again for another promise."""
    name: str
    sentence: str
    source: str


ELECTION = Liveness(
    "RAFT-L1",
    "election",
    "Again and again, the latest term has a leader.",
    "Raft, sections 5.2 and 5.6",
)
FOLLOWING = Liveness(
    "RAFT-L2",
    "following",
    "Where a leader goes on to lead the latest term, all servers follow it in the end.",
    "Raft, section 5.2; dissertation, sections 4.2.3 and 9.6",
)
COMMITMENT = Liveness(
    "RAFT-L3",
    "commitment",
    "What a leader appends is committed in the end, where it goes on to lead.",
    "Raft, section 5.3",
)
KNOWLEDGE = Liveness(
    "RAFT-L4",
    "knowledge",
    "What is committed is known to all servers in the end.",
    "Raft, sections 5.3 and 8",
)
ALL_LIVENESS = (ELECTION, FOLLOWING, COMMITMENT, KNOWLEDGE)

"""What holds of every state of Raft besides its promises: the signs by which a mistake is noticed before it does harm.

Sources: Figure 2 of the paper, and the invariants that proofs and specifications of Raft state: of Verdi (Woos et al.,
CPP 2016), of etcd's and CCF's specifications in TLA+, of Schultz et al. (scimitar). Those that speak of what ever
happened, and of messages, are left out. Which predicate stands for each is said in `models.raft.invariants`.
"""

from __future__ import annotations

from lawful.specs.raft import ALL_SAFETY, Safety

TERM_GROWS = Safety(
    "RAFT-INV-1",
    "terms grow",
    "The term of a server never falls, whatever restarts it.",
    "Raft, Figure 2: currentTerm increases monotonically",
)
VOTE_STAYS = Safety(
    "RAFT-INV-2",
    "votes stay",
    "A server that voted in a term never votes for another in it, nor forgets that it did.",
    "Raft, Figure 2: votedFor is persistent; section 5.2",
)
VOTES_ARE_GIVEN = Safety(
    "RAFT-INV-3",
    "votes are given",
    "A vote that a candidate or a leader counts was given by its voter, which has not gone back on it.",
    "Verdi Raft: votes correct, cronies correct",
)
LEADER_IS_ELECTED = Safety(
    "RAFT-INV-4",
    "leaders are elected",
    "A leader has the votes of a quorum.",
    "Raft, section 5.2; etcd-raft and CCF, specifications in TLA+",
)
TERMS_OF_LOG_GROW = Safety(
    "RAFT-INV-5",
    "sorted logs",
    "From one entry of a log to the next, the term never falls, and none is later than the server's.",
    "Verdi Raft: logs sorted, entry terms not above the current term",
)
LEADER_HAS_ITS_ENTRIES = Safety(
    "RAFT-INV-6",
    "leaders have their entries",
    "Whatever entry of a leader's term is in any log is in the leader's at the same index.",
    "Schultz et al., scimitar: primary has own entries; Verdi Raft: leader sublog",
)
COMMIT_WITHIN_LOG = Safety(
    "RAFT-INV-7",
    "commit index within the log",
    "A server has every entry that it regards as committed, also after a crash.",
    "pysyncobj 197; CCF, specification in TLA+",
)
COMMITTED_STAYS = Safety(
    "RAFT-INV-8",
    "committed entries stay",
    "A server never removes or replaces an entry that it regards as committed.",
    "Verdi Raft: applied entries monotonic; CCF, specification in TLA+",
)
INDICES_WITHIN_LOG = Safety(
    "RAFT-INV-9",
    "leaders' indices within the log",
    "What a leader knows to match is in its log, and what it sends next follows on an entry of its log.",
    "Verdi Raft: match index sane, next index safe",
)
MATCH_IS_TRUE = Safety(
    "RAFT-INV-10",
    "match index is true",
    "A follower in the leader's term has the leader's log as far as the leader knows it to match.",
    "Raft, Figure 2: matchIndex; Verdi Raft: match index backed by entries",
)
MATCH_GROWS = Safety(
    "RAFT-INV-11",
    "match index grows",
    "While a server leads, what it knows to match never falls.",
    "Raft, Figure 2: matchIndex increases monotonically; raft.tla 18",
)
COMMIT_GROWS = Safety(
    "RAFT-INV-12",
    "commit index grows",
    "The commit index of a server never falls.",
    "Raft, Figure 2: commitIndex increases monotonically; etcd-raft 25; raft.tla 18",
)

INVARIANTS = (
    TERM_GROWS,
    VOTE_STAYS,
    VOTES_ARE_GIVEN,
    LEADER_IS_ELECTED,
    TERMS_OF_LOG_GROW,
    LEADER_HAS_ITS_ENTRIES,
    COMMIT_WITHIN_LOG,
    COMMITTED_STAYS,
    INDICES_WITHIN_LOG,
    MATCH_IS_TRUE,
    MATCH_GROWS,
    COMMIT_GROWS,
)

ALL_PROPERTIES = (*ALL_SAFETY, *INVARIANTS)
"""Promises first: what somebody who runs a store notices."""

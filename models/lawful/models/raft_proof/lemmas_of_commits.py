"""What holds of entries that are committed or still can be: leader completeness, and from it state machine safety."""

from __future__ import annotations

from lawful.models.first_order.expression import Expression, any_of, every, implies, some
from lawful.models.first_order.system import lemma
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    QUORUM,
    SERVER,
    TERM,
    Cluster,
    earlier,
    in_quorum,
    on_one_path,
    on_path,
    term_at_most,
    term_of,
)


def may_be_committed(cluster: Cluster, term: Expression, entry: Expression) -> Expression:
    """Some quorum acknowledged the entry in the term or still can, as its servers are in no later term."""
    return some(
        (QUORUM,),
        lambda quorum: every(
            (SERVER,),
            lambda server: implies(
                in_quorum(server, quorum),
                any_of(cluster.acknowledged(server, term, entry), term_at_most(cluster.term(server), term)),
            ),
        ),
    )


def _own(cluster: Cluster, term: Expression, entry: Expression) -> Expression:
    """The entry is of the term, and may be committed in it."""
    return term_of(entry).is_(term) & may_be_committed(cluster, term, entry)


@lemma("State machine safety: all entries that are committed are on one path.")
def state_machine_safety(cluster: Cluster) -> Expression:
    return every(
        (TERM, TERM, ENTRY, ENTRY),
        lambda term, other_term, one, other: implies(
            cluster.committed(term, one) & cluster.committed(other_term, other), on_one_path(one, other)
        ),
    )


@lemma("What a leader committed is of its term, in its log, and acknowledged by a quorum.")
def committed_by_quorum(cluster: Cluster) -> Expression:
    return every(
        (TERM, ENTRY, SERVER),
        lambda term, entry, server: implies(
            cluster.committed(term, entry),
            cluster.leader_log(term, entry)
            & term_of(entry).is_(term)
            & implies(in_quorum(server, cluster.committers(term, entry)), cluster.acknowledged(server, term, entry)),
        ),
    )


@lemma("Who acknowledged an entry that may be committed still has it.")
def acknowledged_kept(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, ENTRY),
        lambda server, term, entry: implies(
            cluster.acknowledged(server, term, entry) & _own(cluster, term, entry), on_path(entry, cluster.last(server))
        ),
    )


@lemma("Leader completeness: leaders of later terms have every entry that may be committed.")
def leader_completeness(cluster: Cluster) -> Expression:
    return every(
        (TERM, TERM, ENTRY),
        lambda term, later, entry: implies(
            cluster.leader_log(term, entry)
            & _own(cluster, term, entry)
            & cluster.begun(later)
            & term_at_most(term, later),
            cluster.leader_log(later, entry),
        ),
    )


@lemma("For whom a server voted that had acknowledged an entry that may be committed, that one has the entry.")
def votes_for_complete_logs(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, TERM, ENTRY, SERVER, ENTRY),
        lambda voter, term, later, entry, candidate, last: implies(
            cluster.acknowledged(voter, term, entry)
            & _own(cluster, term, entry)
            & cluster.voted(voter, later, candidate)
            & earlier(term, later)
            & cluster.asked(candidate, later, last),
            on_path(entry, last),
        ),
    )


COMMIT_LEMMAS = (committed_by_quorum, acknowledged_kept, leader_completeness, votes_for_complete_logs)

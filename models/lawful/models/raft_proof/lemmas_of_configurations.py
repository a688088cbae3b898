"""What holds of every state where members change; it takes the place of what the base system says of commits."""

from __future__ import annotations

from lawful.models.first_order.expression import Expression, all_of, any_of, every, implies
from lawful.models.first_order.system import lemma
from lawful.models.raft_proof.configurations import (
    ChangingCluster,
    adjacent,
    configuration,
    lacks,
    lost,
    quorum_of,
    replaced,
    was_set,
)
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    SERVER,
    TERM,
    before_on_path,
    earlier,
    in_quorum,
    on_path,
    term_at_most,
    term_of,
)


@lemma("Who acknowledged an entry still has it, or heard of a term whose leader was elected without it.")
def acknowledged_kept(cluster: ChangingCluster) -> Expression:
    return every(
        (SERVER, TERM, ENTRY),
        lambda server, term, entry: implies(
            cluster.acknowledged(server, term, entry) & term_of(entry).is_(term),
            on_path(entry, cluster.last(server))
            | (lost(cluster, entry) & term_at_most(cluster.first_without(entry), cluster.term(server))),
        ),
    )


@lemma(
    "For whom a server voted that acknowledged an entry, that one has it, or a leader was elected before without it."
)
def votes_for_complete_logs(cluster: ChangingCluster) -> Expression:
    def before(entry: Expression, voter: Expression, term: Expression) -> Expression:
        first = cluster.first_without(entry)
        too_late = first.is_(term) & ~in_quorum(voter, cluster.electors(term))
        return lost(cluster, entry) & any_of(earlier(first, term), too_late)

    return every(
        (SERVER, TERM, TERM, ENTRY, SERVER, ENTRY),
        lambda voter, term, later, entry, candidate, last: implies(
            cluster.acknowledged(voter, term, entry)
            & term_of(entry).is_(term)
            & cluster.voted(voter, later, candidate)
            & earlier(term, later)
            & cluster.asked(candidate, later, last),
            on_path(entry, last) | before(entry, voter, later),
        ),
    )


@lemma("Where leaders of later terms lack an entry, there is a first of these terms.")
def first_without_is_first(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY),
        lambda term, entry: implies(
            lacks(cluster, term, entry), lost(cluster, entry) & term_at_most(cluster.first_without(entry), term)
        ),
    )


@lemma("Leader completeness: leaders of later terms have every entry that is committed.")
def leader_completeness(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, TERM, ENTRY),
        lambda term, later, entry: implies(
            cluster.committed(term, entry) & cluster.begun(later) & term_at_most(term, later),
            cluster.leader_log(later, entry),
        ),
    )


@lemma("Who had an entry when it was committed is a quorum of the configuration that its leader had then.")
def committed_by_members(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM, ENTRY),
        lambda term, entry: implies(
            cluster.committed(term, entry),
            all_of(
                on_path(entry, cluster.committed_with(term, entry)),
                cluster.leader_log(term, cluster.committed_with(term, entry)),
                quorum_of(cluster.committers(term, entry), configuration(cluster.committed_with(term, entry))),
            ),
        ),
    )


@lemma("Who elected a leader is a quorum of the configuration that the leader had then.")
def elected_by_members(cluster: ChangingCluster) -> Expression:
    return every(
        (TERM,),
        lambda term: implies(
            cluster.begun(term),
            cluster.leader_log(term, cluster.elected_with(term))
            & quorum_of(cluster.electors(term), configuration(cluster.elected_with(term))),
        ),
    )


@lemma("Who was elected had asked for votes with the log that it was elected with.")
def elected_asked(cluster: ChangingCluster) -> Expression:
    return every(
        (SERVER, TERM),
        lambda server, term: implies(
            cluster.elected(server, term), cluster.asked(server, term, cluster.elected_with(term))
        ),
    )


@lemma("Who set a configuration had committed in its term, with a quorum of the one before, and that one too.")
def changes_based(cluster: ChangingCluster) -> Expression:
    def based(entry: Expression) -> Expression:
        basis = cluster.basis(entry)
        return all_of(
            adjacent(replaced(entry), entry),
            before_on_path(basis, entry),
            on_path(replaced(entry), basis),
            cluster.committed(term_of(entry), basis),
            configuration(cluster.committed_with(term_of(entry), basis)).is_(replaced(entry)),
        )

    return every((ENTRY,), lambda entry: implies(was_set(cluster, entry), based(entry)))


CONFIGURATION_LEMMAS = (
    acknowledged_kept,
    votes_for_complete_logs,
    first_without_is_first,
    leader_completeness,
    committed_by_members,
    elected_by_members,
    elected_asked,
    changes_based,
)

"""What holds of entries and logs, and of messages about them."""

from __future__ import annotations

from lawful.models.first_order.expression import Expression, all_of, any_of, every, implies
from lawful.models.first_order.system import lemma
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    SERVER,
    TERM,
    Cluster,
    on_one_path,
    on_path,
    root,
    term_at_most,
    term_of,
)


@lemma("The last entry of a log was created, in a term that is not later than the server's.")
def logs_created(cluster: Cluster) -> Expression:
    return all_of(
        cluster.created(root()),
        every(
            (SERVER,),
            lambda server: (
                cluster.created(cluster.last(server))
                & term_at_most(term_of(cluster.last(server)), cluster.term(server))
            ),
        ),
    )


@lemma("An entry that was created is in the log of the leader of its term.")
def created_by_leader(cluster: Cluster) -> Expression:
    return every(
        (ENTRY,),
        lambda entry: implies(
            cluster.created(entry),
            any_of(entry.is_(root()), cluster.begun(term_of(entry)) & cluster.leader_log(term_of(entry), entry)),
        ),
    )


@lemma("The log of a leader only grows: all that it had in its term is on one path.")
def leader_log_grows(cluster: Cluster) -> Expression:
    return every(
        (TERM, ENTRY, ENTRY),
        lambda term, one, other: implies(
            cluster.leader_log(term, one) & cluster.leader_log(term, other), on_one_path(one, other)
        ),
    )


@lemma("A leader that has an entry has all before it.")
def leader_log_whole(cluster: Cluster) -> Expression:
    return every(
        (TERM, ENTRY, ENTRY),
        lambda term, one, last: implies(
            cluster.leader_log(term, last) & on_path(one, last), cluster.leader_log(term, one)
        ),
    )


@lemma("What a leader has was created, in no later terms; and its term has begun.")
def leader_log_created(cluster: Cluster) -> Expression:
    return every(
        (TERM, ENTRY),
        lambda term, entry: implies(
            cluster.leader_log(term, entry),
            cluster.created(entry) & cluster.begun(term) & term_at_most(term_of(entry), term),
        ),
    )


@lemma("The log of a server that leads is the log of the leader of its term.")
def leader_log_is_log(cluster: Cluster) -> Expression:
    return every(
        (SERVER, ENTRY),
        lambda server, entry: implies(
            cluster.leads(server),
            cluster.leader_log(cluster.term(server), entry).is_(on_path(entry, cluster.last(server))),
        ),
    )


@lemma("What was sent in a term is in the log of its leader.")
def sent_by_leader(cluster: Cluster) -> Expression:
    return every((TERM, ENTRY), lambda term, entry: implies(cluster.sent(term, entry), cluster.leader_log(term, entry)))


@lemma("What was acknowledged in a term is an entry of its leader's log; and the term is not later than the server's.")
def acknowledged_of_leader(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, ENTRY),
        lambda server, term, entry: implies(
            cluster.acknowledged(server, term, entry),
            entry.is_not(root()) & cluster.leader_log(term, entry) & term_at_most(term, cluster.term(server)),
        ),
    )


LOG_LEMMAS = (
    logs_created,
    created_by_leader,
    leader_log_grows,
    leader_log_whole,
    leader_log_created,
    leader_log_is_log,
    sent_by_leader,
    acknowledged_of_leader,
)

"""What holds of votes, roles and requests for votes, whatever logs hold."""

from __future__ import annotations

from lawful.models.first_order.expression import Expression, every, implies, some
from lawful.models.first_order.system import lemma
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    SERVER,
    TERM,
    Cluster,
    earlier,
    in_quorum,
    term_at_most,
    term_nought,
    term_of,
)


@lemma("Election safety: at most one server is elected in a term.")
def election_safety(cluster: Cluster) -> Expression:
    return every(
        (SERVER, SERVER, TERM),
        lambda one, other, term: implies(cluster.elected(one, term) & cluster.elected(other, term), one.is_(other)),
    )


@lemma("A server votes for one candidate in a term.")
def one_vote(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, SERVER, SERVER),
        lambda voter, term, one, other: implies(
            cluster.voted(voter, term, one) & cluster.voted(voter, term, other), one.is_(other)
        ),
    )


@lemma("Nobody voted in term nought, nor in a term that is later than its own.")
def votes_not_ahead_of_voters(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, SERVER),
        lambda voter, term, candidate: implies(
            cluster.voted(voter, term, candidate),
            earlier(term_nought(), term) & term_at_most(term, cluster.term(voter)),
        ),
    )


@lemma("Who was elected has the votes of a quorum.")
def elected_by_quorum(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, SERVER),
        lambda server, term, voter: implies(
            cluster.elected(server, term) & in_quorum(voter, cluster.electors(term)), cluster.voted(voter, term, server)
        ),
    )


@lemma("A term in which a server was elected has begun.")
def elected_begins(cluster: Cluster) -> Expression:
    return every((SERVER, TERM), lambda server, term: implies(cluster.elected(server, term), cluster.begun(term)))


@lemma("Who leads was elected in its term.")
def leaders_elected(cluster: Cluster) -> Expression:
    return every(
        (SERVER,), lambda server: implies(cluster.leads(server), cluster.elected(server, cluster.term(server)))
    )


@lemma("Who stands asked for votes with the log that it has.")
def candidates_asked(cluster: Cluster) -> Expression:
    return every(
        (SERVER,),
        lambda server: implies(
            cluster.stands(server), cluster.asked(server, cluster.term(server), cluster.last(server))
        ),
    )


@lemma("Who stands was not elected in its term.")
def candidates_not_elected(cluster: Cluster) -> Expression:
    return every(
        (SERVER,), lambda server: implies(cluster.stands(server), ~cluster.elected(server, cluster.term(server)))
    )


@lemma("In a term that has begun, somebody was elected.")
def begun_by_election(cluster: Cluster) -> Expression:
    return every(
        (TERM,),
        lambda term: implies(cluster.begun(term), some((SERVER,), lambda server: cluster.elected(server, term))),
    )


@lemma("Who asks for votes voted for itself.")
def own_votes(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, ENTRY),
        lambda candidate, term, last: implies(
            cluster.asked(candidate, term, last), cluster.voted(candidate, term, candidate)
        ),
    )


@lemma("Who got a vote voted for itself.")
def votes_for_candidates(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, SERVER),
        lambda voter, term, candidate: implies(
            cluster.voted(voter, term, candidate), cluster.voted(candidate, term, candidate)
        ),
    )


@lemma("A candidate asks with one log in a term.")
def one_request(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, ENTRY, ENTRY),
        lambda candidate, term, one, other: implies(
            cluster.asked(candidate, term, one) & cluster.asked(candidate, term, other), one.is_(other)
        ),
    )


@lemma("Who asked for votes did so with a log of earlier terms, and in a term that is not later than its own.")
def requests_not_ahead(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, ENTRY),
        lambda candidate, term, last: implies(
            cluster.asked(candidate, term, last),
            term_at_most(term, cluster.term(candidate)) & earlier(term_of(last), term) & cluster.created(last),
        ),
    )


ELECTION_LEMMAS = (
    election_safety,
    one_vote,
    votes_not_ahead_of_voters,
    elected_by_quorum,
    elected_begins,
    leaders_elected,
    candidates_asked,
    candidates_not_elected,
    begun_by_election,
    one_request,
    requests_not_ahead,
    own_votes,
    votes_for_candidates,
)

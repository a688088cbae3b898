"""The steps of a cluster: nine actions, each of one server and what it finds on the network.

Source: Figure 2 of the Raft paper (see `vocabulary`), by section at each action. What a server has to have on disk
before it answers is there at once: an action writes and answers in one step.
"""

from __future__ import annotations

from dataclasses import replace

from lawful.models.first_order.expression import Expression, changed, either, every, having, implies, lacking
from lawful.models.first_order.system import Step, action
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    QUORUM,
    SERVER,
    TERM,
    Cluster,
    earlier,
    in_quorum,
    index_of,
    on_path,
    parent,
    root,
    term_of,
    up_to_date,
)


@action("A server hears no leader, and stands for election in a later term (5.2).", server=SERVER, term=TERM)
def time_out(cluster: Cluster, server: Expression, term: Expression) -> Step[Cluster]:
    return Step(
        {"the term is later": earlier(cluster.term(server), term)},
        replace(
            cluster,
            term=changed(cluster.term, server, to=term),
            leads=lacking(cluster.leads, server),
            stands=having(cluster.stands, server),
            voted=having(cluster.voted, server, term, server),
            asked=having(cluster.asked, server, term, cluster.last(server)),
        ),
    )


@action("A server hears of a later term, and follows (5.1).", server=SERVER, term=TERM)
def learn_term(cluster: Cluster, server: Expression, term: Expression) -> Step[Cluster]:
    return Step(
        {"the term is later": earlier(cluster.term(server), term)},
        replace(
            cluster,
            term=changed(cluster.term, server, to=term),
            leads=lacking(cluster.leads, server),
            stands=lacking(cluster.stands, server),
        ),
    )


@action("A server crashes and starts again: what is on disk stays, its role does not (5.1).", server=SERVER)
def restart(cluster: Cluster, server: Expression) -> Step[Cluster]:
    return Step(
        {},
        replace(cluster, leads=lacking(cluster.leads, server), stands=lacking(cluster.stands, server)),
    )


@action(
    "A server votes for a candidate (5.2, 5.4.1).",
    server=SERVER,
    candidate=SERVER,
    term=TERM,
    last=ENTRY,
)
def grant_vote(
    cluster: Cluster, server: Expression, candidate: Expression, term: Expression, last: Expression
) -> Step[Cluster]:
    return Step(
        {
            "the candidate asked": cluster.asked(candidate, term, last),
            "the term is the voter's": cluster.term(server).is_(term),
            "it has not voted": every((SERVER,), lambda other: ~cluster.voted(server, term, other)),
            "the candidate's log is up-to-date": up_to_date(last, cluster.last(server)),
        },
        replace(cluster, voted=having(cluster.voted, server, term, candidate)),
    )


@action("A candidate has the votes of a quorum, and leads (5.2).", server=SERVER, term=TERM, quorum=QUORUM)
def win_election(cluster: Cluster, server: Expression, term: Expression, quorum: Expression) -> Step[Cluster]:
    def leader_log(asked_term: Expression, entry: Expression) -> Expression:
        return either(asked_term.is_(term), on_path(entry, cluster.last(server)), cluster.leader_log(asked_term, entry))

    return Step(
        {
            "it stands": cluster.stands(server),
            "the term is its own": cluster.term(server).is_(term),
            "a quorum voted for it": every(
                (SERVER,), lambda voter: implies(in_quorum(voter, quorum), cluster.voted(voter, term, server))
            ),
        },
        replace(
            cluster,
            leads=having(cluster.leads, server),
            stands=lacking(cluster.stands, server),
            elected=having(cluster.elected, server, term),
            begun=having(cluster.begun, term),
            leader_log=leader_log,
            electors=changed(cluster.electors, term, to=quorum),
        ),
    )


@action("A leader appends what a client asks for to its log (5.3).", server=SERVER, term=TERM, entry=ENTRY)
def take_request(cluster: Cluster, server: Expression, term: Expression, entry: Expression) -> Step[Cluster]:
    return Step(
        {
            "it leads": cluster.leads(server),
            "the term is its own": cluster.term(server).is_(term),
            "the entry is of the term": term_of(entry).is_(term),
            "the entry follows the log": parent(cluster.last(server), entry),
            "the entry is new": ~cluster.created(entry),
        },
        replace(
            cluster,
            last=changed(cluster.last, server, to=entry),
            created=having(cluster.created, entry),
            leader_log=having(cluster.leader_log, term, entry),
            acknowledged=having(cluster.acknowledged, server, term, entry),
        ),
    )


@action("A leader sends an entry of its log to the others (5.3).", server=SERVER, term=TERM, entry=ENTRY)
def send_entry(cluster: Cluster, server: Expression, term: Expression, entry: Expression) -> Step[Cluster]:
    return Step(
        {
            "it leads": cluster.leads(server),
            "the term is its own": cluster.term(server).is_(term),
            "the entry is in its log": on_path(entry, cluster.last(server)),
            "there is an entry": entry.is_not(root()),
        },
        replace(cluster, sent=having(cluster.sent, term, entry)),
    )


@action(
    "A server accepts an entry from the leader of its term, after the one before it (5.3).",
    server=SERVER,
    term=TERM,
    entry=ENTRY,
    previous=ENTRY,
    own=ENTRY,
)
def accept_entry(
    cluster: Cluster, server: Expression, term: Expression, entry: Expression, previous: Expression, own: Expression
) -> Step[Cluster]:
    """`own`: the entry of its log that it compares with the one before, by index and term.

    A log that has the entry already stays as it is: the message may be an old one, and what follows may be committed.
    """
    has_it = on_path(entry, cluster.last(server))
    return Step(
        {
            "the entry was sent": cluster.sent(term, entry),
            "the term is its own": cluster.term(server).is_(term),
            "it does not lead": ~cluster.leads(server),
            "the other one comes before": parent(previous, entry),
            "its log has one of that index and term": on_path(own, cluster.last(server))
            & index_of(own).is_(index_of(previous))
            & term_of(own).is_(term_of(previous)),
        },
        replace(
            cluster,
            last=changed(cluster.last, server, to=either(has_it, cluster.last(server), entry)),
            stands=lacking(cluster.stands, server),
            acknowledged=having(cluster.acknowledged, server, term, entry),
        ),
    )


@action(
    "A leader commits an entry of its own term that a quorum has (5.3, 5.4.2).",
    server=SERVER,
    term=TERM,
    entry=ENTRY,
    quorum=QUORUM,
)
def commit(
    cluster: Cluster, server: Expression, term: Expression, entry: Expression, quorum: Expression
) -> Step[Cluster]:
    return Step(
        {
            "it leads": cluster.leads(server),
            "the term is its own": cluster.term(server).is_(term),
            "the entry is in its log": on_path(entry, cluster.last(server)),
            "a quorum acknowledged it": every(
                (SERVER,), lambda voter: implies(in_quorum(voter, quorum), cluster.acknowledged(voter, term, entry))
            ),
            "the entry is of the term": term_of(entry).is_(term),
        },
        replace(
            cluster,
            committed=having(cluster.committed, term, entry),
            committers=changed(cluster.committers, term, entry, to=quorum),
        ),
    )


ACTIONS = (
    time_out,
    learn_term,
    restart,
    grant_vote,
    win_election,
    take_request,
    send_entry,
    accept_entry,
    commit,
)

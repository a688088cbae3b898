"""Reads without an entry in the log: a leader takes its commit point, and has a quorum confirm that it still leads.

Source: D. Ongaro, "Consensus: Bridging Theory and Practice", section 6.4. The base system and three actions. The goal:
a read that is served has seen every entry that was committed, by any leader, before the read was asked for.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import Any

from lawful.models.first_order.expression import (
    Callables,
    Expression,
    Sort,
    Symbol,
    all_of,
    changed,
    every,
    having,
    implies,
)
from lawful.models.first_order.system import Lemma, Scope, Step, System, action, lemma
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.vocabulary import (
    CLUSTER,
    ENTRY,
    QUORUM,
    SERVER,
    TERM,
    Cluster,
    earlier,
    in_quorum,
    nothing_has_happened,
    on_path,
    term_at_most,
)

READ = Sort("read")


@dataclass(frozen=True, slots=True)
class ReadingCluster(Cluster):
    """A cluster, and the reads that clients asked for."""

    read_asked: Callables
    """A leader took the read."""
    read_term: Callables
    """The term of that leader."""
    read_point: Callables
    """The last entry that it had committed then."""
    committed_before: Callables
    """History: committed_before(term, entry, read): it was committed in the term before the read was asked for."""
    confirmed: Callables
    """confirmed(server, read): the server answered the heartbeat of this read, in its term."""
    read_served: Callables
    """The client got an answer, from the state at the commit point."""
    confirmers: Callables
    """History: the quorum that confirmed the read."""


READING_CLUSTER = ReadingCluster(
    **{field.name: getattr(CLUSTER, field.name) for field in dataclasses.fields(CLUSTER)},
    read_asked=Symbol("read_asked", (READ,)),
    read_term=Symbol("read_term", (READ,), TERM),
    read_point=Symbol("read_point", (READ,), ENTRY),
    committed_before=Symbol("committed_before", (TERM, ENTRY, READ)),
    confirmed=Symbol("confirmed", (SERVER, READ)),
    read_served=Symbol("read_served", (READ,)),
    confirmers=Symbol("confirmers", (READ,), QUORUM),
)


def _no_reads(cluster: ReadingCluster) -> Expression:
    return all_of(
        nothing_has_happened(cluster),
        every((READ,), lambda read: ~cluster.read_asked(read) & ~cluster.read_served(read)),
        every((TERM, ENTRY, READ), lambda term, entry, read: ~cluster.committed_before(term, entry, read)),
        every((SERVER, READ), lambda server, read: ~cluster.confirmed(server, read)),
    )


@action(
    "A leader takes a read, and remembers how far it has committed in its term.",
    server=SERVER,
    term=TERM,
    read=READ,
    point=ENTRY,
)
def ask_read(
    cluster: ReadingCluster, server: Expression, term: Expression, read: Expression, point: Expression
) -> Step[ReadingCluster]:
    def committed_before(in_term: Expression, entry: Expression, asked: Expression) -> Expression:
        return cluster.committed_before(in_term, entry, asked) | (asked.is_(read) & cluster.committed(in_term, entry))

    return Step(
        {
            "it leads": cluster.leads(server),
            "the term is its own": cluster.term(server).is_(term),
            "the read is new": ~cluster.read_asked(read),
            "it committed the point in its term": cluster.committed(term, point),
            "the point is its last": every(
                (ENTRY,), lambda entry: implies(cluster.committed(term, entry), on_path(entry, point))
            ),
        },
        replace(
            cluster,
            read_asked=having(cluster.read_asked, read),
            read_term=changed(cluster.read_term, read, to=term),
            read_point=changed(cluster.read_point, read, to=point),
            committed_before=committed_before,
        ),
    )


@action("A server answers the heartbeat of a read, in whose term it is.", server=SERVER, read=READ)
def confirm_read(cluster: ReadingCluster, server: Expression, read: Expression) -> Step[ReadingCluster]:
    return Step(
        {
            "the read was asked for": cluster.read_asked(read),
            "the term is its own": cluster.term(server).is_(cluster.read_term(read)),
        },
        replace(cluster, confirmed=having(cluster.confirmed, server, read)),
    )


@action("A quorum confirmed a read, and it is served.", read=READ, quorum=QUORUM)
def serve_read(cluster: ReadingCluster, read: Expression, quorum: Expression) -> Step[ReadingCluster]:
    return Step(
        {
            "the read was asked for": cluster.read_asked(read),
            "a quorum confirmed it": every(
                (SERVER,), lambda server: implies(in_quorum(server, quorum), cluster.confirmed(server, read))
            ),
        },
        replace(
            cluster,
            read_served=having(cluster.read_served, read),
            confirmers=changed(cluster.confirmers, read, to=quorum),
        ),
    )


@lemma("No stale read: what was committed before a read was asked for, the read has seen.")
def reads_not_stale(cluster: ReadingCluster) -> Expression:
    return every(
        (READ, TERM, ENTRY),
        lambda read, term, entry: implies(
            cluster.read_served(read) & cluster.committed_before(term, entry, read),
            on_path(entry, cluster.read_point(read)),
        ),
    )


@lemma("What was committed before a read is committed, and the read was asked for.")
def before_reads_committed(cluster: ReadingCluster) -> Expression:
    return every(
        (TERM, ENTRY, READ),
        lambda term, entry, read: implies(
            cluster.committed_before(term, entry, read), cluster.committed(term, entry) & cluster.read_asked(read)
        ),
    )


@lemma("What was committed before a read in no later term than its own, the read has seen.")
def reads_see_earlier_terms(cluster: ReadingCluster) -> Expression:
    return every(
        (TERM, ENTRY, READ),
        lambda term, entry, read: implies(
            cluster.committed_before(term, entry, read) & term_at_most(term, cluster.read_term(read)),
            on_path(entry, cluster.read_point(read)),
        ),
    )


@lemma("Who elected a leader of a later term, that committed before the read, does not confirm it.")
def later_electors_do_not_confirm(cluster: ReadingCluster) -> Expression:
    return every(
        (TERM, ENTRY, READ, SERVER),
        lambda term, entry, read, server: implies(
            cluster.committed_before(term, entry, read)
            & earlier(cluster.read_term(read), term)
            & in_quorum(server, cluster.electors(term)),
            ~cluster.confirmed(server, read),
        ),
    )


@lemma("Who confirmed a read did so after it was asked for.")
def confirmed_after_asked(cluster: ReadingCluster) -> Expression:
    return every(
        (SERVER, READ), lambda server, read: implies(cluster.confirmed(server, read), cluster.read_asked(read))
    )


@lemma("A read that is served was asked for, and confirmed by a quorum.")
def served_by_quorum(cluster: ReadingCluster) -> Expression:
    return every(
        (READ, SERVER),
        lambda read, server: implies(
            cluster.read_served(read),
            cluster.read_asked(read)
            & implies(in_quorum(server, cluster.confirmers(read)), cluster.confirmed(server, read)),
        ),
    )


READ_ACTIONS = (ask_read, confirm_read, serve_read)
READ_LEMMAS: tuple[Lemma[ReadingCluster], ...] = (
    reads_not_stale,
    before_reads_committed,
    reads_see_earlier_terms,
    later_electors_do_not_confirm,
    confirmed_after_asked,
    served_by_quorum,
)


def _with_reads(scope: Scope, *reads: str) -> Scope:
    return Scope({**scope.elements, READ: reads}, scope.meaning)


_BASE: Any = RAFT  # Its actions and lemmas take any cluster, and so also one with reads.
RAFT_WITH_READ_INDEX: System[ReadingCluster] = System(
    name="raft with read-index",
    sorts=(*RAFT.sorts, READ),
    fixed=RAFT.fixed,
    axioms=RAFT.axioms,
    state=READING_CLUSTER,
    initial=_no_reads,
    actions=(*_BASE.actions, *READ_ACTIONS),
    lemmas=(*_BASE.lemmas, *READ_LEMMAS),
    goals=(*RAFT.goals, reads_not_stale.name),
    # Of one read alone it holds without a lemma that other reads stay as they were: cores come from two.
    scopes=(*(_with_reads(one, "r1") for one in RAFT.scopes[:-1]), _with_reads(RAFT.scopes[-1], "r1", "r2")),
)

"""What the proof of Raft speaks of: its things, what never changes of them, and the state of a cluster.

Source: D. Ongaro and J. Ousterhout, "In Search of an Understandable Consensus Algorithm", Figure 2; the tree of entries
is the "trees of log entries" view of consensus. Its assumptions:

A log is a path in one tree of all entries that anybody may ever create, and is given by its last entry. So logs that
share an entry share all before it, by construction: the proof says nothing of a receiver that does not check the
entry before (section 5.3). Values are not told apart from the entries that carry them.

Messages are never taken off the network: what was sent once may arrive at any time, any number of times, or never.
That is loss, duplication, delay and reordering at once. The relations of messages and of what was done once only grow.
"""

from __future__ import annotations

from dataclasses import dataclass

from lawful.models.first_order.expression import (
    Callables,
    Expression,
    Sort,
    Symbol,
    all_of,
    every,
    implies,
    some,
)
from lawful.models.first_order.system import Axiom

SERVER = Sort("server")
QUORUM = Sort("quorum")
TERM = Sort("term")
ENTRY = Sort("entry")
INDEX = Sort("index")
SORTS = (SERVER, QUORUM, TERM, ENTRY, INDEX)

in_quorum = Symbol("in_quorum", (SERVER, QUORUM))
term_at_most = Symbol("term_at_most", (TERM, TERM))
index_at_most = Symbol("index_at_most", (INDEX, INDEX))
on_path = Symbol("on_path", (ENTRY, ENTRY))
"""on_path(one, last): a log whose last entry is `last` has the entry `one`."""
term_of = Symbol("term_of", (ENTRY,), TERM)
index_of = Symbol("index_of", (ENTRY,), INDEX)
root = Symbol("root", (), ENTRY)
"""The entry before the first: the last entry of the empty log."""
term_nought = Symbol("term_nought", (), TERM)
FIXED = (in_quorum, term_at_most, index_at_most, on_path, term_of, index_of, root, term_nought)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The state of all servers, of the network, and what the proof remembers of the past."""

    term: Callables
    """The current term (on disk)."""
    last: Callables
    """The last entry of the log (on disk)."""
    leads: Callables
    """It is the leader of its current term (in memory)."""
    stands: Callables
    """It is a candidate in its current term (in memory)."""
    voted: Callables
    """voted(voter, term, candidate): votedFor on disk, and the granted vote on the network."""
    asked: Callables
    """asked(candidate, term, last): RequestVote on the network."""
    elected: Callables
    """History: it won the election of the term."""
    begun: Callables
    """History: somebody won the election of the term."""
    created: Callables
    """History: a leader put the entry in its log, on a request of a client."""
    leader_log: Callables
    """History: the leader of the term had the entry in its log, in that term."""
    sent: Callables
    """sent(term, entry): AppendEntries on the network, with the entry as the last."""
    acknowledged: Callables
    """acknowledged(server, term, entry): a successful answer to AppendEntries on the network."""
    committed: Callables
    """History: the leader of the term committed the entry, and all before it."""
    electors: Callables
    """History: the quorum that elected the leader of the term."""
    committers: Callables
    """History: the quorum that acknowledged the entry before it was committed."""


CLUSTER = Cluster(
    term=Symbol("term", (SERVER,), TERM),
    last=Symbol("last", (SERVER,), ENTRY),
    leads=Symbol("leads", (SERVER,)),
    stands=Symbol("stands", (SERVER,)),
    voted=Symbol("voted", (SERVER, TERM, SERVER)),
    asked=Symbol("asked", (SERVER, TERM, ENTRY)),
    elected=Symbol("elected", (SERVER, TERM)),
    begun=Symbol("begun", (TERM,)),
    created=Symbol("created", (ENTRY,)),
    leader_log=Symbol("leader_log", (TERM, ENTRY)),
    sent=Symbol("sent", (TERM, ENTRY)),
    acknowledged=Symbol("acknowledged", (SERVER, TERM, ENTRY)),
    committed=Symbol("committed", (TERM, ENTRY)),
    electors=Symbol("electors", (TERM,), QUORUM),
    committers=Symbol("committers", (TERM, ENTRY), QUORUM),
)
"""The state that a step starts from."""


def earlier(one: Expression, other: Expression) -> Expression:
    """One term is less than the other."""
    return ~term_at_most(other, one)


def lower(one: Expression, other: Expression) -> Expression:
    """One index is less than the other."""
    return ~index_at_most(other, one)


def before_on_path(one: Expression, other: Expression) -> Expression:
    return on_path(one, other) & one.is_not(other)


def parent(one: Expression, child: Expression) -> Expression:
    """One entry comes immediately before the other."""
    nothing_between = every((ENTRY,), lambda other: implies(before_on_path(other, child), on_path(other, one)))
    return before_on_path(one, child) & nothing_between


def on_one_path(one: Expression, other: Expression) -> Expression:
    """Some log may have both entries."""
    return on_path(one, other) | on_path(other, one)


def up_to_date(one: Expression, other: Expression) -> Expression:
    """A log that ends in `one` is at least as up-to-date as one that ends in `other` (section 5.4.1)."""
    later = earlier(term_of(other), term_of(one))
    return later | (term_of(one).is_(term_of(other)) & index_at_most(index_of(other), index_of(one)))


def _order(relation: Symbol, sort: Sort) -> Expression:
    return all_of(
        every((sort,), lambda one: relation(one, one)),
        every(
            (sort, sort, sort),
            lambda one, two, three: implies(relation(one, two) & relation(two, three), relation(one, three)),
        ),
        every((sort, sort), lambda one, two: implies(relation(one, two) & relation(two, one), one.is_(two))),
    )


def total_order(relation: Symbol, sort: Sort) -> Expression:
    return all_of(_order(relation, sort), every((sort, sort), lambda one, two: relation(one, two) | relation(two, one)))


AXIOMS = (
    Axiom("Terms are ordered, one after the other.", total_order(term_at_most, TERM)),
    Axiom("Indexes are ordered, one after the other.", total_order(index_at_most, INDEX)),
    Axiom("Term nought is the least.", every((TERM,), lambda term: term_at_most(term_nought(), term))),
    Axiom("What comes before what comes before an entry comes before it.", _order(on_path, ENTRY)),
    Axiom(
        "Entries before one entry are on one path: the entries form a tree.",
        every(
            (ENTRY, ENTRY, ENTRY),
            lambda one, other, last: implies(on_path(one, last) & on_path(other, last), on_one_path(one, other)),
        ),
    ),
    Axiom("The root comes before every entry.", every((ENTRY,), lambda entry: on_path(root(), entry))),
    Axiom("The root is of term nought.", term_of(root()).is_(term_nought())),
    Axiom(
        "Indexes grow along a log.",
        every(
            (ENTRY, ENTRY),
            lambda one, other: implies(before_on_path(one, other), lower(index_of(one), index_of(other))),
        ),
    ),
    Axiom(
        "Any two quorums share a server.",
        every(
            (QUORUM, QUORUM),
            lambda one, other: some((SERVER,), lambda server: in_quorum(server, one) & in_quorum(server, other)),
        ),
    ),
)


def nothing_has_happened(cluster: Cluster) -> Expression:
    """How a cluster begins: term nought, empty logs, no messages."""
    return all_of(
        every((SERVER,), lambda server: cluster.term(server).is_(term_nought())),
        every((SERVER,), lambda server: cluster.last(server).is_(root())),
        every((SERVER,), lambda server: ~cluster.leads(server) & ~cluster.stands(server)),
        every((SERVER, TERM, SERVER), lambda voter, term, candidate: ~cluster.voted(voter, term, candidate)),
        every((SERVER, TERM, ENTRY), lambda server, term, entry: ~cluster.asked(server, term, entry)),
        every((SERVER, TERM, ENTRY), lambda server, term, entry: ~cluster.acknowledged(server, term, entry)),
        every((SERVER, TERM), lambda server, term: ~cluster.elected(server, term)),
        every((TERM,), lambda term: ~cluster.begun(term)),
        every((ENTRY,), lambda entry: cluster.created(entry).is_(entry.is_(root()))),
        every((TERM, ENTRY), lambda term, entry: ~cluster.leader_log(term, entry)),
        every((TERM, ENTRY), lambda term, entry: ~cluster.sent(term, entry) & ~cluster.committed(term, entry)),
    )

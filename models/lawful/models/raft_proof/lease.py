"""Reads under a lease: a leader serves reads alone, for as long as a quorum has promised not to elect another.

Source: D. Ongaro, "Consensus: Bridging Theory and Practice", section 6.4.1. A leader begins a round of heartbeats. A
server that answers one elects nobody for a while: it neither stands nor votes until its own timer ends, and it starts
the timer anew when it starts again. The lease of the leader is counted from when the round began, by its own clock.
Time is an order of instants. Of clocks one axiom is assumed: their drift is bounded, so that a lease that began before
a timer ends before it. A read is served at once. The goal: it has seen every entry that was committed before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
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
from lawful.models.first_order.system import Axiom, Lemma, Scope, Step, System, action, lemma
from lawful.models.raft_proof import actions
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.read_index import READ
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
    total_order,
)

INSTANT = Sort("instant")
ROUND = Sort("round")

not_after = Symbol("not_after", (INSTANT, INSTANT))
the_beginning = Symbol("the_beginning", (), INSTANT)
lease_end = Symbol("lease_end", (SERVER, INSTANT), INSTANT)
"""lease_end(leader, begun): when a lease ends at the latest that the clock of the leader counts from then on."""
timer_end = Symbol("timer_end", (SERVER, INSTANT), INSTANT)
"""timer_end(server, heard): when the timer ends at the earliest that the server starts then."""


@dataclass(frozen=True, slots=True)
class LeasingCluster(Cluster):
    """A cluster, the time, and what its servers promised."""

    now: Callables
    """The time that it is."""
    refrains_until: Callables
    """When the timer of a server ends: until then it elects nobody (in memory)."""
    round_begun: Callables
    """A leader began the round of heartbeats."""
    round_term: Callables
    """The term of that leader."""
    begun_at: Callables
    """The time of that."""
    promised: Callables
    """promised(server, round): the server answered a heartbeat of the round."""
    read_served: Callables
    """The client got an answer, from the state at the commit point of the leader."""
    read_point: Callables
    """The last entry that it had committed then."""
    committed_before: Callables
    """History: committed_before(term, entry, read): it was committed in the term before the read was served."""


LEASING_CLUSTER = LeasingCluster(
    **{field.name: getattr(CLUSTER, field.name) for field in dataclasses.fields(CLUSTER)},
    now=Symbol("now", (), INSTANT),
    refrains_until=Symbol("refrains_until", (SERVER,), INSTANT),
    round_begun=Symbol("round_begun", (ROUND,)),
    round_term=Symbol("round_term", (ROUND,), TERM),
    begun_at=Symbol("begun_at", (ROUND,), INSTANT),
    promised=Symbol("promised", (SERVER, ROUND)),
    read_served=Symbol("read_served", (READ,)),
    read_point=Symbol("read_point", (READ,), ENTRY),
    committed_before=Symbol("committed_before", (TERM, ENTRY, READ)),
)


def before(one: Expression, other: Expression) -> Expression:
    """One instant is earlier than the other."""
    return ~not_after(other, one)


BOUNDED_DRIFT = Axiom(
    "Drift is bounded: a lease that began before a timer ends before it, whoever counts.",
    every(
        (SERVER, SERVER, INSTANT, INSTANT),
        lambda leader, server, begun, heard: implies(
            not_after(begun, heard), not_after(lease_end(leader, begun), timer_end(server, heard))
        ),
    ),
)
LEASE_AXIOMS = (
    Axiom("Instants are ordered, one after the other.", total_order(not_after, INSTANT)),
    Axiom("Nothing is before the beginning.", every((INSTANT,), lambda instant: not_after(the_beginning(), instant))),
    BOUNDED_DRIFT,
)


def _no_promises(cluster: LeasingCluster) -> Expression:
    return all_of(
        nothing_has_happened(cluster),
        cluster.now().is_(the_beginning()),
        every((SERVER,), lambda server: cluster.refrains_until(server).is_(the_beginning())),
        every((ROUND,), lambda number: ~cluster.round_begun(number)),
        every((SERVER, ROUND), lambda server, number: ~cluster.promised(server, number)),
        every((READ,), lambda read: ~cluster.read_served(read)),
        every((TERM, ENTRY, READ), lambda term, entry, read: ~cluster.committed_before(term, entry, read)),
    )


def _timer_started(cluster: LeasingCluster, server: Expression) -> Callables:
    return changed(cluster.refrains_until, server, to=timer_end(server, cluster.now()))


@action("Time passes.", instant=INSTANT)
def pass_time(cluster: LeasingCluster, instant: Expression) -> Step[LeasingCluster]:
    return Step({"it is later": before(cluster.now(), instant)}, replace(cluster, now=lambda: instant))


@action("A server whose timer has ended stands for election in a later term (5.2, 6.4.1).", server=SERVER, term=TERM)
def time_out(cluster: LeasingCluster, server: Expression, term: Expression) -> Step[Any]:
    base: Step[Any] = actions.time_out.take(cluster, server, term)
    return Step(
        {**base.requires, "its timer has ended": before(cluster.refrains_until(server), cluster.now())}, base.after
    )


@action(
    "A server whose timer has ended votes for a candidate (5.2, 5.4.1, 6.4.1).",
    server=SERVER,
    candidate=SERVER,
    term=TERM,
    last=ENTRY,
)
def grant_vote(
    cluster: LeasingCluster, server: Expression, candidate: Expression, term: Expression, last: Expression
) -> Step[Any]:
    base: Step[Any] = actions.grant_vote.take(cluster, server, candidate, term, last)
    return Step(
        {**base.requires, "its timer has ended": before(cluster.refrains_until(server), cluster.now())}, base.after
    )


@action("A server crashes and starts again, and its timer: what it promised it does not know (5.1).", server=SERVER)
def restart(cluster: LeasingCluster, server: Expression) -> Step[Any]:
    base: Step[Any] = actions.restart.take(cluster, server)
    return Step(base.requires, replace(base.after, refrains_until=_timer_started(cluster, server)))


@action("A leader begins a round of heartbeats, and notes the time.", server=SERVER, term=TERM, number=ROUND)
def begin_round(
    cluster: LeasingCluster, server: Expression, term: Expression, number: Expression
) -> Step[LeasingCluster]:
    return Step(
        {
            "it leads": cluster.leads(server),
            "the term is its own": cluster.term(server).is_(term),
            "the round is new": ~cluster.round_begun(number),
        },
        replace(
            cluster,
            round_begun=having(cluster.round_begun, number),
            round_term=changed(cluster.round_term, number, to=term),
            begun_at=changed(cluster.begun_at, number, to=cluster.now()),
        ),
    )


@action("A server answers a heartbeat of its term, and starts its timer.", server=SERVER, number=ROUND)
def answer_heartbeat(cluster: LeasingCluster, server: Expression, number: Expression) -> Step[LeasingCluster]:
    return Step(
        {
            "the round has begun": cluster.round_begun(number),
            "the term is its own": cluster.term(server).is_(cluster.round_term(number)),
        },
        replace(
            cluster,
            promised=having(cluster.promised, server, number),
            refrains_until=_timer_started(cluster, server),
        ),
    )


@action(
    "A leader whose lease holds serves a read, from the state at its commit point.",
    server=SERVER,
    term=TERM,
    read=READ,
    point=ENTRY,
    number=ROUND,
    quorum=QUORUM,
)
def serve_read(
    cluster: LeasingCluster,
    server: Expression,
    term: Expression,
    read: Expression,
    point: Expression,
    number: Expression,
    quorum: Expression,
) -> Step[LeasingCluster]:
    def committed_before(in_term: Expression, entry: Expression, asked: Expression) -> Expression:
        return cluster.committed_before(in_term, entry, asked) | (asked.is_(read) & cluster.committed(in_term, entry))

    return Step(
        {
            "it leads": cluster.leads(server),
            "the term is its own": cluster.term(server).is_(term),
            "the read is new": ~cluster.read_served(read),
            "it committed the point in its term": cluster.committed(term, point),
            "the point is its last": every(
                (ENTRY,), lambda entry: implies(cluster.committed(term, entry), on_path(entry, point))
            ),
            "the round is of its term": cluster.round_begun(number) & cluster.round_term(number).is_(term),
            "a quorum promised": every(
                (SERVER,), lambda other: implies(in_quorum(other, quorum), cluster.promised(other, number))
            ),
            "the lease holds": not_after(cluster.now(), lease_end(server, cluster.begun_at(number))),
        },
        replace(
            cluster,
            read_served=having(cluster.read_served, read),
            read_point=changed(cluster.read_point, read, to=point),
            committed_before=committed_before,
        ),
    )


@lemma("No stale read: what was committed before a read was served, the read has seen.")
def reads_not_stale(cluster: LeasingCluster) -> Expression:
    return every(
        (READ, TERM, ENTRY),
        lambda read, term, entry: implies(
            cluster.committed_before(term, entry, read), on_path(entry, cluster.read_point(read))
        ),
    )


@lemma("What was committed before a read, was so before a read that was served.")
def before_reads_served(cluster: LeasingCluster) -> Expression:
    return every(
        (READ, TERM, ENTRY),
        lambda read, term, entry: implies(cluster.committed_before(term, entry, read), cluster.read_served(read)),
    )


@lemma("Who promised did so in a round that has begun, no earlier than that, and in no later term than its own.")
def promises_after_rounds(cluster: LeasingCluster) -> Expression:
    return every(
        (SERVER, ROUND),
        lambda server, number: implies(
            cluster.promised(server, number),
            all_of(
                cluster.round_begun(number),
                not_after(cluster.begun_at(number), cluster.now()),
                term_at_most(cluster.round_term(number), cluster.term(server)),
            ),
        ),
    )


@lemma("A round that has begun did so no later than now.")
def rounds_not_ahead(cluster: LeasingCluster) -> Expression:
    return every(
        (ROUND,),
        lambda number: implies(cluster.round_begun(number), not_after(cluster.begun_at(number), cluster.now())),
    )


@lemma("The timer of a server that promised does not end before the lease, whoever has it.")
def timers_outlast_leases(cluster: LeasingCluster) -> Expression:
    return every(
        (SERVER, ROUND, SERVER),
        lambda server, number, leader: implies(
            cluster.promised(server, number),
            not_after(lease_end(leader, cluster.begun_at(number)), cluster.refrains_until(server)),
        ),
    )


@lemma("Who promised and voted in a later term did so after the lease had ended, whoever had it.")
def promises_kept(cluster: LeasingCluster) -> Expression:
    return every(
        (SERVER, ROUND, TERM, SERVER, SERVER),
        lambda server, number, term, candidate, leader: implies(
            cluster.promised(server, number)
            & cluster.voted(server, term, candidate)
            & earlier(cluster.round_term(number), term),
            before(lease_end(leader, cluster.begun_at(number)), cluster.now()),
        ),
    )


LEASE_LEMMAS: tuple[Lemma[LeasingCluster], ...] = (
    reads_not_stale,
    before_reads_served,
    promises_after_rounds,
    rounds_not_ahead,
    timers_outlast_leases,
    promises_kept,
)


def _with_time(scope: Scope, *rounds: str) -> Scope:
    elements = {**scope.elements, READ: ("r1",), INSTANT: ("0", "1", "2"), ROUND: rounds}
    meaning: dict[Symbol, Callable[..., bool | int]] = {
        not_after: lambda one, other: one <= other,
        the_beginning: lambda: 0,
    }
    return Scope(elements, {**scope.meaning, **meaning})


_CHANGED: dict[str, Any] = {one.name: one for one in (time_out, grant_vote, restart)}
_BASE: Any = RAFT  # Its actions and lemmas take any cluster, and so also one with leases.
RAFT_WITH_LEASE: System[LeasingCluster] = System(
    name="raft with lease",
    sorts=(*RAFT.sorts, READ, INSTANT, ROUND),
    fixed=(*RAFT.fixed, not_after, the_beginning, lease_end, timer_end),
    axioms=(*RAFT.axioms, *LEASE_AXIOMS),
    state=LEASING_CLUSTER,
    initial=_no_promises,
    actions=(
        *(_CHANGED.get(one.name, one) for one in _BASE.actions),
        pass_time,
        begin_round,
        answer_heartbeat,
        serve_read,
    ),
    lemmas=(*_BASE.lemmas, *LEASE_LEMMAS),
    goals=(*RAFT.goals, reads_not_stale.name),
    # Of one round alone it holds without a lemma that other rounds stay as they were: cores come from two.
    scopes=(*(_with_time(one, "h1") for one in RAFT.scopes[:-1]), _with_time(RAFT.scopes[-1], "h1", "h2")),
)

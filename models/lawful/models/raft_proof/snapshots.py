"""Snapshots: a server drops what is committed from its log, and a follower that lacks it gets the snapshot.

Source: the Raft paper, section 7; D. Ongaro, "Consensus: Bridging Theory and Practice", chapter 5. A snapshot is given
by the last entry that it covers: the log of a server is what follows. In the tree of entries the path from the root
stays, as the log that the server would have; what it sends and compares is only what follows its snapshot. Assumed: a
snapshot arrives as a whole, and what it holds is the state that follows from the entries that it covers.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import Any

from lawful.models.first_order.expression import (
    Callables,
    Expression,
    Symbol,
    all_of,
    any_of,
    changed,
    either,
    every,
    having,
    implies,
    lacking,
    some,
)
from lawful.models.first_order.system import Lemma, Step, System, action, lemma
from lawful.models.raft_proof import actions
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.vocabulary import (
    CLUSTER,
    ENTRY,
    SERVER,
    TERM,
    Cluster,
    before_on_path,
    index_of,
    lower,
    nothing_has_happened,
    on_one_path,
    on_path,
    root,
    term_at_most,
)


@dataclass(frozen=True, slots=True)
class CompactingCluster(Cluster):
    """A cluster, and the snapshots of its servers."""

    snapshot: Callables
    """The last entry that the snapshot of a server covers (on disk); the root where it has none."""
    offered: Callables
    """offered(term, entry): InstallSnapshot on the network, of a snapshot that covers the entry as its last."""
    dropped: Callables
    """History: dropped(server, entry): the log of the server has no longer the entry, nor one in its place."""


COMPACTING_CLUSTER = CompactingCluster(
    **{field.name: getattr(CLUSTER, field.name) for field in dataclasses.fields(CLUSTER)},
    snapshot=Symbol("snapshot", (SERVER,), ENTRY),
    offered=Symbol("offered", (TERM, ENTRY)),
    dropped=Symbol("dropped", (SERVER, ENTRY)),
)


def _no_snapshots(cluster: CompactingCluster) -> Expression:
    return all_of(
        nothing_has_happened(cluster),
        every((SERVER,), lambda server: cluster.snapshot(server).is_(root())),
        every((TERM, ENTRY), lambda term, entry: ~cluster.offered(term, entry)),
        every((SERVER, ENTRY), lambda server, entry: ~cluster.dropped(server, entry)),
    )


def _dropping(cluster: CompactingCluster, server: Expression, last: Expression) -> Callables:
    """What was dropped, and all entries up to `last`."""

    def dropped(asked: Expression, entry: Expression) -> Expression:
        return cluster.dropped(asked, entry) | (asked.is_(server) & on_path(entry, last) & entry.is_not(root()))

    return dropped


def _covered(cluster: CompactingCluster, entry: Expression, term: Expression) -> Expression:
    """A leader committed the entry, or one after it, in a term that is not later."""
    return some(
        (TERM, ENTRY),
        lambda earlier_term, point: (
            cluster.committed(earlier_term, point) & on_path(entry, point) & term_at_most(earlier_term, term)
        ),
    )


@action(
    "A server takes a snapshot of what is committed, and drops it from its log (7).",
    server=SERVER,
    entry=ENTRY,
    term=TERM,
    point=ENTRY,
)
def take_snapshot(
    cluster: CompactingCluster, server: Expression, entry: Expression, term: Expression, point: Expression
) -> Step[CompactingCluster]:
    """`term`, `point`: what a leader committed, and the server heard of."""
    return Step(
        {
            "the entry is in its log": before_on_path(cluster.snapshot(server), entry)
            & on_path(entry, cluster.last(server)),
            "the entry is committed": cluster.committed(term, point) & on_path(entry, point),
            "the term is not later than its own": term_at_most(term, cluster.term(server)),
        },
        replace(
            cluster,
            snapshot=changed(cluster.snapshot, server, to=entry),
            dropped=_dropping(cluster, server, entry),
        ),
    )


@action(
    "A leader sends its snapshot to a follower that lacks what it dropped (7).", server=SERVER, term=TERM, entry=ENTRY
)
def send_snapshot(
    cluster: CompactingCluster, server: Expression, term: Expression, entry: Expression
) -> Step[CompactingCluster]:
    return Step(
        {
            "it leads": cluster.leads(server),
            "the term is its own": cluster.term(server).is_(term),
            "its snapshot covers it": on_path(entry, cluster.snapshot(server)),
        },
        replace(cluster, offered=having(cluster.offered, term, entry)),
    )


@action(
    "A follower takes the snapshot of its leader; of its log it keeps what follows, if it has the last entry (7).",
    server=SERVER,
    term=TERM,
    entry=ENTRY,
)
def install_snapshot(
    cluster: CompactingCluster, server: Expression, term: Expression, entry: Expression
) -> Step[CompactingCluster]:
    has_it = on_path(entry, cluster.last(server))
    return Step(
        {
            "the snapshot was sent": cluster.offered(term, entry),
            "the term is its own": cluster.term(server).is_(term),
            "it does not lead": ~cluster.leads(server),
            "the snapshot covers more than its own": lower(index_of(cluster.snapshot(server)), index_of(entry)),
        },
        replace(
            cluster,
            last=changed(cluster.last, server, to=either(has_it, cluster.last(server), entry)),
            stands=lacking(cluster.stands, server),
            acknowledged=having(cluster.acknowledged, server, term, entry),
            snapshot=changed(cluster.snapshot, server, to=entry),
            dropped=_dropping(cluster, server, entry),
        ),
    )


def _sending_what_is_there(
    cluster: CompactingCluster, server: Expression, term: Expression, entry: Expression
) -> Step[CompactingCluster]:
    base: Step[Any] = actions.send_entry.take(cluster, server, term, entry)
    return Step({**base.requires, "the entry was not dropped": ~cluster.dropped(server, entry)}, base.after)


def _accepting_after_the_snapshot(
    cluster: CompactingCluster,
    server: Expression,
    term: Expression,
    entry: Expression,
    previous: Expression,
    own: Expression,
) -> Step[CompactingCluster]:
    base: Step[Any] = actions.accept_entry.take(cluster, server, term, entry, previous, own)
    is_there = on_path(cluster.snapshot(server), own)
    return Step({**base.requires, "what it compares with was not dropped": is_there}, base.after)


_ANY: Any = actions
send_entry = replace(_ANY.send_entry, take=_sending_what_is_there)
accept_entry = replace(_ANY.accept_entry, take=_accepting_after_the_snapshot)


@lemma("Snapshots agree: what two servers dropped from their logs is on one path.")
def snapshots_agree(cluster: CompactingCluster) -> Expression:
    return every((SERVER, SERVER), lambda one, other: on_one_path(cluster.snapshot(one), cluster.snapshot(other)))


@lemma("Nothing is lost: what a server dropped its snapshot covers.")
def dropped_covered(cluster: CompactingCluster) -> Expression:
    return every(
        (SERVER, ENTRY),
        lambda server, entry: implies(cluster.dropped(server, entry), on_path(entry, cluster.snapshot(server))),
    )


@lemma("What a snapshot covers is committed, in a term that is not later than the server's.")
def snapshots_committed(cluster: CompactingCluster) -> Expression:
    return every(
        (SERVER,),
        lambda server: any_of(
            cluster.snapshot(server).is_(root()), _covered(cluster, cluster.snapshot(server), cluster.term(server))
        ),
    )


@lemma("The log of a server follows its snapshot.")
def logs_follow_snapshots(cluster: CompactingCluster) -> Expression:
    return every((SERVER,), lambda server: on_path(cluster.snapshot(server), cluster.last(server)))


@lemma("A snapshot that a leader sent covers what it has in its log, and what is committed.")
def offered_committed(cluster: CompactingCluster) -> Expression:
    return every(
        (TERM, ENTRY),
        lambda term, entry: implies(
            cluster.offered(term, entry),
            cluster.leader_log(term, entry) & any_of(entry.is_(root()), _covered(cluster, entry, term)),
        ),
    )


SNAPSHOT_LEMMAS: tuple[Lemma[CompactingCluster], ...] = (
    snapshots_agree,
    dropped_covered,
    snapshots_committed,
    logs_follow_snapshots,
    offered_committed,
)
_CHANGED = {one.name: one for one in (send_entry, accept_entry)}
_BASE: Any = RAFT  # Its actions and lemmas take any cluster, and so also one with snapshots.
RAFT_WITH_SNAPSHOTS: System[CompactingCluster] = System(
    name="raft with snapshots",
    sorts=RAFT.sorts,
    fixed=RAFT.fixed,
    axioms=RAFT.axioms,
    state=COMPACTING_CLUSTER,
    initial=_no_snapshots,
    actions=(*(_CHANGED.get(one.name, one) for one in _BASE.actions), take_snapshot, send_snapshot, install_snapshot),
    lemmas=(*_BASE.lemmas, *SNAPSHOT_LEMMAS),
    goals=(*RAFT.goals, snapshots_agree.name, dropped_covered.name, logs_follow_snapshots.name),
    scopes=RAFT.scopes,
)

"""Reads under a lease with one mistake each, and the lemma that fails because of it."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.first_order.expression import Expression, changed, some
from lawful.models.raft_proof.lease import (
    INSTANT,
    LeasingCluster,
    answer_heartbeat,
    grant_vote,
    lease_end,
    not_after,
    restart,
    serve_read,
    the_beginning,
    time_out,
)
from lawful.models.raft_proof.mutants import Given, Mutant, lacking_requirement, leaving, requiring


def _counted_from_the_answers(cluster: LeasingCluster, given: Given) -> Expression:
    """The lease begins at some instant up to now, after the round began: when an answer came in."""

    def holds(heard: Expression) -> Expression:
        after = not_after(cluster.begun_at(given["number"]), heard) & not_after(heard, cluster.now())
        return after & not_after(cluster.now(), lease_end(given["server"], heard))

    return some((INSTANT,), holds)


def _without_timer(cluster: LeasingCluster, after: LeasingCluster, given: Given) -> LeasingCluster:
    return replace(after, refrains_until=changed(cluster.refrains_until, given["server"], to=the_beginning()))


LEASE_MUTANTS = (
    Mutant(
        "lease-from-the-answers",
        "A leader counts its lease from when the answers came in, not from when it asked.",
        "6.4.1; tikv 964",
        requiring(serve_read, "the lease holds", _counted_from_the_answers),
        ("reads_not_stale",),
    ),
    Mutant(
        "lease-without-quorum",
        "A leader serves a read under a lease that no quorum promised.",
        "6.4.1",
        lacking_requirement(serve_read, "a quorum promised"),
        ("reads_not_stale",),
    ),
    Mutant(
        "promise-forgotten",
        "A server that starts again votes at once, though it may have promised not to.",
        "6.4.1",
        leaving(restart, _without_timer),
        ("timers_outlast_leases",),
    ),
    Mutant(
        "transfer-during-lease",
        "A server to which leadership is transferred stands at once, while the old leader has its lease.",
        "6.4.1; etcd 12704",
        lacking_requirement(time_out, "its timer has ended"),
        ("promises_kept",),
    ),
    Mutant(
        "vote-during-lease",
        "A server votes for another candidate while its timer runs.",
        "4.2.3, 6.4.1",
        lacking_requirement(grant_vote, "its timer has ended"),
        ("promises_kept",),
    ),
    Mutant(
        "promise-in-another-term",
        "An answer counts for a lease though the server is in another term, and may have voted there.",
        "6.4.1",
        lacking_requirement(answer_heartbeat, "the term is its own"),
        ("promises_kept",),
    ),
)

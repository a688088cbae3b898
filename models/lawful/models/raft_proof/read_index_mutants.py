"""Reads with one mistake each, and the lemma that fails because of it."""

from __future__ import annotations

from lawful.models.first_order.expression import Expression, some
from lawful.models.raft_proof.mutants import Given, Mutant, lacking_requirement, requiring
from lawful.models.raft_proof.read_index import ReadingCluster, ask_read, confirm_read, serve_read
from lawful.models.raft_proof.vocabulary import TERM, on_path


def _committed_in_some_term(cluster: ReadingCluster, given: Given) -> Expression:
    """The leader knows that the entry is committed, and has it; but it committed none itself."""
    point = given["point"]
    return some((TERM,), lambda term: cluster.committed(term, point)) & on_path(point, cluster.last(given["server"]))


READ_MUTANTS = (
    Mutant(
        "read-without-quorum",
        "A leader serves a read without asking whether it still leads.",
        "6.4",
        lacking_requirement(serve_read, "a quorum confirmed it"),
        ("reads_not_stale", "served_by_quorum"),
    ),
    Mutant(
        "read-before-own-commit",
        "A leader takes a read before it has committed an entry of its own term.",
        "6.4; etcd 7331",
        requiring(ask_read, "it committed the point in its term", _committed_in_some_term),
        ("reads_see_earlier_terms",),
    ),
    Mutant(
        "heartbeat-of-another-read",
        "An answer to a heartbeat from before the read counts for it.",
        "6.4; etcd 20418",
        lacking_requirement(confirm_read, "the read was asked for"),
        ("confirmed_after_asked",),
    ),
    Mutant(
        "heartbeat-of-another-term",
        "An answer counts for a read though the server is in another term.",
        "6.4",
        lacking_requirement(confirm_read, "the term is its own"),
        ("later_electors_do_not_confirm",),
    ),
)

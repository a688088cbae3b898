"""Raft in the steps in which the model of `models.raft` takes it: smaller ones than those of Figure 2.

A server that stands for election does not vote for itself in the same step: its own vote is like any other, may come
late, and may go to another candidate of the term. And a follower removes what conflicts with its leader's log entry
by entry, and may crash or vote before it appends. Both are so in Ongaro's TLA+ specification, and the proof has to
allow them: `models.raft_refinement` says which steps of the proof those of the model are.
"""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

from lawful.models.first_order.expression import Expression, changed, every, having, implies, lacking
from lawful.models.first_order.system import Action, Lemma, Step, System, action, lemma
from lawful.models.raft_proof.lemmas_of_elections import own_votes, votes_for_candidates
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    SERVER,
    TERM,
    Cluster,
    earlier,
    index_of,
    on_path,
    parent,
    term_at_most,
    term_of,
)


@action(
    "A server hears no leader, and stands for election in a later term; it has not voted yet (5.2).",
    server=SERVER,
    term=TERM,
)
def time_out(cluster: Cluster, server: Expression, term: Expression) -> Step[Cluster]:
    return Step(
        {"the term is later": earlier(cluster.term(server), term)},
        replace(
            cluster,
            term=changed(cluster.term, server, to=term),
            leads=lacking(cluster.leads, server),
            stands=having(cluster.stands, server),
            asked=having(cluster.asked, server, term, cluster.last(server)),
        ),
    )


@action(
    "A server removes the end of its log, which conflicts with an entry of the leader of its term (5.3).",
    server=SERVER,
    term=TERM,
    entry=ENTRY,
    previous=ENTRY,
    own=ENTRY,
    kept=ENTRY,
)
def remove_conflict(
    cluster: Cluster,
    server: Expression,
    term: Expression,
    entry: Expression,
    previous: Expression,
    own: Expression,
    kept: Expression,
) -> Step[Cluster]:
    """`own`: as in `accept_entry`. `kept`: the end of the log afterwards, which is not before `own`."""
    last = cluster.last(server)
    return Step(
        {
            "the entry was sent": cluster.sent(term, entry),
            "the term is its own": cluster.term(server).is_(term),
            "it does not lead": ~cluster.leads(server),
            "the other one comes before": parent(previous, entry),
            "its log has one of that index and term": on_path(own, last)
            & index_of(own).is_(index_of(previous))
            & term_of(own).is_(term_of(previous)),
            "its log does not have the entry": ~on_path(entry, last),
            "what is kept was in its log": on_path(kept, last),
            "what agrees is kept": on_path(own, kept),
        },
        replace(cluster, last=changed(cluster.last, server, to=kept), stands=lacking(cluster.stands, server)),
    )


@lemma("Nobody voted for a candidate in a term that is later than the candidate's.")
def votes_not_ahead_of_candidates(cluster: Cluster) -> Expression:
    return every(
        (SERVER, TERM, SERVER),
        lambda voter, term, candidate: implies(
            cluster.voted(voter, term, candidate), term_at_most(term, cluster.term(candidate))
        ),
    )


def in_small_steps(system: System[Any]) -> System[Any]:
    """A system whose servers take small steps: Raft, or Raft with an extension.

    That who gets votes voted for itself holds no more. What the proof needs of it is that its term is not earlier.
    """
    small: tuple[Action[Any], ...] = tuple(time_out if one.name == time_out.name else one for one in system.actions)
    kept = tuple(one for one in system.lemmas if one.name not in (own_votes.name, votes_for_candidates.name))
    lemmas: tuple[Lemma[Any], ...] = (*kept, votes_not_ahead_of_candidates)
    return dataclasses.replace(
        system, name=f"{system.name} in small steps", actions=(*small, remove_conflict), lemmas=lemmas
    )


SMALL_STEP_CORES: dict[tuple[str, str], tuple[str, ...]] = {
    ("time_out", "candidates_not_elected"): (
        "candidates_not_elected",
        "elected_by_quorum",
        "votes_not_ahead_of_candidates",
    ),
    ("time_out", "votes_for_complete_logs"): (
        "votes_for_complete_logs",
        "votes_not_ahead_of_candidates",
    ),
    ("grant_vote", "votes_not_ahead_of_candidates"): (
        "votes_not_ahead_of_candidates",
        "requests_not_ahead",
    ),
    ("remove_conflict", "logs_created"): (
        "leader_log_created",
        "leader_log_whole",
        "created_by_leader",
        "logs_created",
    ),
    ("remove_conflict", "acknowledged_kept"): (
        "leader_completeness",
        "acknowledged_kept",
        "sent_by_leader",
        "acknowledged_of_leader",
        "leader_log_created",
        "leader_log_whole",
        "leader_log_grows",
        "created_by_leader",
        "logs_created",
    ),
}
"""What is needed in the place of cores of the base system, or besides them."""

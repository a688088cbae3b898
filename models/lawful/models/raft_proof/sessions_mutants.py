"""Client sessions with one mistake each, and the lemma that fails because of it."""

from __future__ import annotations

from dataclasses import replace

from lawful.models.first_order.expression import Expression, changed, either
from lawful.models.raft_proof.mutants import Given, Mutant, lacking_requirement, leaving
from lawful.models.raft_proof.sessions import (
    ServingCluster,
    answer,
    apply_entry,
    client_of,
    number_nought,
    number_of,
    restart,
    smaller,
)


def _applied_again(cluster: ServingCluster, after: ServingCluster, given: Given) -> ServingCluster:
    server, entry = given["server"], given["entry"]
    client, is_command = client_of(entry), smaller(number_nought(), number_of(entry))

    def took_effect(asked: Expression, other: Expression) -> Expression:
        return cluster.took_effect(asked, other) | (asked.is_(server) & other.is_(entry) & is_command)

    session = changed(cluster.session, server, client, to=either(is_command, entry, cluster.session(server, client)))
    return replace(after, session=session, took_effect=took_effect)


SESSION_MUTANTS = (
    Mutant(
        "retry-applied-again",
        "A server applies a command without looking whether its session knows it.",
        "6.3; Jepsen Redis-Raft",
        leaving(apply_entry, _applied_again),
        ("effects_first", "effects_once"),
    ),
    Mutant(
        "sessions-not-in-the-state",
        "A server starts again with the state that it had, but without the sessions.",
        "6.3",
        leaving(restart, lambda cluster, after, given: replace(after, applied=cluster.applied)),
        ("sessions_latest",),
    ),
    Mutant(
        "applied-before-committed",
        "A server applies an entry of its log that is not committed.",
        "5.3",
        lacking_requirement(apply_entry, "the entry is committed"),
        ("effects_first",),
    ),
    Mutant(
        "applied-out-of-order",
        "A server applies a committed entry without those before it.",
        "5.3",
        lacking_requirement(apply_entry, "the entry is next"),
        ("sessions_latest",),
    ),
    Mutant(
        "answer-of-another-command",
        "A leader answers a command with the result that the session has, of whatever command.",
        "6.3",
        lacking_requirement(answer, "the command is the last of the session"),
        ("answers_of_effects",),
    ),
)

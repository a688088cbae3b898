"""Raft without extensions, and that its state machines stay safe: the system that `lawful prove raft` proves."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from lawful.models.first_order.expression import Sort, Symbol
from lawful.models.first_order.system import Scope, System
from lawful.models.raft_proof.actions import ACTIONS
from lawful.models.raft_proof.lemmas_of_commits import COMMIT_LEMMAS, state_machine_safety
from lawful.models.raft_proof.lemmas_of_elections import ELECTION_LEMMAS, election_safety
from lawful.models.raft_proof.lemmas_of_logs import LOG_LEMMAS
from lawful.models.raft_proof.vocabulary import (
    AXIOMS,
    CLUSTER,
    ENTRY,
    FIXED,
    INDEX,
    QUORUM,
    SERVER,
    SORTS,
    TERM,
    Cluster,
    in_quorum,
    index_at_most,
    nothing_has_happened,
    root,
    term_at_most,
    term_nought,
)


def scope(servers: int, terms: int, entries: int, indexes: int) -> Scope:
    """A small instance, whose quorums are the smallest majorities."""
    majorities = list(itertools.combinations(range(servers), servers // 2 + 1))
    elements: dict[Sort, Sequence[str]] = {
        SERVER: [f"s{number}" for number in range(1, servers + 1)],
        QUORUM: ["{" + " ".join(f"s{one + 1}" for one in majority) + "}" for majority in majorities],
        TERM: [str(number) for number in range(terms)],
        ENTRY: ["root", *(chr(ord("a") + number) for number in range(entries - 1))],
        INDEX: [str(number) for number in range(indexes)],
    }
    meaning: dict[Symbol, Callable[..., bool | int]] = {
        in_quorum: lambda server, quorum: server in majorities[quorum],
        term_at_most: lambda one, other: one <= other,
        index_at_most: lambda one, other: one <= other,
        root: lambda: 0,
        term_nought: lambda: 0,
    }
    return Scope({sort: tuple(names) for sort, names in elements.items()}, meaning)


RAFT: System[Cluster] = System(
    name="raft",
    sorts=SORTS,
    fixed=FIXED,
    axioms=AXIOMS,
    state=CLUSTER,
    initial=nothing_has_happened,
    actions=ACTIONS,
    lemmas=(state_machine_safety, *ELECTION_LEMMAS, *LOG_LEMMAS, *COMMIT_LEMMAS),
    goals=(state_machine_safety.name, election_safety.name),
    scopes=(scope(2, 3, 3, 3), scope(3, 3, 3, 3), scope(3, 4, 4, 3)),
)

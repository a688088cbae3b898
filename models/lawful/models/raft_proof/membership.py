"""Changes of membership, one server at a time.

Source: D. Ongaro, "Consensus: Bridging Theory and Practice", chapter 4, and Ongaro's correction of July 2015 on the
raft-dev list. An entry of the log sets who has a vote, and servers follow the last such entry of their log, committed
or not. A leader sets a configuration only if the one before is committed, and if it has committed an entry of its own
term: without that, two leaders could each change one server of the same configuration, and end with quorums that share
nobody. Assumed: quorums of one configuration, and of two that differ by one server, share a server.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lawful.models.first_order.expression import Expression, changed, either
from lawful.models.first_order.system import Axiom, Scope, Step, System, action
from lawful.models.raft_proof import actions
from lawful.models.raft_proof.base import RAFT, scope
from lawful.models.raft_proof.configurations import (
    ADJACENT_QUORUMS_OVERLAP,
    CHANGING_CLUSTER,
    CONFIGURATION_AXIOMS,
    CONFIGURATION_SYMBOLS,
    QUORUMS_OVERLAP,
    ChangingCluster,
    adjacent,
    adjacent_quorums_overlap,
    configuration,
    lost,
    quorum_of,
    quorums_overlap,
    sets_configuration,
)
from lawful.models.raft_proof.lemmas_of_configurations import CONFIGURATION_LEMMAS, leader_completeness
from lawful.models.raft_proof.theorems_of_votes import CONFIGURATION_THEOREMS
from lawful.models.raft_proof.vocabulary import (
    ENTRY,
    QUORUM,
    SERVER,
    TERM,
    earlier,
    in_quorum,
    nothing_has_happened,
    on_path,
    term_of,
)


@action(
    "A candidate has the votes of a quorum of its own configuration, and leads (5.2).",
    server=SERVER,
    term=TERM,
    quorum=QUORUM,
)
def win_election(cluster: ChangingCluster, server: Expression, term: Expression, quorum: Expression) -> Step[Any]:
    base: Step[Any] = actions.win_election.take(cluster, server, term, quorum)
    last = cluster.last(server)

    def first_without(entry: Expression) -> Expression:
        without = ~on_path(entry, last) & earlier(term_of(entry), term)
        is_first = ~lost(cluster, entry) | earlier(term, cluster.first_without(entry))
        return either(without & is_first, term, cluster.first_without(entry))

    return Step(
        {**base.requires, "the quorum is of its configuration": quorum_of(quorum, configuration(last))},
        replace(base.after, elected_with=changed(cluster.elected_with, term, to=last), first_without=first_without),
    )


@action(
    "A leader appends what a client asks for to its log, which sets no configuration (5.3).",
    server=SERVER,
    term=TERM,
    entry=ENTRY,
)
def take_request(cluster: ChangingCluster, server: Expression, term: Expression, entry: Expression) -> Step[Any]:
    base: Step[Any] = actions.take_request.take(cluster, server, term, entry)
    return Step({**base.requires, "it sets no configuration": ~sets_configuration(entry)}, base.after)


@action(
    "A leader that has committed in its term, and the last configuration too, sets one that may replace it (4.1).",
    server=SERVER,
    term=TERM,
    entry=ENTRY,
    point=ENTRY,
)
def change_members(
    cluster: ChangingCluster, server: Expression, term: Expression, entry: Expression, point: Expression
) -> Step[Any]:
    """`point`: an entry of its term that it committed."""
    base: Step[Any] = actions.take_request.take(cluster, server, term, entry)
    before = configuration(cluster.last(server))
    return Step(
        {
            **base.requires,
            "it sets a configuration": sets_configuration(entry),
            "it may replace the last one": adjacent(before, entry),
            "it committed in its term": cluster.committed(term, point),
            "the last one is committed": on_path(before, point),
        },
        replace(base.after, basis=changed(cluster.basis, entry, to=point)),
    )


@action(
    "A leader commits an entry of its own term that a quorum of its configuration has (5.3, 5.4.2).",
    server=SERVER,
    term=TERM,
    entry=ENTRY,
    quorum=QUORUM,
)
def commit(
    cluster: ChangingCluster, server: Expression, term: Expression, entry: Expression, quorum: Expression
) -> Step[Any]:
    base: Step[Any] = actions.commit.take(cluster, server, term, entry, quorum)
    last = cluster.last(server)
    return Step(
        {
            **base.requires,
            "the quorum is of its configuration": quorum_of(quorum, configuration(last)),
            "it has not committed it": ~cluster.committed(term, entry),
        },
        replace(base.after, committed_with=changed(cluster.committed_with, term, entry, to=last)),
    )


def _scope(quorums: list[tuple[int, ...]], terms: int, entries: int) -> Scope:
    """Three servers, of which these are sets; what is a quorum of which configuration is open."""
    base = scope(3, terms, entries, entries)
    names = tuple("{" + " ".join(f"s{one + 1}" for one in quorum) + "}" for quorum in quorums)
    meaning = {**base.meaning, in_quorum: lambda server, quorum: server in quorums[quorum]}
    return Scope({**base.elements, QUORUM: names}, meaning)


_REPLACED: dict[str, Any] = {one.name: one for one in (win_election, take_request, commit)}
_NEW = {one.name for one in CONFIGURATION_LEMMAS}
_BASE: Any = RAFT  # Its actions and lemmas take any cluster, and so also one whose members change.
RAFT_WITH_MEMBERSHIP: System[ChangingCluster] = System(
    name="raft with membership",
    sorts=RAFT.sorts,
    fixed=(*RAFT.fixed, *CONFIGURATION_SYMBOLS),
    axioms=(
        # Not that any two quorums share a server: these are quorums of different configurations.
        *RAFT.axioms[:-1],
        *CONFIGURATION_AXIOMS,
        Axiom("Two quorums of one configuration share a server.", quorums_overlap(), QUORUMS_OVERLAP),
        Axiom(
            "So do quorums of two configurations that differ by one server.",
            adjacent_quorums_overlap(),
            ADJACENT_QUORUMS_OVERLAP,
        ),
    ),
    state=CHANGING_CLUSTER,
    initial=nothing_has_happened,
    actions=(*(_REPLACED.get(one.name, one) for one in _BASE.actions), change_members),
    lemmas=(*(one for one in _BASE.lemmas if one.name not in _NEW), *CONFIGURATION_LEMMAS),
    goals=(*RAFT.goals, leader_completeness.name),
    scopes=(
        _scope([(0,), (1,), (0, 1)], 3, 3),
        _scope([(0, 1), (0, 2), (1, 2)], 3, 3),
        _scope([(0,), (0, 1), (1, 2)], 3, 4),
    ),
    theorems=CONFIGURATION_THEOREMS,
)

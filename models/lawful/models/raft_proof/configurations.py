"""Entries that say who has a vote, and a cluster whose members change: what both ways of changing them share.

Source: D. Ongaro, "Consensus: Bridging Theory and Practice", chapter 4. A server uses the last configuration of its
log, committed or not. A configuration is known by the entry that sets it, and what is fixed of the tree of entries says
which one is in force where. The first configuration is that of the root. The axioms about paths are true of all paths
that have an end, and so of all logs.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from lawful.models.first_order.expression import Callables, Expression, Symbol, all_of, any_of, every, implies, some
from lawful.models.first_order.system import Axiom
from lawful.models.raft_proof.vocabulary import (
    CLUSTER,
    ENTRY,
    QUORUM,
    SERVER,
    TERM,
    Cluster,
    before_on_path,
    earlier,
    in_quorum,
    on_path,
    root,
    term_of,
)

configuration = Symbol("configuration", (ENTRY,), ENTRY)
"""The entry that sets the configuration of a log that ends in this entry."""
replaced = Symbol("replaced", (ENTRY,), ENTRY)
"""Of an entry that sets a configuration: the one that set the configuration before."""
quorum_of = Symbol("quorum_of", (QUORUM, ENTRY))
"""The servers are a quorum of the configuration that the entry sets."""
adjacent = Symbol("adjacent", (ENTRY, ENTRY))
"""adjacent(one, other): the configuration of `one` may be replaced by that of `other`."""
CONFIGURATION_SYMBOLS = (configuration, replaced, quorum_of, adjacent)


@dataclass(frozen=True, slots=True)
class ChangingCluster(Cluster):
    """A cluster, and what was in force when its leaders were elected and committed."""

    elected_with: Callables
    """History: the last entry of the leader of the term, when it was elected."""
    committed_with: Callables
    """History: committed_with(term, entry): the last entry of the leader of the term, when it committed the entry."""
    basis: Callables
    """History: of an entry that sets a configuration, what its leader had committed in its term before."""
    first_without: Callables
    """History: the first term after the entry's whose leader was elected without the entry."""


CHANGING_CLUSTER = ChangingCluster(
    **{field.name: getattr(CLUSTER, field.name) for field in dataclasses.fields(CLUSTER)},
    elected_with=Symbol("elected_with", (TERM,), ENTRY),
    committed_with=Symbol("committed_with", (TERM, ENTRY), ENTRY),
    basis=Symbol("basis", (ENTRY,), ENTRY),
    first_without=Symbol("first_without", (ENTRY,), TERM),
)


def sets_configuration(entry: Expression) -> Expression:
    return configuration(entry).is_(entry)


def was_set(cluster: Cluster, entry: Expression) -> Expression:
    """The entry sets a configuration, is not the root, and was created."""
    return all_of(sets_configuration(entry), cluster.created(entry), entry.is_not(root()))


def is_first_apart(first: Expression, one: Expression, other: Expression) -> Expression:
    """It is the first entry on the path to `one` that sets a configuration and is not on the path to `other`."""
    return all_of(
        sets_configuration(first), on_path(first, one), ~on_path(first, other), on_path(replaced(first), other)
    )


def none_or_first_apart(one: Expression, other: Expression) -> Expression:
    """All configurations on the path to `one` are on the path to `other`, or there is a first that is not."""
    return on_path(configuration(one), other) | some((ENTRY,), lambda first: is_first_apart(first, one, other))


def is_near(one: Expression, other: Expression) -> Expression:
    """The configurations are the same, or one may replace the other."""
    return any_of(one.is_(other), adjacent(one, other), adjacent(other, one))


def overlap(one: Expression, other: Expression) -> Expression:
    """The quorums share a server."""
    return some((SERVER,), lambda server: in_quorum(server, one) & in_quorum(server, other))


def lacks(cluster: ChangingCluster, term: Expression, entry: Expression) -> Expression:
    """The leader of the term was elected after the term of the entry, and without the entry."""
    return all_of(cluster.begun(term), earlier(term_of(entry), term), ~cluster.leader_log(term, entry))


def lost(cluster: ChangingCluster, entry: Expression) -> Expression:
    """Some leader of a later term lacks the entry."""
    return lacks(cluster, cluster.first_without(entry), entry)


CONFIGURATION_AXIOMS = (
    Axiom(
        "The configuration of a log is set by an entry of it.",
        every((ENTRY,), lambda last: on_path(configuration(last), last) & sets_configuration(configuration(last))),
        "configuration_in_log",
    ),
    Axiom(
        "And by the last one that sets any.",
        every(
            (ENTRY, ENTRY),
            lambda one, last: implies(sets_configuration(one) & on_path(one, last), on_path(one, configuration(last))),
        ),
        "configuration_is_last",
    ),
    Axiom(
        "A configuration replaces one that is set before it on its path.",
        every(
            (ENTRY,),
            lambda one: implies(
                sets_configuration(one) & one.is_not(root()),
                before_on_path(replaced(one), one) & sets_configuration(replaced(one)),
            ),
        ),
        "replaced_before",
    ),
    Axiom(
        "And the last one of these.",
        every(
            (ENTRY, ENTRY),
            lambda one, other: implies(
                sets_configuration(one) & sets_configuration(other) & before_on_path(other, one),
                on_path(other, replaced(one)),
            ),
        ),
        "replaced_is_last",
    ),
    Axiom(
        "Where a path has configurations that another has not, there is a first one.",
        every((ENTRY, ENTRY), none_or_first_apart),
        "some_first_apart",
    ),
)


QUORUMS_OVERLAP = "quorums_overlap"
ADJACENT_QUORUMS_OVERLAP = "adjacent_quorums_overlap"


def quorums_overlap() -> Expression:
    """Two quorums of one configuration share a server."""
    return every(
        (QUORUM, QUORUM, ENTRY),
        lambda one, other, entry: implies(quorum_of(one, entry) & quorum_of(other, entry), overlap(one, other)),
    )


def adjacent_quorums_overlap() -> Expression:
    """A quorum of a configuration and one of a configuration that may replace it share a server."""
    return every(
        (QUORUM, QUORUM, ENTRY, ENTRY),
        lambda one, other, before, after: implies(
            adjacent(before, after) & quorum_of(one, before) & quorum_of(other, after), overlap(one, other)
        ),
    )

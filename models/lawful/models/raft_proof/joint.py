"""Joint consensus: any change of membership, by a configuration in which both the old and the new members decide.

Source: the Raft paper, section 6. An entry names two groups of servers, the old and the new one, which are the same
where no change is under way. A quorum has a majority of each. From one group a leader goes to both, and from both to
the new one. That quorums of configurations that follow each other share a server is proved here, where `membership`
assumes it: they have a majority of one group in common. All else is as with `membership`. Assumed: two majorities of
one group share a server. As there, a leader has committed in its term before it sets a configuration.
"""

from __future__ import annotations

from dataclasses import replace

from lawful.models.first_order.expression import Expression, Sort, Symbol, any_of, every, implies
from lawful.models.first_order.system import Axiom, Lemma, Scope, System
from lawful.models.raft_proof.configurations import (
    ADJACENT_QUORUMS_OVERLAP,
    QUORUMS_OVERLAP,
    ChangingCluster,
    adjacent,
    adjacent_quorums_overlap,
    overlap,
    quorum_of,
    quorums_overlap,
)
from lawful.models.raft_proof.membership import RAFT_WITH_MEMBERSHIP
from lawful.models.raft_proof.vocabulary import ENTRY, QUORUM

GROUP = Sort("group")

old_group = Symbol("old_group", (ENTRY,), GROUP)
new_group = Symbol("new_group", (ENTRY,), GROUP)
majority_of = Symbol("majority_of", (QUORUM, GROUP))
"""The servers have a majority of the group among them."""
JOINT_SYMBOLS = (old_group, new_group, majority_of)


def may_follow(one: Expression, other: Expression) -> Expression:
    """From one group to that group and another together, or from both to the new one."""
    enters = old_group(one).is_(new_group(one)) & old_group(other).is_(new_group(one))
    leaves = old_group(other).is_(new_group(other)) & old_group(other).is_(new_group(one))
    return any_of(enters, leaves)


JOINT_AXIOMS = (
    Axiom(
        "A quorum of a configuration has a majority of both groups.",
        every(
            (QUORUM, ENTRY),
            lambda quorum, entry: quorum_of(quorum, entry).is_(
                majority_of(quorum, old_group(entry)) & majority_of(quorum, new_group(entry))
            ),
        ),
        "quorum_of_both_groups",
    ),
    Axiom(
        "A change goes from one group to both, or from both to the new one.",
        every((ENTRY, ENTRY), lambda one, other: adjacent(one, other).is_(may_follow(one, other))),
        "changes_by_joint",
    ),
    Axiom(
        "Two majorities of one group share a server.",
        every(
            (QUORUM, QUORUM, GROUP),
            lambda one, other, group: implies(majority_of(one, group) & majority_of(other, group), overlap(one, other)),
        ),
        "majorities_overlap",
    ),
)


def _theorem(name: str, sentence: str, holds: Expression) -> Lemma[ChangingCluster]:
    return Lemma(name, sentence, lambda cluster: holds)


OVERLAP_THEOREMS = (
    _theorem(QUORUMS_OVERLAP, "Two quorums of one configuration share a server.", quorums_overlap()),
    _theorem(
        ADJACENT_QUORUMS_OVERLAP,
        "So do quorums of two configurations of which one may replace the other.",
        adjacent_quorums_overlap(),
    ),
)


def _with_groups(scope: Scope) -> Scope:
    return Scope({**scope.elements, GROUP: ("old", "new")}, scope.meaning)


_KEPT = tuple(one for one in RAFT_WITH_MEMBERSHIP.axioms if one.name not in (QUORUMS_OVERLAP, ADJACENT_QUORUMS_OVERLAP))
RAFT_WITH_JOINT: System[ChangingCluster] = replace(
    RAFT_WITH_MEMBERSHIP,
    name="raft with joint",
    sorts=(*RAFT_WITH_MEMBERSHIP.sorts, GROUP),
    fixed=(*RAFT_WITH_MEMBERSHIP.fixed, *JOINT_SYMBOLS),
    axioms=(*_KEPT, *JOINT_AXIOMS),
    scopes=tuple(map(_with_groups, RAFT_WITH_MEMBERSHIP.scopes)),
    theorems=(*OVERLAP_THEOREMS, *RAFT_WITH_MEMBERSHIP.theorems),
)

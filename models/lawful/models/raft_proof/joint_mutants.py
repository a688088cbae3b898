"""Joint consensus with one mistake each, and the lemma that fails because of it."""

from __future__ import annotations

from lawful.models.first_order.expression import Expression
from lawful.models.raft_proof.configurations import ChangingCluster, configuration
from lawful.models.raft_proof.joint import majority_of, new_group, old_group
from lawful.models.raft_proof.membership import change_members, commit, win_election
from lawful.models.raft_proof.mutants import Given, Mutant, lacking_requirement, requiring


def _of_the_new_alone(cluster: ChangingCluster, given: Given) -> Expression:
    return majority_of(given["quorum"], new_group(configuration(cluster.last(given["server"]))))


def _of_the_old_alone(cluster: ChangingCluster, given: Given) -> Expression:
    return majority_of(given["quorum"], old_group(configuration(cluster.last(given["server"]))))


JOINT_MUTANTS = (
    Mutant(
        "joint-votes-of-new-alone",
        "A candidate with a joint configuration leads with a majority of the new group alone.",
        "6",
        requiring(win_election, "the quorum is of its configuration", _of_the_new_alone),
        ("elected_by_members",),
    ),
    Mutant(
        "joint-commit-by-old-alone",
        "A leader with a joint configuration commits with a majority of the old group alone.",
        "6",
        requiring(commit, "the quorum is of its configuration", _of_the_old_alone),
        ("committed_by_members",),
    ),
    Mutant(
        "joint-left-out",
        "A leader goes from the old group to the new one without both in between.",
        "6",
        lacking_requirement(change_members, "it may replace the last one"),
        ("changes_based",),
    ),
    Mutant(
        "joint-left-uncommitted",
        "A leader goes on to the new group before the joint configuration is committed.",
        "6",
        lacking_requirement(change_members, "the last one is committed"),
        ("changes_based",),
    ),
)

"""Changes of membership with one mistake each, and the lemma that fails because of it."""

from __future__ import annotations

from lawful.models.first_order.expression import Expression, some
from lawful.models.raft_proof.configurations import ChangingCluster, configuration, quorum_of, replaced
from lawful.models.raft_proof.membership import change_members, commit, win_election
from lawful.models.raft_proof.mutants import Given, Mutant, lacking_requirement, requiring
from lawful.models.raft_proof.vocabulary import TERM


def _committed_by_anyone(cluster: ChangingCluster, given: Given) -> Expression:
    return some((TERM,), lambda term: cluster.committed(term, given["point"]))


def _quorum_of_the_one_before(cluster: ChangingCluster, given: Given) -> Expression:
    return quorum_of(given["quorum"], replaced(configuration(cluster.last(given["server"]))))


MEMBERSHIP_MUTANTS = (
    Mutant(
        "change-before-own-commit",
        "A leader sets a configuration before it has committed an entry of its own term.",
        "4.1; raft-dev, July 2015",
        requiring(change_members, "it committed in its term", _committed_by_anyone),
        ("changes_based",),
    ),
    Mutant(
        "uncommitted-change-replaced",
        "A leader sets a configuration while the one before is not committed.",
        "4.1",
        lacking_requirement(change_members, "the last one is committed"),
        ("changes_based",),
    ),
    Mutant(
        "many-servers-at-once",
        "A leader sets a configuration that differs from the last one by more than a server.",
        "4.1",
        lacking_requirement(change_members, "it may replace the last one"),
        ("changes_based",),
    ),
    Mutant(
        "votes-of-strangers",
        "A candidate counts votes of servers that are no quorum of its configuration.",
        "4.2.2",
        lacking_requirement(win_election, "the quorum is of its configuration"),
        ("elected_by_members", "leader_completeness"),
    ),
    Mutant(
        "votes-by-the-configuration-before",
        "A candidate counts votes by the configuration before the last of its log, as if that were not in force.",
        "4.1",
        requiring(win_election, "the quorum is of its configuration", _quorum_of_the_one_before),
        ("elected_by_members",),
    ),
    Mutant(
        "commit-by-the-configuration-before",
        "A leader commits with a quorum of the configuration before the last of its log.",
        "4.1",
        requiring(commit, "the quorum is of its configuration", _quorum_of_the_one_before),
        ("committed_by_members", "leader_completeness"),
    ),
)

"""Joint consensus and learners: who counts when, and what a leader may propose."""

from __future__ import annotations

import pytest

from lawful.checkers.exploration.behaviour import Moment, NoSuchMove, follow, guided
from lawful.models.local_steps import Choice
from lawful.models.raft.election import ASK_FOR_VOTE, BECOME_LEADER
from lawful.models.raft.features import Feature
from lawful.models.raft.joint import LEAVE, PROPOSE_JOINT, PROPOSE_NEW
from lawful.models.raft.learners import ADD_LEARNER, PROMOTE
from lawful.models.raft.membership import PROPOSE_CHANGE
from lawful.models.raft.mistake import elected, proposed, replicated, stood
from lawful.models.raft.raft import ADOPT_TERM, Bounds, Raft
from lawful.models.raft.replication import COMMIT, SEND_ENTRIES
from lawful.models.raft.rules import is_agreed, is_quorum
from lawful.models.raft.state import Configuration, Role, configuration_of

JOINT = frozenset({Feature.JOINT})
LEARNERS = frozenset({Feature.LEARNERS})
LED = (*stood(0), *elected(0, 1))
"""Server 0 leads term 2."""
JOINED = (*LED, Choice(0, PROPOSE_JOINT), *replicated(0, 1), Choice(0, COMMIT))
"""It has committed that it alone is to stay."""


def after(model: Raft, *choices: Choice) -> Moment:
    return follow(model, guided(model, choices))[-1]


def test_between_two_configurations_a_quorum_of_each_is_needed() -> None:
    now = Configuration(frozenset({0, 1, 2}), frozenset({2, 3, 4}), frozenset({5}))
    of_both = [{0, 2, 3}, {1, 2, 4}, {0, 1, 3, 4}]
    of_one = [{0, 1, 2}, {2, 3, 4}, {0, 1, 3}, {2, 3, 5}, {0, 3, 5}]
    assert all(is_agreed(now, frozenset(who), is_quorum) for who in of_both)
    assert not any(is_agreed(now, frozenset(who), is_quorum) for who in of_one)


def test_a_joint_configuration_counts_before_it_is_committed() -> None:
    """Server 0 proposes that it alone is to stay. It may not commit that alone, though it is all of the new ones."""
    model = Raft(Bounds(log=2), features=JOINT)
    assert after(model, *LED, Choice(0, PROPOSE_JOINT), Choice(0, COMMIT)).states[0].commit_index == 0
    with pytest.raises(NoSuchMove, match="'propose new configuration' of server 0"):
        guided(model, [*LED, Choice(0, PROPOSE_JOINT), Choice(0, PROPOSE_NEW)])
    with pytest.raises(NoSuchMove, match="'propose joint configuration' of server 0"):
        guided(model, [*JOINED, Choice(0, PROPOSE_JOINT)])
    settled = after(model, *JOINED, Choice(0, PROPOSE_NEW), Choice(0, COMMIT)).states[0]
    assert settled.commit_index == 2
    assert configuration_of(settled, 3).members == {0}


def test_a_candidate_between_two_configurations_needs_a_quorum_of_each() -> None:
    """Servers 1 and 2 are a quorum of the old three, and none of the new one, which is server 0 alone."""
    model = Raft(Bounds(terms=3, log=2), features=JOINT)
    with pytest.raises(NoSuchMove, match="'become leader' of server 1"):
        guided(model, [*JOINED, *stood(1), *elected(1, 2)])
    choices = [*JOINED, *stood(1), *elected(1, 2)[:-1], *elected(1, 0)[3:]]
    assert after(model, *choices).states[1].role is Role.LEADER
    assert choices[-1] == Choice(1, BECOME_LEADER)


def test_a_leader_that_is_removed_leads_until_that_is_committed() -> None:
    """Servers 0 and 1 agree that server 0 alone stays; server 1 leads next, and completes what server 0 began."""
    model = Raft(Bounds(terms=3, log=3), features=JOINT)
    led_again = [*JOINED, *stood(1), *elected(1, 2)[:-1], *elected(1, 0)[3:]]
    own = [*led_again, *proposed(1), *replicated(1, 0), Choice(1, COMMIT)]
    new = [*own, Choice(1, PROPOSE_NEW)]
    with pytest.raises(NoSuchMove, match="'step down when removed' of server 1"):
        guided(model, [*new, Choice(1, COMMIT), Choice(1, LEAVE)])
    done = after(model, *new, *replicated(1, 0), Choice(1, COMMIT), Choice(1, LEAVE)).states[1]
    assert (done.role, done.commit_index) == (Role.FOLLOWER, 3)


def test_single_changes_wait_for_the_end_of_a_joint_one() -> None:
    model = Raft(Bounds(log=3), features=JOINT | {Feature.MEMBERSHIP})
    with pytest.raises(NoSuchMove, match="'propose change' of server 0"):
        guided(model, [*JOINED, Choice(0, PROPOSE_CHANGE)])
    settled = [*JOINED, Choice(0, PROPOSE_NEW), Choice(0, COMMIT)]
    assert after(model, *settled, Choice(0, PROPOSE_CHANGE)).states[0].log[2].members == {0, 2}


def test_a_learner_neither_counts_nor_stands_until_it_is_promoted() -> None:
    """The cluster of servers 0 and 1 begins with server 2 as its learner."""
    model = Raft(Bounds(terms=3, log=2), features=LEARNERS)
    to_learner = [Choice(0, SEND_ENTRIES, 2), Choice(2, ADOPT_TERM, 0), *replicated(0, 2)[1:]]
    has_entry = [*LED, *proposed(0), *to_learner]
    assert after(model, *has_entry, Choice(0, COMMIT)).states[0].commit_index == 0
    with pytest.raises(NoSuchMove, match="'time out' of server 2"):
        guided(model, [*has_entry, *stood(2)])
    with pytest.raises(NoSuchMove, match="'ask for vote' of server 0 with peer 2"):
        guided(model, [*stood(0), Choice(0, ASK_FOR_VOTE, 2)])
    committed = [*has_entry, *replicated(0, 1), Choice(0, COMMIT)]
    promoted = after(model, *committed, Choice(0, PROMOTE), *replicated(0, 2))
    assert configuration_of(promoted.states[0], 3) == (frozenset({0, 1, 2}), None, frozenset())
    assert after(model, *committed, Choice(0, PROMOTE), *replicated(0, 2), *stood(2)).states[2].term == 3


def test_a_learner_that_has_not_caught_up_is_not_promoted() -> None:
    model = Raft(Bounds(log=2), features=LEARNERS)
    with pytest.raises(NoSuchMove, match="'promote learner' of server 0"):
        guided(model, [*LED, *proposed(0), *replicated(0, 1), Choice(0, COMMIT), Choice(0, PROMOTE)])


def test_who_was_removed_comes_back_as_a_learner() -> None:
    model = Raft(Bounds(servers=2, log=4), features=LEARNERS | {Feature.MEMBERSHIP})
    alone = [
        *LED,
        *proposed(0),
        *replicated(0, 1),
        Choice(0, COMMIT),
        Choice(0, PROPOSE_CHANGE),
        *replicated(0, 1),
        Choice(0, COMMIT),
    ]
    assert configuration_of(after(model, *alone).states[0], 2).members == {0}
    with pytest.raises(NoSuchMove, match="'propose change' of server 0"):
        guided(model, [*alone, Choice(0, PROPOSE_CHANGE)])
    added = after(model, *alone, Choice(0, ADD_LEARNER)).states[0]
    assert configuration_of(added, 2) == (frozenset({0}), None, frozenset({1}))

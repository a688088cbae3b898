"""Each extension of Raft is safe within small bounds, alone and with the others, and takes all of its steps."""

from __future__ import annotations

import pytest

from lawful.checkers.exploration.behaviour import NoSuchMove, guided
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.result import Exploration
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import Choice
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.judged import judged
from lawful.models.raft.leader_contact import LOSE_TOUCH
from lawful.models.raft.mistake import elected, stood
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.reads import ASK_TO_READ, BEGIN_READ, SERVE_READ
from lawful.models.raft.replication import ANSWER_APPEND, NOTE_MATCH, SEND_ENTRIES
from lawful.models.raft.transfer import HAND_OVER, TAKE_OVER

ALL: Features = frozenset(Feature)


def explored(features: Features, bounds: Bounds) -> Exploration:
    model = Raft(bounds, features=features)
    found = explore(model, judged(model), Budget(None, None), symmetric=model.is_symmetric)
    assert found.verdict is Verdict.LAWFUL, found.violation
    return found


@pytest.mark.parametrize(
    ("features", "represented"),
    [
        ({Feature.PRE_VOTE}, 6_785),
        ({Feature.CHECK_QUORUM}, 2_669),
        ({Feature.FSYNC}, 2_512),
        ({Feature.READ_INDEX}, 1_877),
        ({Feature.TRANSFER}, 1_749),
        ({Feature.PRE_VOTE, Feature.CHECK_QUORUM}, 8_885),
        ({Feature.SNAPSHOTS}, 1_885),
        ({Feature.TORN_WRITES}, 2_512),
        (ALL - {Feature.LEASE}, 76_390),
        pytest.param(ALL, 539_346, marks=pytest.mark.slow),
        ({Feature.MEMBERSHIP}, 1_645),
        ({Feature.SESSIONS}, 1_645),
        ({Feature.MONOTONIC}, 1_645),
        ({Feature.PERSISTENT_COMMIT}, 1_677),
        ({Feature.JOINT}, 2_333),
        ({Feature.LEARNERS}, 79),
        ({Feature.LEASE}, 4_175),
    ],
)
def test_the_state_space_of_an_extension_stays_what_it_is(features: set[Feature], represented: int) -> None:
    found = explored(frozenset(features), Bounds(servers=2))
    assert (found.represented or found.distinct) == represented


NEEDED = {
    Feature.PRE_VOTE: Bounds(servers=2),
    Feature.CHECK_QUORUM: Bounds(servers=2, terms=3, log=0),
    Feature.FSYNC: Bounds(servers=2),
    Feature.READ_INDEX: Bounds(servers=2),
    Feature.TRANSFER: Bounds(servers=2, terms=3, log=0),
    Feature.MEMBERSHIP: Bounds(servers=2, log=2),
    Feature.SESSIONS: Bounds(servers=2, log=2),
    Feature.MONOTONIC: Bounds(servers=2),
    Feature.PERSISTENT_COMMIT: Bounds(servers=2),
    Feature.SNAPSHOTS: Bounds(servers=2, log=2),
    Feature.TORN_WRITES: Bounds(servers=2),
    Feature.JOINT: Bounds(servers=2, log=2),
    Feature.LEARNERS: Bounds(servers=2, log=2),
    Feature.LEASE: Bounds(servers=2, terms=3),
}
TOGETHER_WITH: dict[Feature, Features] = {Feature.SNAPSHOTS: frozenset({Feature.MEMBERSHIP})}
"""Of two servers neither lacks what is committed, but one that was removed."""


@pytest.mark.parametrize("feature", Feature)
def test_every_step_of_an_extension_occurs(feature: Feature) -> None:
    added = set(Raft(Bounds(), features=frozenset({feature})).actions) - set(Raft(Bounds()).actions)
    features = frozenset({feature}) | TOGETHER_WITH.get(feature, frozenset())
    assert not added & set(explored(features, NEEDED[feature]).not_taken)


def test_a_read_that_another_leader_has_overtaken_is_not_served() -> None:
    """Server 0 has begun a read when server 2 commits in a later term: only an earlier answer is on its way to it."""
    mistake = MISTAKES["read-confirmed-by-earlier-answer"]
    model = Raft(mistake.bounds, features=mistake.features)
    overtaken = [*mistake.scene, Choice(2, ASK_TO_READ, 0), Choice(0, BEGIN_READ, 2), Choice(0, NOTE_MATCH, 1)]
    guided(model, overtaken)
    with pytest.raises(NoSuchMove, match="'serve read' of server 0"):
        guided(model, [*overtaken, Choice(0, SERVE_READ)])
    assert guided(mistake.model(), [*overtaken, Choice(0, SERVE_READ)])


def test_the_heir_of_a_leader_is_heard_where_another_candidate_is_not() -> None:
    """Server 1 leads term 2, and server 0 heard it when it takes over; server 1 then votes for it in term 3."""
    features = frozenset({Feature.CHECK_QUORUM, Feature.TRANSFER})
    model = Raft(Bounds(servers=2, terms=3), features=features)
    led = [*stood(1), *elected(1, 0), Choice(1, SEND_ENTRIES, 0), Choice(0, ANSWER_APPEND, 1), Choice(1, NOTE_MATCH, 0)]
    assert guided(model, [*led, Choice(1, HAND_OVER, 0), Choice(0, TAKE_OVER, 1), *elected(0, 1)])
    with pytest.raises(NoSuchMove, match="'time out' of server 0"):
        guided(model, [*led, *stood(0)])
    with pytest.raises(NoSuchMove, match="'adopt term' of server 1"):
        guided(model, [*led, Choice(0, LOSE_TOUCH), *stood(0), *elected(0, 1)])


@pytest.mark.slow
@pytest.mark.parametrize("other", Feature)
@pytest.mark.parametrize("feature", [Feature.SNAPSHOTS, Feature.TORN_WRITES])
def test_what_changes_logs_goes_with_every_other_extension(feature: Feature, other: Feature) -> None:
    """With changes of membership too: one of the two servers then lacks what the other has compacted."""
    model = Raft(Bounds(servers=2, log=2), features=frozenset({feature, other, Feature.MEMBERSHIP}), invariants=True)
    assert explore(model, judged(model), Budget(None, None), symmetric=True).verdict is Verdict.LAWFUL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("features", "log"),
    [
        ({Feature.PRE_VOTE}, 0),
        ({Feature.CHECK_QUORUM}, 0),
        ({Feature.FSYNC}, 1),
        ({Feature.READ_INDEX}, 1),
        ({Feature.TRANSFER}, 1),
        ({Feature.MEMBERSHIP}, 1),
        ({Feature.SESSIONS}, 1),
        ({Feature.SNAPSHOTS}, 1),
        ({Feature.TORN_WRITES}, 1),
        ({Feature.JOINT}, 1),
        ({Feature.LEARNERS}, 3),
        ({Feature.LEASE}, 0),
        (ALL, 0),
    ],
)
def test_three_servers_are_safe_with_an_extension(features: set[Feature], log: int) -> None:
    explored(frozenset(features), Bounds(log=log))

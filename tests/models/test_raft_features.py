"""Each extension of Raft is safe within small bounds, alone and with the others, and takes all of its steps."""

from __future__ import annotations

import pytest

from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.result import Exploration
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.properties import properties_of
from lawful.models.raft.raft import Bounds, Raft

ALL: Features = frozenset(Feature)


def explored(features: Features, bounds: Bounds) -> Exploration:
    found = explore(Raft(bounds, features=features), properties_of(features), Budget(None, None), symmetric=True)
    assert found.verdict is Verdict.LAWFUL, found.violation
    return found


@pytest.mark.parametrize(
    ("features", "represented"),
    [
        ({Feature.PRE_VOTE}, 6_785),
        ({Feature.CHECK_QUORUM}, 2_669),
        ({Feature.FSYNC}, 2_512),
        ({Feature.PRE_VOTE, Feature.CHECK_QUORUM}, 8_885),
        (ALL, 14_130),
    ],
)
def test_the_state_space_of_an_extension_stays_what_it_is(features: set[Feature], represented: int) -> None:
    assert explored(frozenset(features), Bounds(servers=2)).represented == represented


NEEDED = {
    Feature.PRE_VOTE: Bounds(servers=2),
    Feature.CHECK_QUORUM: Bounds(servers=2, terms=3, log=0),
    Feature.FSYNC: Bounds(servers=2),
}


@pytest.mark.parametrize("feature", Feature)
def test_every_step_of_an_extension_occurs(feature: Feature) -> None:
    added = set(Raft(Bounds(), features=frozenset({feature})).actions) - set(Raft(Bounds()).actions)
    assert not added & set(explored(frozenset({feature}), NEEDED[feature]).not_taken)


@pytest.mark.slow
@pytest.mark.parametrize(
    "features", [*(frozenset({one}) for one in Feature), ALL], ids=lambda one: "-".join(sorted(one))
)
def test_three_servers_are_safe_with_an_extension(features: Features) -> None:
    explored(features, Bounds(log=0))

"""Raft is live under the stated fairness within small bounds, and each broken twin is rejected by one property."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lawful.checkers.exploration.behaviour import guided
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.liveness.judge import judge
from lawful.checkers.exploration.liveness.result import Liveness
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import Choice
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.liveness import liveness_of
from lawful.models.raft.mistakes_of_liveness import MISTAKES_OF_LIVENESS
from lawful.models.raft.properties import properties_of
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.rules import RAFT_RULES
from lawful.models.raft.state import AppendRequest, Entry, first_state
from lawful.models.raft.terms import TERMS
from lawful.specs.raft.liveness import ALL_LIVENESS, ELECTION, FOLLOWING

UNLIMITED = Budget(None, None)
_SLOW = {"next-index-stays", "conflict-not-offered", "snapshot-refused-by-pre-candidate"}
CASES = [pytest.param(name, marks=[pytest.mark.slow] * (name in _SLOW)) for name in MISTAKES_OF_LIVENESS]


def judged(model: Raft, scene: tuple[Choice, ...] = ()) -> Liveness:
    return judge(model, liveness_of(model.features), UNLIMITED, after=guided(model, scene), counting=TERMS)


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_rejected_by_its_property_alone(name: str) -> None:
    mistake = MISTAKES_OF_LIVENESS[name]
    found = {one.property.id: one for one in judged(mistake.model(), mistake.scene).judged}
    rejected = [one for one, result in found.items() if result.verdict is Verdict.VIOLATION]
    assert rejected == [mistake.rejected_by.id]
    lasso = found[mistake.rejected_by.id].lasso
    assert lasso is not None
    assert lasso.loop


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, one in MISTAKES_OF_LIVENESS.items() if one.scene])
def test_raft_itself_is_live_from_the_same_scene(name: str) -> None:
    mistake = MISTAKES_OF_LIVENESS[name]
    found = judged(replace(mistake.model(), rules=RAFT_RULES), mistake.scene)
    assert found.verdict is Verdict.LAWFUL
    assert {one.property.id for one in found.judged if one.verdict is Verdict.LAWFUL} >= {mistake.rejected_by.id}


@pytest.mark.parametrize("name", [name for name in MISTAKES_OF_LIVENESS if name not in _SLOW])
def test_a_mistake_of_liveness_is_safe(name: str) -> None:
    model = MISTAKES_OF_LIVENESS[name].model()
    assert explore(model, properties_of(model.features), UNLIMITED).verdict is Verdict.LAWFUL


BOUNDS = Bounds(servers=2, terms=2, log=0)


@pytest.mark.parametrize(
    "features",
    [
        set(),
        {Feature.PRE_VOTE},
        {Feature.CHECK_QUORUM},
        {Feature.PRE_VOTE, Feature.CHECK_QUORUM},
        pytest.param({Feature.LEASE}, marks=pytest.mark.slow),
    ],
    ids=lambda some: "+".join(sorted(some)) or "raft",
)
def test_a_leader_is_elected_and_followed(features: set[Feature]) -> None:
    found = {one.property.id: one for one in judged(Raft(BOUNDS, features=Features(features))).judged}
    assert found[ELECTION.id].verdict is found[FOLLOWING.id].verdict is Verdict.LAWFUL
    assert found[ELECTION.id].stays > 0, "some fair behaviour stays within the bounds"


@pytest.mark.slow
@pytest.mark.parametrize(
    "features", [set(), {Feature.PRE_VOTE}, {Feature.SNAPSHOTS}], ids=["raft", "pre-vote", "snapshots"]
)
def test_all_is_committed_and_known(features: set[Feature]) -> None:
    found = judged(Raft(replace(BOUNDS, log=2 if not features else 1), features=Features(features)))
    assert {one.property.id: one.verdict for one in found.judged} == {one.id: Verdict.LAWFUL for one in ALL_LIVENESS}


def test_every_property_rejects_a_mistake() -> None:
    assert {one.rejected_by for one in MISTAKES_OF_LIVENESS.values()} == set(ALL_LIVENESS)


def test_terms_are_counted_wherever_they_stand() -> None:
    server = replace(first_state(2), term=5, log=(Entry(2), Entry(4)))
    request = AppendRequest(5, 0, 1, 2, 4, (Entry(5),), 0)
    assert TERMS.at(server) == 5
    assert TERMS.mentioned(server) == {2, 4, 5}
    assert TERMS.mentioned(request) == {4, 5}
    lower = TERMS.renumbered(request, lambda term: term - 1)
    assert lower == AppendRequest(4, 0, 1, 2, 3, (Entry(4),), 0)

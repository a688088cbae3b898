"""Runtime invariants hold of Raft with each extension; each is the first and only sign of some mistake."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lawful.checkers.exploration.behaviour import follow, guided, violated_by
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.result import Exploration
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import LocalProperty, OfStep
from lawful.models.raft.features import NO_FEATURES, Feature, Features
from lawful.models.raft.invariants import invariants_of
from lawful.models.raft.judged import judged
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.mistakes_of_invariants import FIRST_SIGNS
from lawful.models.raft.raft import RESTART, Bounds, Raft
from lawful.models.raft.state import Server
from lawful.specs.raft.invariants import COMMIT_GROWS, INVARIANTS, MATCH_GROWS

UNLIMITED = Budget(None, None)
LATE = Bounds(servers=2, messages=2)


def explored(model: Raft, *, symmetric: bool = True) -> Exploration:
    return explore(model, judged(model), UNLIMITED, symmetric=symmetric and model.is_symmetric)


@pytest.mark.parametrize("feature", [None, *Feature])
def test_invariants_hold_with_each_extension(feature: Feature | None) -> None:
    features: Features = NO_FEATURES if feature is None else frozenset({feature})
    model = Raft(Bounds(servers=2, log=2), features=features, invariants=True)
    assert explored(model).verdict is Verdict.LAWFUL


def test_invariants_hold_with_all_extensions_but_the_one_with_most_states() -> None:
    features = frozenset(Feature) - {Feature.LEASE}
    assert explored(Raft(Bounds(servers=2), features=features, invariants=True)).verdict is Verdict.LAWFUL


@pytest.mark.parametrize("feature", [Feature.MONOTONIC, Feature.PERSISTENT_COMMIT])
def test_indices_grow_though_messages_come_late(feature: Feature) -> None:
    found = explored(Raft(LATE, features=frozenset({feature}), invariants=True))
    assert found.verdict is Verdict.LAWFUL
    grows = MATCH_GROWS if feature is Feature.MONOTONIC else COMMIT_GROWS
    assert found.applied[grows.id] > 0


@pytest.mark.parametrize(("feature", "name"), [(Feature.MONOTONIC, "match"), (Feature.PERSISTENT_COMMIT, "commit")])
def test_in_the_specification_in_tla_late_messages_take_indices_back(feature: Feature, name: str) -> None:
    """So these are judged with an extension only. A restart that forgets a commit index is not what is meant."""

    def stays(before: Server, after: Server) -> bool:
        return is_restart(before, after) or grows.holds(before, after)

    def is_restart(before: Server, after: Server) -> bool:
        return any(step.action == RESTART and step.after == after for step in model.steps(0, before))

    (grows,) = (one for one in invariants_of(frozenset({feature}))[-1:] if isinstance(one, OfStep))
    model = Raft(replace(LATE, log=2))
    properties: tuple[LocalProperty, ...] = (OfStep(name, stays, grows.applies),)
    found = explore(model, properties, UNLIMITED).violation
    assert found is not None
    assert found.property == name


def test_that_servers_know_their_numbers_changes_nothing() -> None:
    bounds = Bounds(servers=2, terms=3)
    for symmetric in (False, True):
        plain = explored(Raft(bounds), symmetric=symmetric)
        numbered = explored(Raft(bounds, invariants=True), symmetric=symmetric)
        assert (numbered.distinct, numbered.depth) == (plain.distinct, plain.depth)
        assert (numbered.generated, numbered.represented) == (plain.generated, plain.represented)


@pytest.mark.parametrize(("name", "invariant"), FIRST_SIGNS.items(), ids=FIRST_SIGNS)
def test_an_invariant_alone_is_the_first_sign_of_a_mistake(name: str, invariant: object) -> None:
    mistake = MISTAKES[name]
    model = replace(mistake.model(), invariants=True)
    properties = judged(model)
    behaviour = guided(model, mistake.scene)
    if violated_by(properties, follow(model, behaviour)) is None:
        violation = explore(model, properties, UNLIMITED, after=behaviour).violation
        assert violation is not None
        behaviour = list(violation.behaviour)
    moments = follow(model, behaviour)
    first = violated_by(properties, moments)
    assert first is not None
    upto = moments[: first[1] + 1]
    broken = [one for one in properties if violated_by([one], upto) is not None]
    assert [one.id for one in INVARIANTS if one is invariant] == [one.id for one in broken]


@pytest.mark.slow
def test_invariants_hold_of_three_servers() -> None:
    found = explored(Raft(Bounds(), invariants=True))
    assert (found.verdict, found.distinct, found.represented) == (Verdict.LAWFUL, 322_580, 1_931_973)

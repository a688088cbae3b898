"""Random walks: what they find is a behaviour of the model, the same seed finds the same, and budgets end them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lawful.checkers.exploration.behaviour import Move, follow, guided, violated_by
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.walks import walk
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import OfPair, OfServer
from lawful.models.raft.election import TIME_OUT
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.properties import PROPERTIES
from lawful.models.raft.raft import RESTART, Bounds, Raft
from lawful.models.raft.state import Role


@pytest.mark.parametrize("name", ["quorum-of-half", "propose-over-uncommitted", "previous-term-not-compared"])
def test_a_walk_finds_a_mistake_and_shows_a_short_way_to_it(name: str) -> None:
    mistake = MISTAKES[name]
    model = mistake.model()
    scene = guided(model, mistake.scene)
    found = walk(model, PROPERTIES, walks=500, depth=60, seed=0, after=scene)
    assert (found.verdict, found.walks <= 500) == (Verdict.VIOLATION, True)
    assert found.violation is not None
    moments = follow(model, found.violation.behaviour)
    assert violated_by(PROPERTIES, moments[:-1]) is None
    assert found.violation.property == mistake.rejected_by.id
    shortest = explore(model, PROPERTIES, after=scene).violation
    assert shortest is not None
    assert 0 <= len(found.violation.behaviour) - len(shortest.behaviour) <= 10


def test_the_same_seed_takes_the_same_walks_and_raft_keeps_its_promises() -> None:
    first, again, other = (
        walk(Raft(Bounds(servers=2, terms=3)), PROPERTIES, walks=20, depth=50, seed=seed) for seed in (1, 1, 2)
    )
    assert (first.verdict, first.walks) == (Verdict.LAWFUL, 20)
    assert first.taken == again.taken != other.taken
    assert first.steps == sum(first.taken.values()) <= 20 * 50


def test_walks_end_with_their_budget() -> None:
    found = walk(Raft(Bounds()), PROPERTIES, walks=100_000, depth=50, seed=0, budget=Budget(1e-9, None))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "time budget" in str(found.progress)


def test_a_state_before_the_walks_is_judged_as_well() -> None:
    model = Raft(Bounds(servers=2))
    at_first = OfServer("never a follower", lambda server: server.role is not Role.FOLLOWER, lambda server: True)
    found = walk(model, [at_first], walks=1, depth=1, seed=0)
    assert found.violation is not None
    assert (found.violation.property, found.violation.behaviour, found.walks) == ("never a follower", (), 0)


def test_pairs_are_judged_whichever_comes_first() -> None:
    one_sided = OfPair("one sided", lambda one, other: one.term <= other.term, lambda one, other: True)
    found = walk(Raft(Bounds(servers=2)), [one_sided], walks=5, depth=30, seed=0)
    assert found.violation is not None
    assert [move.step.action for move in found.violation.behaviour] == ["time out"]


def test_a_walk_is_judged_as_a_whole_and_shortened() -> None:
    """Two restarts are too many. A restart that changes nothing is no step of a walk, so a time out comes before."""

    def restarts(behaviour: Sequence[Move]) -> str | None:
        return "restarts" if sum(move.step.action == RESTART for move in behaviour) > 1 else None

    found = walk(Raft(Bounds(servers=2)), PROPERTIES, walks=5, depth=30, seed=0, whole=restarts)
    assert found.violation is not None
    assert found.violation.property == "restarts"
    assert sorted(move.step.action for move in found.violation.behaviour) == [RESTART, RESTART, TIME_OUT, TIME_OUT]
    assert restarts(found.violation.behaviour[:-1]) is None

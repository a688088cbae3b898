"""The partial-order reduction gives the verdicts of the whole search, and a wrong one would be noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from lawful.checkers.exploration import frontier
from lawful.checkers.exploration.behaviour import follow, guided, violated_by
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.reduction import movers
from lawful.checkers.exploration.result import DEADLOCK
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.local_steps import AnyModel, OfPair
from lawful.models.raft.features import Feature
from lawful.models.raft.judged import judged
from lawful.models.raft.mistake import Mistake
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.properties import PROPERTIES, properties_of
from lawful.models.raft.raft import Bounds, Raft

from .drawn_models import Drawn, drawn_properties

UNLIMITED = Budget(None, None)
QUICK = ("quorum-of-half", "late-vote-counts", "previous-term-not-compared", "read-before-own-commit")


def combinations_met(model: AnyModel, *, reduced: bool) -> tuple[set[tuple[Any, Any]], int]:
    """Which states two servers were in at once, and how many global states there are."""
    met = set()

    def note(one: Any, other: Any) -> bool:
        met.add((one, other))
        return True

    found = explore(model, [OfPair("note", note, lambda one, other: True)], reduced=reduced, may_end=True)
    assert found.verdict is Verdict.LAWFUL
    return met, found.distinct


def disagreements(seeds: range) -> Iterator[tuple[int, str]]:
    """The drawn models of which both searches do not say the same, and in what."""
    for seed in seeds:
        model = Drawn(seed)
        (whole, states), (less, fewer) = (combinations_met(model, reduced=reduced) for reduced in (False, True))
        if whole != less or fewer > states:
            yield seed, "states"
        for one in drawn_properties(model):
            said = [explore(model, [one], reduced=reduced, may_end=True) for reduced in (False, True)]
            if said[0].verdict is not said[1].verdict:
                yield seed, one.id
            for each in said:
                behaviour = () if each.violation is None else each.violation.behaviour
                assert (violated_by([one], follow(model, behaviour)) is None) == (each.violation is None)
        ends = [explore(model, [], reduced=reduced).violation for reduced in (False, True)]
        if (ends[0] is None) != (ends[1] is None):
            yield seed, DEADLOCK


def test_both_searches_agree_on_drawn_models() -> None:
    assert list(disagreements(range(25))) == []


@pytest.mark.slow
def test_both_searches_agree_on_many_drawn_models() -> None:
    assert list(disagreements(range(25, 300))) == []


def _whoever_has_mail(table: Any, rows: Any) -> Any:
    """Unsound: only those move for whom there is a message, though others have room to send them one more."""
    messages = rows[:, table.model.servers :]
    nobody = (messages == 0).all(axis=1)
    return np.stack([nobody | (table.destinations[messages] == one).any(axis=1) for one in range(table.model.servers)])


def _never_the_last(table: Any, rows: Any) -> Any:
    """Unsound: the last server has to wait where the network is full, even for a message to itself."""
    turns = movers(table, rows)
    turns[-1] &= rows[:, table.model.servers :].min(axis=1, initial=1) == 0
    return turns


@pytest.mark.parametrize(("wrong", "seed"), [(_whoever_has_mail, 669), (_never_the_last, 52)])
def test_a_wrong_reduction_is_noticed(
    wrong: Callable[[Any, Any], Any], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(disagreements(range(seed, seed + 1))) == []
    monkeypatch.setattr(frontier, "movers", wrong)
    assert next(disagreements(range(seed, seed + 1)), None) is not None


@pytest.mark.parametrize(
    ("bounds", "features"),
    [
        (Bounds(servers=2), frozenset[Feature]()),
        (Bounds(servers=2, terms=3), frozenset[Feature]()),
        (Bounds(servers=2, messages=2), frozenset[Feature]()),
        (Bounds(servers=2, messages=0), frozenset[Feature]()),
        (Bounds(servers=2), frozenset(Feature)),
    ],
    ids=["two", "terms", "messages", "silent", "all-features"],
)
@pytest.mark.parametrize("symmetric", [False, True])
def test_raft_has_the_same_states_of_servers(bounds: Bounds, features: frozenset[Feature], symmetric: bool) -> None:
    model = Raft(bounds, features=features)
    properties = properties_of(features)
    whole, less = (
        explore(model, properties, UNLIMITED, symmetric=symmetric, reduced=reduced) for reduced in (False, True)
    )
    assert (less.verdict, less.local_states) == (whole.verdict, whole.local_states)
    # Up to renaming, the two may look at different ones of the states that are the same.
    assert symmetric or less.applied == whole.applied, "properties looked at the same states, pairs and steps"
    assert less.distinct <= whole.distinct
    assert less.distinct < whole.distinct or not bounds.messages
    assert less.not_taken == whole.not_taken


def test_a_network_that_loses_nothing_is_refused() -> None:
    """A message that stays in flight would keep all others from moving for ever."""
    with pytest.raises(ValueError, match="network that loses messages"):
        explore(Raft(Bounds(servers=2, loss=False)), PROPERTIES, UNLIMITED, reduced=True)


@pytest.mark.slow
def test_how_much_is_left_out_of_raft() -> None:
    """The figures of docs/raft.md."""
    found = explore(Raft(Bounds()), PROPERTIES, UNLIMITED, reduced=True)
    assert (found.distinct, found.generated, found.depth) == (1_637_643, 11_164_045, 53)
    assert found.local_states == 572


def _is_found(mistake: Mistake) -> bool:
    model = mistake.model()
    scene = guided(model, mistake.scene)
    found = explore(model, judged(model), UNLIMITED, after=scene, reduced=True)
    return found.violation is not None and found.violation.property == mistake.rejected_by.id


@pytest.mark.parametrize("name", QUICK)
def test_a_mistake_is_found_as_well(name: str) -> None:
    assert _is_found(MISTAKES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in MISTAKES if name not in QUICK])
def test_every_mistake_is_found_as_well(name: str) -> None:
    assert _is_found(MISTAKES[name])

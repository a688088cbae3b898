"""Raft is safe within bounds, with the state space that other tools have counted; each mistake breaks one property."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lawful.checkers.exploration.behaviour import NoSuchMove, follow, guided, violated_by
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.result import Exploration
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.raft.judged import judged
from lawful.models.raft.mistake import Mistake
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.mistakes_of_clients import MISTAKES_OF_CLIENTS
from lawful.models.raft.mistakes_of_invariants import FIRST_SIGNS
from lawful.models.raft.properties import PROPERTIES
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.rules import RAFT_RULES
from lawful.specs.raft import SAFETY
from lawful.specs.raft.invariants import ALL_PROPERTIES

UNLIMITED = Budget(None, None)


def explored(bounds: Bounds, *, symmetric: bool = False) -> Exploration:
    found = explore(Raft(bounds), PROPERTIES, UNLIMITED, symmetric=symmetric)
    assert found.verdict is Verdict.LAWFUL
    return found


@pytest.mark.parametrize(
    ("bounds", "counts"),
    [
        (Bounds(servers=1, terms=3, log=2), (78, 290, 15)),
        (Bounds(servers=2), (1_645, 12_861, 28)),
        (Bounds(servers=2, terms=3), (18_575, 147_375, 41)),
    ],
)
def test_the_state_space_within_small_bounds_stays_what_it_is(bounds: Bounds, counts: tuple[int, int, int]) -> None:
    """Most were counted by definition as well (`tests/checkers/test_exploration.py`)."""
    found = explored(bounds)
    assert (found.distinct, found.generated, found.depth) == counts


def test_the_state_space_without_entries_is_the_one_that_other_tools_count() -> None:
    """Two searches in Python by others, minicheck and musil, count 617,361 states of this model."""
    found = explored(Bounds(servers=3, terms=2, log=0, messages=1), symmetric=True)
    assert (found.represented, found.depth) == (617_361, 39)


@pytest.mark.slow
def test_the_state_space_is_that_of_the_specification_in_tla() -> None:
    """What TLC counts for `raft.tla` without its history variables."""
    found = explored(Bounds(servers=3, terms=2, log=1, messages=1))
    assert (found.distinct, found.generated, found.depth) == (1_931_973, 22_844_275, 53)
    assert (found.local_states, found.messages) == (572, 69)
    assert found.bytes_per_state < 60
    assert found.overlooked < 1e-6
    assert found.not_taken == ["remove conflict", "repeat message"], "they need longer logs and more messages"
    assert found.vacuous == ["RAFT-4"], "it needs leaders of two terms, and there can be none in the first"


@pytest.mark.slow
def test_the_state_space_up_to_renaming_is_that_of_the_specification_in_tla() -> None:
    found = explored(Bounds(servers=3, terms=2, log=1, messages=1), symmetric=True)
    assert (found.distinct, found.depth, found.represented) == (322_580, 53, 1_931_973)


@pytest.mark.slow
def test_the_state_space_with_longer_logs_is_that_of_the_specification_in_tla() -> None:
    found = explored(Bounds(servers=3, terms=2, log=2, messages=1), symmetric=True)
    assert (found.distinct, found.depth) == (1_276_957, 61)


def test_what_the_bounds_leave_out_is_named() -> None:
    """Two servers lead only with all votes, so their logs never conflict; and no second message can be in flight."""
    found = explored(Bounds(servers=2, terms=3, log=1))
    assert found.not_taken == ["remove conflict", "repeat message"]
    assert found.vacuous == ["RAFT-4"], "nobody stays behind in an earlier term than the leader"
    assert "remove conflict" in explored(Bounds(servers=2, messages=0)).not_taken
    assert explored(Bounds(servers=2, messages=0)).vacuous == [one.id for one in SAFETY]


def test_a_network_that_loses_nothing_and_repeats_nothing_leaves_states_out() -> None:
    """What is lost is not known, so without loss there are fewer states; one message in flight cannot be repeated."""
    both = explored(Bounds(servers=2, messages=2, log=0))
    no_loss, no_copies = (
        explored(Bounds(servers=2, messages=2, log=0, **{what: False})) for what in ("loss", "duplication")
    )
    assert no_loss.distinct < both.distinct > no_copies.distinct
    assert ("lose message" in no_loss.taken, "repeat message" in no_loss.taken) == (False, True)
    assert ("lose message" in no_copies.taken, "repeat message" in no_copies.taken) == (True, False)
    assert explored(Bounds(servers=2, duplication=False)).distinct == explored(Bounds(servers=2)).distinct


@pytest.mark.parametrize("name", ["vote-counted-twice", "truncated-without-conflict"])
def test_a_mistake_that_needs_a_copy_has_no_scene_where_there_are_none(name: str) -> None:
    mistake = MISTAKES[name]
    with pytest.raises(NoSuchMove, match="'repeat message'"):
        guided(mistake.model(replace(mistake.bounds, duplication=False)), mistake.scene)


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_rejected_by_the_property_that_is_named(mistake: Mistake) -> None:
    model = mistake.model()
    properties = judged(model)
    scene = guided(model, mistake.scene)
    found = explore(model, properties, UNLIMITED, after=scene)
    assert found.violation is not None
    assert found.violation.property == mistake.rejected_by.id
    behaviour = found.violation.behaviour
    assert len(behaviour) <= len(scene) + 20

    moments = follow(model, behaviour)
    broken = [one.id for one in properties if violated_by([one], moments)]
    assert broken == [mistake.rejected_by.id], "no other property rejects it there"
    right = replace(model, rules=RAFT_RULES)
    if mistake in MISTAKES_OF_CLIENTS:
        # Servers take the same steps; only what comes of them for clients is another.
        assert violated_by(judged(right), follow(right, behaviour)) is None
    else:
        with pytest.raises(NoSuchMove):
            follow(right, behaviour)


def test_every_property_rejects_some_mistake() -> None:
    rejecting = {mistake.rejected_by for mistake in MISTAKES.values()} | set(FIRST_SIGNS.values())
    assert rejecting == set(ALL_PROPERTIES)
    assert [one.id for one in PROPERTIES] == [one.id for one in SAFETY]


def test_every_mistake_changes_one_rule() -> None:
    right = Raft(Bounds()).rules
    for mistake in MISTAKES.values():
        changed = [name for name in right.__slots__ if getattr(mistake.rules, name) is not getattr(right, name)]
        assert len(changed) == 1, mistake.name


@pytest.mark.parametrize("name", ["vote-twice", "quorum-of-half", "any-log-may-lead"])
def test_symmetry_hides_no_mistake(name: str) -> None:
    mistake = MISTAKES[name]
    model = mistake.model()
    scene = guided(model, mistake.scene)
    whole = explore(model, PROPERTIES, UNLIMITED, after=scene).violation
    folded = explore(model, PROPERTIES, UNLIMITED, after=scene, symmetric=True).violation
    assert whole is not None
    assert folded is not None
    assert (folded.property, len(folded.behaviour)) == (whole.property, len(whole.behaviour))

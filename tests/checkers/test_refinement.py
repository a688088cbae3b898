"""Every step of Raft as it runs is one of the proof; a mistake, or a wrong account of the steps, is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lawful.checkers.exploration.behaviour import beginning, follow, guided
from lawful.checkers.exploration.local_moves import LocalMoves
from lawful.checkers.refinement.check import Refined, refine
from lawful.checkers.refinement.companion import Accompanied, Companion, Node
from lawful.checkers.refinement.exhaustive import refine_all
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.first_order.facts import Facts, structure_of
from lawful.models.first_order.structure import Structure
from lawful.models.local_steps import AnyStep, Choice
from lawful.models.raft import membership
from lawful.models.raft.features import Feature, Features
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.state import Message, Server
from lawful.models.raft_refinement.refinement import COVERED, PROVED_ALONE, RaftRefinement, Steps
from lawful.models.refinement import ProofStep

BOUNDS = Bounds(terms=5, log=3, messages=3)
READS: Features = frozenset({Feature.READ_INDEX})
STUTTERS = COVERED - PROVED_ALONE
SWITCHES: list[Features] = [
    frozenset(),
    *(frozenset({one}) for one in sorted(COVERED)),
    *(STUTTERS | {one} for one in sorted(PROVED_ALONE)),
    frozenset({Feature.MEMBERSHIP, Feature.LEARNERS}),
]
HARMLESS = {
    # An index that falls says less than it could: the proof allows that at any time.
    *("match-index-falls", "commit-index-falls"),
    # What entries mean, and what clients are answered, is not in the proof.
    *(name for name, one in MISTAKES.items() if one.machine is not None),
}


def is_covered(features: Features) -> bool:
    apart = len(features & PROVED_ALONE) > 1 and features & PROVED_ALONE != {Feature.MEMBERSHIP, Feature.LEARNERS}
    return features <= COVERED and not apart


FOUND = [name for name, one in MISTAKES.items() if is_covered(one.features) and name not in HARMLESS]
DEPOSED = MISTAKES["read-confirmed-by-earlier-answer"].scene
"""A behaviour of Raft with reads, in which two leaders commit and entries are acknowledged."""


def ids(features: Features) -> str:
    return "+".join(sorted(features)) or "base"


def walked(features: Features, steps: int, seed: int = 0) -> Refined:
    budget = Budget(seconds=None, memory_mb=None)
    return refine(RaftRefinement(Raft(BOUNDS, features=features)), steps=steps, depth=200, seed=seed, budget=budget)


@pytest.mark.parametrize("features", SWITCHES, ids=ids)
def test_steps_of_the_model_are_steps_of_the_proof(features: Features) -> None:
    found = walked(features, 4000)
    assert (found.verdict, found.steps) == (Verdict.LAWFUL, 4000)
    assert sum(found.table.values()) == 4000


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("features", [one for one in SWITCHES if not one or one & PROVED_ALONE], ids=ids)
def test_a_quarter_of_a_million_steps_are_steps_of_the_proof(features: Features) -> None:
    found = walked(features, 250_000, seed=1)
    assert (found.verdict, found.progress) == (Verdict.LAWFUL, None)
    used = {action for _, steps in found.table for action in steps}
    refinement = RaftRefinement(Raft(BOUNDS, features=features))
    # Until the learner is promoted, a leader needs the votes of both members, so no entry of theirs conflicts with its.
    has_fixed_members = features & {Feature.LEARNERS, Feature.MEMBERSHIP} == {Feature.LEARNERS}
    rare = {"remove_conflict"} if has_fixed_members else set()
    assert {one.name for one in refinement.system.actions} - used <= rare


@pytest.mark.parametrize("name", FOUND)
def test_a_mistake_is_a_step_that_refines_nothing(name: str) -> None:
    mistake = MISTAKES[name]
    model = mistake.model()
    found = refine(RaftRefinement(model), steps=20_000, depth=100, seed=0, after=guided(model, mistake.scene))
    assert found.unrefined is not None
    moments = follow(model, found.unrefined.behaviour)
    assert moments[-2] != moments[-1]
    assert found.unrefined.refused.unknown_before


@pytest.mark.parametrize("name", sorted(name for name in HARMLESS if is_covered(MISTAKES[name].features)))
def test_what_does_no_harm_refines(name: str) -> None:
    assert refine(RaftRefinement(MISTAKES[name].model()), steps=4000, depth=100, seed=0).verdict is Verdict.LAWFUL


def test_a_leader_that_answers_before_it_commits_refines_nothing() -> None:
    mistake = MISTAKES["answered-before-commit"]
    sessions: Features = frozenset({Feature.SESSIONS})
    model = replace(mistake.model(), features=sessions, machine=None)
    found = refine(RaftRefinement(model), steps=20_000, depth=100, seed=0, after=guided(model, mistake.scene))
    assert found.unrefined is not None
    assert found.unrefined.refused.unknown_after == "leader 2 answers the entry 1"


def test_no_mistake_is_left_out_but_those_of_extensions_that_the_proof_does_not_cover() -> None:
    left = [one for one in MISTAKES.values() if not is_covered(one.features)]
    assert left
    for mistake in left:
        with pytest.raises(ValueError, match=r"the proof does not cover|not both at once"):
            RaftRefinement(mistake.model())
    with pytest.raises(ValueError, match="read-index and snapshots, but not both at once"):
        RaftRefinement(Raft(BOUNDS, features=READS | {Feature.SNAPSHOTS}))


@dataclass(frozen=True)
class Misread(RaftRefinement):
    """An account of the steps that takes one action of the proof for another, or a wrong entry for the leader's."""

    misread: str = ""
    instead: str | None = None

    def steps(self, server: int, before: Server, step: AnyStep, received: Message | None) -> Steps:
        return tuple(self._wrong(one) for one in super().steps(server, before, step, received))

    def _wrong(self, step: ProofStep) -> ProofStep:
        if step.action != self.misread:
            return step
        if not self.instead:
            return replace_last(step)
        return ProofStep(self.instead, step.values[: 3 if self.instead == "take_request" else 2])


def replace_last(step: ProofStep) -> ProofStep:
    return step._replace(values=(*step.values[:-1], 0))


@pytest.mark.parametrize(
    ("misread", "instead"),
    [
        ("time_out", "learn_term"),
        ("learn_term", "time_out"),
        ("take_request", None),
        ("grant_vote", "learn_term"),
        ("send_entry", None),
        ("accept_entry", None),
        ("remove_conflict", None),
        ("take_snapshot", None),
        ("send_snapshot", None),
        ("install_snapshot", None),
        ("change_members", "take_request"),
    ],
)
def test_a_wrong_account_of_the_steps_is_found(misread: str, instead: str | None) -> None:
    features = frozenset({Feature.SNAPSHOTS}) if misread.endswith("_snapshot") else READS
    model = Raft(BOUNDS, features=frozenset({Feature.MEMBERSHIP}) if misread == "change_members" else features)
    found = refine(Misread(model, misread, instead), steps=60_000, depth=200, seed=1)
    assert found.unrefined is not None
    assert found.unrefined.refused.steps[0].action == (instead or misread)


@pytest.mark.parametrize(
    ("feature", "log", "states", "steps"),
    [
        (None, 1, 1975, 6284),
        (Feature.SNAPSHOTS, 1, 2275, 7302),
        (Feature.MEMBERSHIP, 2, 5533, 16994),
        (Feature.SESSIONS, 1, 2003, 6336),
    ],
)
def test_all_steps_within_small_bounds_are_steps_of_the_proof(
    feature: Feature | None, log: int, states: int, steps: int
) -> None:
    features: Features = frozenset() if feature is None else frozenset({feature})
    found = refine_all(RaftRefinement(Raft(Bounds(servers=2, log=log), features=features)))
    assert (found.verdict, found.states, found.steps) == (Verdict.LAWFUL, states, steps)


def test_the_first_of_all_steps_that_refines_nothing_has_a_shortest_way() -> None:
    model = MISTAKES["vote-not-persisted"].model()
    found = refine_all(RaftRefinement(model))
    assert found.unrefined is not None
    actions = [move.step.action for move in found.unrefined.behaviour]
    assert actions == ["time out", "ask for vote", "answer vote request", "restart"]


class Ahead(RaftRefinement):
    """The proof begins where a leader was elected before anything happened."""

    def beginning(self) -> Facts:
        facts = super().beginning()
        return Facts(facts.things, {**facts.relations, "begun": frozenset({(1,)})}, facts.functions)


def test_a_proof_that_begins_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match="does not begin as the refinement says"):
        refine(Ahead(Raft(BOUNDS)), steps=1, depth=1, seed=0)


def test_the_same_seed_takes_the_same_walks() -> None:
    assert walked(READS, 2000).table == walked(READS, 2000).table != walked(READS, 2000, seed=1).table


def test_a_budget_that_is_used_up_is_no_verdict() -> None:
    found = refine(RaftRefinement(Raft(BOUNDS)), steps=10**6, depth=100, seed=0, budget=Budget(seconds=1e-9))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.progress is not None
    assert "of 1,000,000" in found.progress


def accompanied(
    refinement: RaftRefinement, scene: Sequence[Choice] = DEPOSED
) -> Iterator[tuple[Companion, Facts, Accompanied]]:
    """What the proof does along a behaviour, step by step."""
    model = refinement.model
    moves = LocalMoves(model)
    companion = Companion(refinement, moves)
    place, node = moves.place(beginning(model)), Node(refinement.beginning())
    for move in guided(model, scene):
        option = next(one for one in moves.options(place) if one.move == move)
        found = companion.goes_along(node, place, option)
        assert isinstance(found, Accompanied)
        yield companion, node.facts, found
        place, node = moves.taken(place, option), found.node


def test_compiled_actions_do_what_the_definitions_say() -> None:
    model = Raft(replace(MISTAKES["read-confirmed-by-earlier-answer"].bounds, log=3), features=READS)
    refinement = RaftRefinement(model)
    system = refinement.system
    went = list(accompanied(refinement))
    everything = went[-1][2].node.facts.things

    def structure(facts: Facts) -> Structure:
        whole = Facts(everything, facts.relations, facts.functions)
        return structure_of(whole, system.fixed, system.changing, refinement.fixed, refinement.name)

    assert all(structure(went[-1][2].node.facts).holds(axiom.holds) for axiom in system.axioms)
    actions = {one.name: one for one in system.actions}
    taken = 0
    for companion, before, found in went:
        facts = before
        for one in found.steps:
            action, compiled = actions[one.action], companion.actions[one.action]
            values = compiled.chosen(facts, one.values)
            assert values is not None
            after = compiled.taken(facts, values)
            assert isinstance(after, Facts)
            given = dict(zip(action.parameters, positions(everything, action, values), strict=True))
            step, here = action.step(system.state), structure(facts)
            assert all(here.holds(required, given) for required in step.requires.values())
            assert here.updated(system.parts(step.after), given).tables == structure(after).tables
            facts, taken = after, taken + 1
    assert taken == 20


CHANGED = (*MISTAKES["changes-at-once"].scene, Choice(0, membership.PROPOSE_CHANGE))


def test_configurations_are_as_the_proof_assumes() -> None:
    refinement = RaftRefinement(Raft(Bounds(terms=3, log=3), features=frozenset({Feature.MEMBERSHIP})))
    system = refinement.system
    *_, (_, _, last) = accompanied(refinement, CHANGED)
    assert [one.action for one in last.steps] == ["change_members"]
    facts = last.node.facts
    whole = structure_of(facts, system.fixed, system.changing, refinement.fixed, refinement.name)
    assert all(whole.holds(axiom.holds) for axiom in system.axioms)
    assert all(whole.holds(lemma.holds(system.state)) for lemma in system.lemmas)
    assert all(whole.holds(theorem.holds(system.state)) for theorem in system.theorems)


def positions(things: Any, action: Any, values: tuple[int, ...]) -> list[int]:
    """Things by their place in the order of their sort, as structures know them."""
    return [sorted(things[one.sort.name]).index(value) for one, value in zip(action.parameters, values, strict=True)]

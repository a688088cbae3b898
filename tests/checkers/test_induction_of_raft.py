"""The proof of Raft: all of it goes through, and each mistake breaks the lemma that is named for it."""

from __future__ import annotations

import pytest

from lawful.checkers.induction.finding import Finding
from lawful.checkers.induction.graph import proof_graph, unused
from lawful.checkers.induction.obligation import steps_of
from lawful.checkers.induction.prover import Prover, prove
from lawful.checkers.induction.sanity import sanity_of
from lawful.checkers.induction.search import Search
from lawful.checkers.proof.finding import Goal
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.expression import TRUE
from lawful.models.first_order.system import Action
from lawful.models.raft_proof.actions import accept_entry, grant_vote
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.cores import CORES
from lawful.models.raft_proof.mutants import MUTANTS, Mutant, lacking_requirement, requiring
from lawful.models.raft_proof.picture import change_lines, state_lines
from lawful.models.raft_proof.vocabulary import Cluster

BY_NAME = {mutant.name: mutant for mutant in MUTANTS}


SPARE = {
    ("take_request", "the entry is new"),  # A leader of the term would have it in its log.
    ("send_entry", "there is an entry"),  # Nobody accepts the root: nothing comes before it.
    ("accept_entry", "it does not lead"),  # What is sent in its term it has.
    ("accept_entry", "its log has one of that index and term"),  # See the test of the tree.
    ("commit", "it leads"),  # That a quorum acknowledged the entry in its term is enough, whoever counts.
    ("commit", "the term is its own"),
    ("commit", "the entry is in its log"),
}
"""Conditions of actions that Raft has and safety does not need, in this abstraction."""


def names(mutants: tuple[Mutant, ...]) -> list[str]:
    return [one.name for one in mutants]


@pytest.fixture(scope="module")
def proof() -> list[Finding]:
    return list(prove(RAFT, CORES))


def test_raft_is_safe_with_any_number_of_servers(proof: list[Finding]) -> None:
    assert len(proof) == 260
    assert [one for one in proof if one.verdict is not Verdict.LAWFUL] == []


def test_the_proof_is_about_something() -> None:
    assert [one for one in sanity_of(RAFT) if one.verdict is not Verdict.LAWFUL] == []


def test_every_lemma_serves_a_goal(proof: list[Finding]) -> None:
    graph = proof_graph(RAFT, proof)
    assert unused(RAFT, graph) == []
    assert set(graph.predecessors("state_machine_safety")) >= {"leader_completeness", "committed_by_quorum"}


def test_cores_name_actions_and_lemmas_that_there_are() -> None:
    actions, lemmas = {one.name for one in RAFT.actions}, {one.name for one in RAFT.lemmas}
    assert {action for action, _ in CORES} <= actions
    assert {one for (_, kept), core in CORES.items() for one in (kept, *core)} <= lemmas


@pytest.mark.parametrize("name", names(MUTANTS))
def test_a_mistake_breaks_its_lemma_in_a_small_cluster(name: str) -> None:
    mutant = BY_NAME[name]
    system = mutant.of(RAFT)
    steps = {one.lemma.name: one for one in steps_of(system, mutant.action)}
    for lemma in mutant.breaks:
        tried = (Search(system, scope, 60.0).broken(steps[lemma]).counterexample for scope in RAFT.scopes)
        found = next(one for one in tried if one is not None)
        assert found.replayed
        assert list(state_lines(found.before))
        assert list(change_lines(found.before, found.after))


def test_a_counterexample_shows_servers_with_their_logs_and_only_what_changed() -> None:
    mutant = BY_NAME["always-truncating"]
    system = mutant.of(RAFT)
    (step,) = [one for one in steps_of(system, mutant.action) if one.lemma.name in mutant.breaks]
    finding = Prover(system, CORES).settled(step)
    found = finding.counterexample
    assert (finding.goal, finding.verdict) == (Goal.STEP, Verdict.VIOLATION)
    assert found is not None
    server = found.values["server"]
    before = list(state_lines(found.before))
    assert any(line.startswith(f"{server}  term ") and "  log " in line for line in before)
    assert any(line.startswith(f"{server} has the log ") for line in change_lines(found.before, found.after))
    assert len(list(change_lines(found.before, found.after))) <= 3


def test_a_condition_that_is_not_there_cannot_be_taken_away() -> None:
    with pytest.raises(KeyError):
        lacking_requirement(grant_vote, "the moon is full").step(RAFT.state)
    with pytest.raises(KeyError):
        requiring(accept_entry, "the moon is full", lambda cluster, given: TRUE).step(RAFT.state)


def test_the_tree_of_entries_hides_a_missing_check_of_the_entry_before() -> None:
    careless = lacking_requirement(accept_entry, "its log has one of that index and term")
    system = RAFT.with_action(careless)
    assert {one.verdict for one in map(Prover(system, CORES).settled, steps_of(system, careless))} == {Verdict.LAWFUL}


@pytest.mark.slow
@pytest.mark.parametrize("name", names(MUTANTS))
def test_a_mistake_breaks_obligations_of_its_action_alone(name: str) -> None:
    mutant = BY_NAME[name]
    failing = [one for one in prove(mutant.of(RAFT), CORES) if one.verdict is not Verdict.LAWFUL]
    assert {one.action for one in failing} == {mutant.action.name}
    assert {one.verdict for one in failing} == {Verdict.VIOLATION}
    assert set(mutant.breaks) <= {one.lemma for one in failing}


@pytest.mark.slow
@pytest.mark.parametrize("action", RAFT.actions, ids=[one.name for one in RAFT.actions])
def test_safety_needs_every_condition_but_a_few(action: Action[Cluster]) -> None:
    for requirement in action.step(RAFT.state).requires:
        careless = lacking_requirement(action, requirement)
        system = RAFT.with_action(careless)
        searches = (Search(system, scope, 60.0) for scope in RAFT.scopes)
        broken = any(search.broken(one).counterexample for search in searches for one in steps_of(system, careless))
        assert broken != ((action.name, requirement) in SPARE), requirement


@pytest.mark.slow
def test_the_proof_goes_through_without_being_told_what_steps_need() -> None:
    assert [one for one in prove(RAFT, {}) if one.verdict is not Verdict.LAWFUL] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 5))
def test_the_proof_does_not_hang_on_where_the_solver_begins(seed: int) -> None:
    assert [one for one in prove(RAFT, CORES, seed=seed) if one.verdict is not Verdict.LAWFUL] == []

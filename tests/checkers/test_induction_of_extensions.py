"""Raft with each extension: what is claimed of it is proved, can happen, and each mistake breaks its lemma."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from lawful.checkers.induction.bounded import search
from lawful.checkers.induction.graph import proof_graph, unused
from lawful.checkers.induction.obligation import obligations, steps_of
from lawful.checkers.induction.prover import Prover, prove
from lawful.checkers.induction.sanity import sanity_of
from lawful.checkers.induction.search import Search
from lawful.checkers.proof.finding import Goal
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.expression import Expression, all_of, some
from lawful.models.first_order.system import Lemma, Scope
from lawful.models.raft_proof.base import RAFT, scope
from lawful.models.raft_proof.configurations import configuration
from lawful.models.raft_proof.cores import CORES
from lawful.models.raft_proof.extensions import EXTENSIONS, Extension
from lawful.models.raft_proof.lease import BOUNDED_DRIFT, RAFT_WITH_LEASE, answer_heartbeat
from lawful.models.raft_proof.mutants import Mutant
from lawful.models.raft_proof.picture import change_lines, state_lines
from lawful.models.raft_proof.read_index import READ
from lawful.models.raft_proof.sessions import client_of, number_of
from lawful.models.raft_proof.small_steps import SMALL_STEP_CORES, in_small_steps
from lawful.models.raft_proof.vocabulary import ENTRY, SERVER, TERM, before_on_path, on_path, root

NAMES = tuple(EXTENSIONS)
LARGE = ("uncommitted-change-replaced", "joint-left-uncommitted", "joint-left-out", "joint-commit-by-old-alone")
"""Their counterexamples need four entries, or are those of `membership` over again."""
MISTAKES = [
    pytest.param(name, mutant, id=mutant.name, marks=[pytest.mark.slow] if mutant.name in LARGE else [])
    for name, one in EXTENSIONS.items()
    for mutant in one.own_mutants
]
OBLIGATIONS = {"sessions": 408, "snapshots": 403, "lease": 448, "membership": 378, "joint": 380, "read-index": 416}


def a_retry_is_answered(cluster: Any) -> Expression:
    """The command of an entry took effect at the one before it, and a client got the answer after both."""
    return some(
        (SERVER, ENTRY, ENTRY),
        lambda server, first, again: all_of(
            before_on_path(first, again) & on_path(again, cluster.applied(server)),
            client_of(first).is_(client_of(again)) & number_of(first).is_(number_of(again)),
            cluster.answered(client_of(again), number_of(again), first),
        ),
    )


def a_follower_takes_a_snapshot(cluster: Any) -> Expression:
    """A server that does not lead has dropped what it never had."""
    return some(
        (SERVER, SERVER, ENTRY),
        lambda server, leader, entry: all_of(
            cluster.leads(leader) & ~cluster.leads(server),
            cluster.dropped(server, entry) & cluster.dropped(leader, entry),
        ),
    )


def a_read_is_served(cluster: Any) -> Expression:
    return some((READ,), cluster.read_served)


def a_changed_configuration_commits(cluster: Any) -> Expression:
    """A leader committed with a configuration that replaced the first one."""
    return some(
        (TERM, ENTRY),
        lambda term, entry: (
            cluster.committed(term, entry) & configuration(cluster.committed_with(term, entry)).is_not(root())
        ),
    )


CAN_HAPPEN: dict[str, tuple[Callable[[Any], Expression], int]] = {
    "sessions": (a_retry_is_answered, 8),
    "membership": (a_changed_configuration_commits, 6),
    "joint": (a_changed_configuration_commits, 6),
    "lease": (a_read_is_served, 8),
    "snapshots": (a_follower_takes_a_snapshot, 8),
    "read-index": (a_read_is_served, 7),
}
"""Of each extension what it is for, and after how many steps it happens in a small cluster."""


def small(extension: Extension) -> Scope:
    """Two servers of which the first is a quorum, two terms, three entries; else what the largest instance has."""
    one, two, large = scope(1, 2, 3, 3), scope(2, 2, 3, 3), extension.system.scopes[-1]
    elements = {**large.elements, **one.elements, SERVER: two.elements[SERVER]}
    return Scope(elements, {**large.meaning, **one.meaning})


def own_lemmas(extension: Extension) -> set[str]:
    """The lemmas and theorems that the base system has not, by what they claim: a name may claim something else."""
    claims = (*extension.system.lemmas, *extension.system.theorems)
    return {one.name for one in claims if one not in RAFT.lemmas}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_claimed_of_an_extension_is_proved(name: str) -> None:
    extension = EXTENSIONS[name]
    prover = Prover(extension.system, extension.cores)
    asked = [one for one in obligations(extension.system) if one.lemma.name in own_lemmas(extension)]
    theorems = {one.name for one in extension.system.theorems}
    assert {one.lemma.name for one in asked if one.follows} == theorems
    steps = len(own_lemmas(extension) - theorems) * (len(extension.system.actions) + 1)
    assert len(asked) == steps + len(theorems)
    assert [one for one in map(prover.settled, asked) if one.verdict is not Verdict.LAWFUL] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_an_extension_is_for_can_happen(name: str) -> None:
    extension = EXTENSIONS[name]
    happens, steps = CAN_HAPPEN[name]
    never: Lemma[Any] = Lemma("never", "It never happens.", lambda cluster: ~happens(cluster))
    found = search(extension.system, small(extension), never, steps, seconds=60.0)
    assert found.behaviour is not None
    assert found.behaviour.replayed
    assert found.steps == steps


@pytest.mark.parametrize("name", NAMES)
def test_every_action_can_be_taken_and_every_lemma_says_something(name: str) -> None:
    assert [one for one in sanity_of(EXTENSIONS[name].system) if one.verdict is not Verdict.LAWFUL] == []


@pytest.mark.parametrize(("name", "mutant"), MISTAKES)
def test_a_mistake_breaks_its_lemma_in_a_small_cluster(name: str, mutant: Mutant) -> None:
    system = mutant.of(EXTENSIONS[name].system)
    steps = {one.lemma.name: one for one in steps_of(system, mutant.action)}
    for lemma in mutant.breaks:
        tried = (Search(system, scope, 60.0).broken(steps[lemma]).counterexample for scope in system.scopes)
        found = next(one for one in tried if one is not None)
        assert found.replayed
        assert list(state_lines(found.before))
        assert list(change_lines(found.before, found.after))


@pytest.mark.parametrize("name", NAMES)
def test_cores_name_actions_and_lemmas_that_there_are(name: str) -> None:
    system, cores = EXTENSIONS[name].system, EXTENSIONS[name].own_cores
    claims = {one.name for one in (*system.lemmas, *system.theorems)} | {one.name for one in system.axioms}
    actions = {one.name for one in in_small_steps(system).actions}
    assert {action for action, _ in cores} <= {Goal.FOLLOWS.value, *actions}
    assert {one for (_, kept), core in cores.items() for one in (kept, *core)} <= claims


def test_a_lease_is_safe_only_where_drift_is_bounded() -> None:
    axioms = tuple(one for one in RAFT_WITH_LEASE.axioms if one is not BOUNDED_DRIFT)
    drifting = dataclasses.replace(RAFT_WITH_LEASE, axioms=axioms)
    (step,) = [one for one in steps_of(drifting, answer_heartbeat) if one.lemma.name == "timers_outlast_leases"]
    found = Search(drifting, drifting.scopes[0], 60.0).broken(step).counterexample
    assert found is not None
    assert found.replayed


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_whole_proof_goes_through(name: str) -> None:
    extension = EXTENSIONS[name]
    findings = list(prove(extension.system, extension.cores))
    assert len(findings) == OBLIGATIONS[name]
    assert {one.verdict for one in findings} == {Verdict.LAWFUL}
    assert unused(extension.system, proof_graph(extension.system, findings)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_proof_goes_through_in_small_steps(name: str) -> None:
    system = in_small_steps(EXTENSIONS[name].system)
    findings = prove(system, {**CORES, **SMALL_STEP_CORES, **EXTENSIONS[name].own_cores})
    assert [one for one in findings if one.verdict is not Verdict.LAWFUL] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(1, 3))
def test_the_proof_does_not_hang_on_where_the_solver_begins(name: str, seed: int) -> None:
    extension = EXTENSIONS[name]
    findings = prove(extension.system, extension.cores, seed=seed)
    assert [one for one in findings if one.verdict is not Verdict.LAWFUL] == []

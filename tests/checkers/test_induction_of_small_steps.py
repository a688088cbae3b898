"""Raft in small steps: its proof goes through as well, and each condition that safety rests on is needed."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.checkers.induction.obligation import obligations, steps_of
from lawful.checkers.induction.prover import Prover
from lawful.checkers.induction.sanity import sanity_of
from lawful.checkers.induction.search import Search
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.system import Action, System
from lawful.models.raft_proof.actions import grant_vote
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.cores import CORES, READ_CORES
from lawful.models.raft_proof.cores_of_extensions import SNAPSHOT_CORES
from lawful.models.raft_proof.mutants import lacking_requirement
from lawful.models.raft_proof.read_index import RAFT_WITH_READ_INDEX
from lawful.models.raft_proof.small_steps import SMALL_STEP_CORES, in_small_steps, remove_conflict
from lawful.models.raft_proof.snapshots import RAFT_WITH_SNAPSHOTS

ALL_CORES = {**CORES, **READ_CORES, **SNAPSHOT_CORES, **SMALL_STEP_CORES}
CONDITIONS: list[tuple[Action[Any], str, str]] = [
    (grant_vote, "it has not voted", "one_vote"),
    (remove_conflict, "the entry was sent", "acknowledged_kept"),
    (remove_conflict, "the term is its own", "acknowledged_kept"),
    (remove_conflict, "its log does not have the entry", "acknowledged_kept"),
    (remove_conflict, "what is kept was in its log", "logs_created"),
    (remove_conflict, "what agrees is kept", "acknowledged_kept"),
]
"""Who leads has what it sent: that it removes nothing follows from the others."""


@pytest.mark.parametrize(
    ("system", "count"),
    [
        (RAFT, 275),
        pytest.param(RAFT_WITH_READ_INDEX, 434, marks=pytest.mark.slow),
        pytest.param(RAFT_WITH_SNAPSHOTS, 420, marks=pytest.mark.slow),
    ],
    ids=["275", "434", "420"],
)
def test_raft_in_small_steps_is_proved(system: System[Any], count: int) -> None:
    prover = Prover(in_small_steps(system), ALL_CORES)
    findings = [prover.settled(one) for one in obligations(in_small_steps(system))]
    assert len(findings) == count
    assert [one for one in findings if one.verdict is not Verdict.LAWFUL] == []


def test_the_proof_is_about_something() -> None:
    assert [one for one in sanity_of(in_small_steps(RAFT)) if one.verdict is not Verdict.LAWFUL] == []


@pytest.mark.parametrize(("action", "condition", "lemma"), CONDITIONS)
def test_without_a_condition_a_lemma_breaks(action: Action[Any], condition: str, lemma: str) -> None:
    system = in_small_steps(RAFT).with_action(lacking_requirement(action, condition))
    steps = {one.lemma.name: one for one in steps_of(system, system.actions[names(system).index(action.name)])}
    tried = (Search(system, scope, 60.0).broken(steps[lemma]).counterexample for scope in system.scopes)
    assert next(one for one in tried if one is not None).replayed


def names(system: System[Any]) -> list[str]:
    return [one.name for one in system.actions]

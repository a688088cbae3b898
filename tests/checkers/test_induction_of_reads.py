"""Raft with reads that a quorum confirms: no read is stale, and each mistake breaks its lemma."""

from __future__ import annotations

import pytest

from lawful.checkers.induction.obligation import obligations, steps_of
from lawful.checkers.induction.prover import Prover
from lawful.checkers.induction.sanity import sanity_of
from lawful.checkers.induction.search import Search
from lawful.checkers.verdict import Verdict
from lawful.models.raft_proof.cores import CORES, READ_CORES
from lawful.models.raft_proof.mutants import Mutant
from lawful.models.raft_proof.picture import change_lines, state_lines
from lawful.models.raft_proof.read_index import RAFT_WITH_READ_INDEX, READ_LEMMAS
from lawful.models.raft_proof.read_index_mutants import READ_MUTANTS


def test_what_is_claimed_of_reads_is_proved() -> None:
    prover = Prover(RAFT_WITH_READ_INDEX, {**CORES, **READ_CORES})
    names = {one.name for one in READ_LEMMAS}
    added = [one for one in obligations(RAFT_WITH_READ_INDEX) if one.lemma.name in names]
    assert len(added) == 6 * (12 + 1)
    assert [one for one in map(prover.settled, added) if one.verdict is not Verdict.LAWFUL] == []


def test_reads_can_be_asked_for_confirmed_and_served() -> None:
    assert [one for one in sanity_of(RAFT_WITH_READ_INDEX) if one.verdict is not Verdict.LAWFUL] == []


@pytest.mark.parametrize("mutant", READ_MUTANTS, ids=[one.name for one in READ_MUTANTS])
def test_a_mistake_breaks_its_lemma_in_a_small_cluster(mutant: Mutant) -> None:
    system = mutant.of(RAFT_WITH_READ_INDEX)
    steps = {one.lemma.name: one for one in steps_of(system, mutant.action)}
    for lemma in mutant.breaks:
        tried = (Search(system, scope, 60.0).broken(steps[lemma]).counterexample for scope in system.scopes)
        found = next(one for one in tried if one is not None)
        assert found.replayed
        assert any("r1" in line for line in (*state_lines(found.before), *change_lines(found.before, found.after)))


@pytest.mark.slow
def test_the_whole_proof_goes_through() -> None:
    prover = Prover(RAFT_WITH_READ_INDEX, {**CORES, **READ_CORES})
    findings = [prover.settled(one) for one in obligations(RAFT_WITH_READ_INDEX)]
    assert len(findings) == 416
    assert {one.verdict for one in findings} == {Verdict.LAWFUL}

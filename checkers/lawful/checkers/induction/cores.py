"""Cores: the lemmas that each obligation of a proof needs, found anew and made as small as they get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lawful.checkers.induction.finding import Finding
from lawful.checkers.induction.obligation import obligations
from lawful.checkers.induction.prover import Cores, Prover
from lawful.checkers.proof.finding import SECONDS
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.system import State, System


def prove_with_smallest_cores(system: System[State], cores: Cores, seconds: float = SECONDS) -> Iterator[Finding]:
    """The proof, each step with a core from which no lemma can be left out within `seconds`.

    Where `cores` says nothing of a step, and the lemma is not enough, the core comes from a small instance.
    """
    prover = Prover(system, cores, seconds)
    for obligation in obligations(system):
        finding = prover.settled(obligation)
        if finding.verdict is Verdict.LAWFUL and len(finding.hypotheses) > 1:
            smallest = prover.smallest_core(obligation, finding.hypotheses)
            finding = replace(finding, hypotheses=smallest)
        yield finding

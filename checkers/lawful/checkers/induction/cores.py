"""Cores: the lemmas that each obligation of a proof needs, found anew and made as small as they get."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lawful.checkers.induction.finding import Finding
from lawful.checkers.induction.prover import Cores, Prover
from lawful.checkers.proof.finding import SECONDS
from lawful.models.first_order.system import State, System


def kept(findings: Iterable[Finding]) -> dict[tuple[str, str], tuple[str, ...]]:
    """What a prover has to be told: the cores that are not just the lemma itself."""
    return {
        (one.action, one.lemma): one.hypotheses
        for one in findings
        if one.action is not None and one.lemma is not None and one.hypotheses != (one.lemma,)
    }


def smallest(system: System[State], cores: Cores, seconds: float = SECONDS) -> Iterator[Finding]:
    """Each step of the induction, with a core from which no lemma can be left out within `seconds`."""
    prover = Prover(system, cores, seconds)
    for action in system.actions:
        for lemma in system.lemmas:
            yield prover.with_smallest_core(prover.is_kept(lemma, action))

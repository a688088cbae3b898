"""What came out of a proof by induction: one finding for each obligation."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.checkers.induction.counterexample import Counterexample
from lawful.checkers.proof.finding import Goal
from lawful.checkers.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """One obligation, and whether it is met."""

    goal: Goal
    lemma: str | None
    sentence: str
    action: str | None
    verdict: Verdict
    seconds: float
    hypotheses: tuple[str, ...] = ()
    """The lemmas of the state before that were assumed. A proof needs no others."""
    reason: str | None = None
    """Why it is not met, or not known, in words."""
    counterexample: Counterexample | None = None

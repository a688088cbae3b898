"""The front door of the prover: everything that is asked of a table, one finding after the other."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.checkers.proof.finding import SECONDS, Finding, Goal
from lawful.checkers.proof.prover import FunctionProver, claims_of, proofs
from lawful.checkers.proof.sanity import sanity_of
from lawful.checkers.proof.values import Untranslatable
from lawful.checkers.verdict import Verdict
from lawful.specs.table import Table


def prove(table: Table, seconds: float = SECONDS) -> Iterator[Finding]:
    """Every obligation of `table`; each question to the solver may take so many seconds."""
    try:
        claims = claims_of(table, seconds)
        provers = [FunctionProver(table, function, claims, seconds) for function in table.functions]
        yield from proofs(table, provers, claims, seconds)
        yield from sanity_of(table, provers, claims, seconds)
    except Untranslatable as error:
        sentence, reason = "What is declared can be said to the solver.", f"this cannot be: {error}"
        yield Finding(table.name, Goal.STEP, None, sentence, None, Verdict.INCONCLUSIVE, 0.0, reason)

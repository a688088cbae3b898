"""Each engine put to one mistake of Raft."""

from __future__ import annotations

import time

from lawful.checkers.exploration.behaviour import guided
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.liveness.judge import judge
from lawful.checkers.exploration.walks import walk
from lawful.checkers.induction.obligation import steps_of
from lawful.checkers.induction.search import Search
from lawful.checkers.proof.finding import SECONDS
from lawful.checkers.verdict import Budget
from lawful.conformance.raft_mutants.attempt import Attempt, Engine
from lawful.models.raft.judged import judged
from lawful.models.raft.liveness import liveness_of
from lawful.models.raft.mistake import Mistake
from lawful.models.raft.mistakes_of_liveness import MistakeOfLiveness
from lawful.models.raft.terms import TERMS
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.mutants import Mutant

UNLIMITED = Budget(None, None)
WALKS, DEPTH, SEED = 1_000, 80, 0
"""Of the random walks for each mistake."""


def explored(mistake: Mistake) -> Attempt:
    """All states from the scene of the mistake on, within bounds of its own."""
    started_s = time.monotonic()
    model = mistake.model()
    scene = guided(model, mistake.scene)
    found = explore(model, judged(model), UNLIMITED, after=scene)
    violation = found.violation
    return Attempt(
        Engine.EXPLORE,
        mistake.rejected_by.id,
        None if violation is None else violation.property,
        None if violation is None else len(violation.behaviour),
        len(scene),
        found.distinct,
        time.monotonic() - started_s,
    )


def walked(mistake: Mistake) -> Attempt:
    """Random walks from the same scene within the same bounds."""
    started_s = time.monotonic()
    model = mistake.model()
    scene = guided(model, mistake.scene)
    found = walk(model, judged(model), walks=WALKS, depth=DEPTH, seed=SEED, after=scene)
    violation = found.violation
    return Attempt(
        Engine.WALK,
        mistake.rejected_by.id,
        None if violation is None else violation.property,
        None if violation is None else len(violation.behaviour),
        len(scene),
        found.walks,
        time.monotonic() - started_s,
    )


def judged_live(mistake: MistakeOfLiveness) -> Attempt:
    """All states within bounds of the mistake's own, and the first property that a fair behaviour violates."""
    started_s = time.monotonic()
    model = mistake.model()
    scene = guided(model, mistake.scene)
    found = judge(model, liveness_of(mistake.features), UNLIMITED, after=scene, counting=TERMS)
    broken = [one for one in found.judged if one.lasso is not None]
    lasso = broken[0].lasso if broken else None
    return Attempt(
        Engine.LIVENESS,
        mistake.rejected_by.id,
        ", ".join(one.property.id for one in broken) or None,
        None if lasso is None else len(lasso.prefix) + len(lasso.loop),
        len(scene),
        found.states,
        time.monotonic() - started_s,
    )


def refuted(mutant: Mutant) -> Attempt:
    """The first lemma that the changed action has to break, in clusters from small to large."""
    started_s = time.monotonic()
    system = mutant.of(RAFT)
    lemma = mutant.breaks[0]
    (step,) = [one for one in steps_of(system, mutant.action) if one.lemma.name == lemma]
    found, tried = None, 0
    for scope in RAFT.scopes:
        tried += 1
        found = Search(system, scope, SECONDS).broken(step).counterexample
        if found is not None:
            break
    is_broken = found is not None and found.replayed
    return Attempt(
        Engine.PROVE,
        lemma,
        lemma if is_broken else None,
        1 if is_broken else None,
        0,
        tried,
        time.monotonic() - started_s,
    )

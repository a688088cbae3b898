"""Raft without a mistake, put to the same engines: nothing may reject it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lawful.checkers.exploration.behaviour import Move, NoSuchMove, guided
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.liveness.judge import judge
from lawful.checkers.exploration.walks import walk
from lawful.checkers.induction.prover import prove
from lawful.checkers.verdict import Verdict
from lawful.conformance.raft_mutants.attempt import Check, Engine
from lawful.conformance.raft_mutants.engines import DEPTH, SEED, UNLIMITED
from lawful.models.raft.features import Feature
from lawful.models.raft.judged import judged
from lawful.models.raft.liveness import liveness_of
from lawful.models.raft.mistake import Mistake
from lawful.models.raft.mistakes_of_liveness import MistakeOfLiveness
from lawful.models.raft.raft import Bounds, Raft
from lawful.models.raft.rules import RAFT_RULES
from lawful.models.raft.terms import TERMS
from lawful.models.raft_proof.base import RAFT
from lawful.models.raft_proof.cores import CORES
from lawful.models.wording import counted

_SMALL = Bounds(servers=2, terms=3)
_LARGE = Bounds(servers=3, terms=2, log=0)
_WALKS = 100


def explored(*, in_full: bool) -> Iterator[Check]:
    """All states within bounds; `in_full`: also with three servers."""
    for bounds in (_SMALL, _LARGE) if in_full else (_SMALL,):
        started_s = time.monotonic()
        model = Raft(bounds, invariants=True)
        found = explore(model, judged(model), UNLIMITED, symmetric=True).violation
        text = f"{bounds.servers} servers, {bounds.terms} terms, logs of up to {bounds.log}"
        name = None if found is None else found.property
        yield Check(Engine.EXPLORE, text, name, time.monotonic() - started_s)


def walked(mistake: Mistake) -> Check:
    """Walks within the bounds of a mistake, from as far towards its scene as Raft itself goes."""
    started_s = time.monotonic()
    model = replace(mistake.model(), rules=RAFT_RULES)
    way = _as_far_as_possible(model, mistake)
    found = walk(model, judged(model), walks=_WALKS, depth=DEPTH, seed=SEED, after=way).violation
    text = f"as for {mistake.name}, after {counted(len(way), 'step')}"
    return Check(Engine.WALK, text, None if found is None else found.property, time.monotonic() - started_s)


def _as_far_as_possible(model: Raft, mistake: Mistake) -> Sequence[Move]:
    for length in range(len(mistake.scene), 0, -1):
        try:
            return guided(model, mistake.scene[:length])
        except NoSuchMove:
            continue
    return ()


def proved() -> Check:
    """All obligations of the induction. One that is not proved counts against Raft."""
    started_s = time.monotonic()
    findings = list(prove(RAFT, CORES))
    open_ = next((one for one in findings if one.verdict is not Verdict.LAWFUL), None)
    name = None if open_ is None else open_.lemma
    return Check(Engine.PROVE, counted(len(findings), "obligation"), name, time.monotonic() - started_s)


def judged_live(mistakes: Sequence[MistakeOfLiveness]) -> Iterator[Check]:
    """Liveness within the bounds of each of the mistakes, from its scene on."""
    for bounds, features, scene in dict.fromkeys((one.bounds, one.features, one.scene) for one in mistakes):
        started_s = time.monotonic()
        model = Raft(bounds, RAFT_RULES, features)
        found = judge(model, liveness_of(features), UNLIMITED, after=guided(model, scene), counting=TERMS)
        broken = next((one.property.id for one in found.judged if one.verdict is Verdict.VIOLATION), None)
        extensions = "".join(f", {one}" for one in Feature if one in features)
        text = f"{bounds.servers} servers, {bounds.terms} terms at once, logs of up to {bounds.log}{extensions}"
        yield Check(Engine.LIVENESS, text, broken, time.monotonic() - started_s)

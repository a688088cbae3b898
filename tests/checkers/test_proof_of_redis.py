"""The proof about one Redis server: it agrees with the search of the model, takes its steps, and finds mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import pytest
import z3  # type: ignore[import-untyped]

from lawful.checkers.redis_proof.counts import (
    ANSWER,
    INITIAL,
    WRITE,
    Counts,
    Reach,
    Relation,
    Setting,
    any_counts,
    are,
    relations,
)
from lawful.checkers.redis_proof.prover import DURABLE, IN_ORDER, SURVIVES, prove
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.redis.deployment import Deployment, Hazard, Persistence
from lawful.models.redis.persistence import POWER_LOSS, RESTART, SYNC
from lawful.models.redis.properties import PROPERTIES
from lawful.models.redis.redis import ACKNOWLEDGE, Redis
from lawful.models.redis.state import Server, Write

LIMIT_S = 60.0
TOGETHER = (
    (Hazard.KILL,),
    (Hazard.KILL, Hazard.SLOW_SYNC),
    (Hazard.POWER_LOSS,),
    (Hazard.KILL, Hazard.POWER_LOSS),
)
SETTINGS = [Setting(persistence, frozenset(together)) for persistence in Persistence for together in TOGETHER]
SAFE = Setting(Persistence.ALWAYS, frozenset({Hazard.KILL, Hazard.POWER_LOSS}))


def deployment(setting: Setting) -> Deployment:
    return Deployment(setting.persistence, hazards=setting.hazards, crashes=2)


def name_of(setting: Setting) -> str:
    return "-".join([setting.persistence, *sorted(setting.hazards)])


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_the_proof_and_the_search_of_the_model_agree(setting: Setting) -> None:
    pytest.importorskip("numpy")
    from lawful.checkers.exploration.explorer import explore

    durability = PROPERTIES[0]
    searched = explore(Redis(deployment(setting)), [durability], Budget(None, None), may_end=True)
    proof = prove(setting, LIMIT_S)
    assert proof.verdict is searched.verdict
    assert proof.verdict is not Verdict.INCONCLUSIVE
    assert not proof.idle


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_a_loss_is_a_behaviour_from_the_start_to_something_that_is_gone(setting: Setting) -> None:
    proof = prove(setting, LIMIT_S)
    steps, before = relations(setting), INITIAL
    for name, after in proof.behaviour:
        assert z3.is_true(z3.simplify(steps[name](_terms(before), _terms(after)))), name
        assert before.acknowledged <= before.taken
        before = after
    assert (before.acknowledged > before.taken) is (proof.verdict is Verdict.VIOLATION)


def _terms(counts: Counts) -> Counts:
    taken, written, synced, acknowledged = map(z3.IntVal, counts[:-1])
    return Counts(taken, written, synced, acknowledged, z3.BoolVal(counts.is_up))


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_each_step_of_the_model_is_some_steps_of_the_proof(setting: Setting) -> None:
    solver, first, last = _some_steps(relations(setting))
    pairs = set(_steps_of_the_model(Redis(deployment(setting))))
    assert len(pairs) > 10
    for before, after in pairs:
        assert solver.check(are(first, before), are(last, after)) == z3.sat, (before, after)
    impossible = INITIAL._replace(acknowledged=1)
    assert solver.check(are(first, INITIAL), are(last, impossible)) == z3.unsat


def _some_steps(steps: Mapping[str, Relation]) -> tuple[z3.Solver, Counts, Counts]:
    """At most three, of which any may be none."""
    solver = z3.Solver()
    states = [any_counts(f"state {number}") for number in range(4)]
    for before, after in pairwise(states):
        solver.add(z3.Or(are(before, after), *(step(before, after) for step in steps.values())))
    return solver, states[0], states[-1]


def _steps_of_the_model(model: Redis) -> Iterator[tuple[Counts, Counts]]:
    """Those of the server, from all states that it comes to, with how much was ever acknowledged beside it."""
    client, writes = model.deployment.client, model.deployment.writes
    start = (model.initial(0), 0)
    known, left = {start}, [start]
    while left:
        server, acknowledged = left.pop()
        assert isinstance(server, Server)
        steps = list(model.steps(0, server))
        if len(server.data) < writes:
            steps += model.receive(0, server, Write(client, 0, len(server.data) + 1))
        for step in steps:
            assert isinstance(step.after, Server)
            more = max(acknowledged, step.after.answered) if step.action == ACKNOWLEDGE else acknowledged
            yield _counts(server, acknowledged), _counts(step.after, more)
            if (step.after, more) not in known:
                known.add((step.after, more))
                left.append((step.after, more))


def _counts(server: Server, acknowledged: int) -> Counts:
    return Counts(len(server.data), server.written, server.synced, acknowledged, server.is_up)


def _early(before: Counts, after: Counts) -> z3.BoolRef:
    """A server that says that it has synced what it has not even written."""
    return z3.And(before.is_up, before.synced < after.synced, are(after, before._replace(synced=after.synced)))


MISTAKES: dict[str, tuple[Mapping[str, Relation], str, str]] = {
    "answers before it syncs": (relations(SAFE, Reach.WRITTEN), SURVIVES, ANSWER),
    "answers before it writes": (relations(SAFE, Reach.TAKEN), SURVIVES, ANSWER),
    "syncs what is not written": ({**relations(SAFE), SYNC: _early}, IN_ORDER, SYNC),
    "writes what is not there": (
        {**relations(SAFE), WRITE: lambda before, after: are(after, before._replace(written=before.written + 1))},
        IN_ORDER,
        WRITE,
    ),
    "a disk that forgets what was synced": (
        {
            **relations(SAFE),
            POWER_LOSS: lambda before, after: are(after, before._replace(taken=0, written=0, synced=0, is_up=False)),
        },
        SURVIVES,
        POWER_LOSS,
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_breaks_one_lemma_at_one_step(name: str) -> None:
    steps, lemma, step = MISTAKES[name]
    proof = prove(SAFE, LIMIT_S, steps)
    assert [(one.lemma, one.step) for one in proof.obligations if one.verdict is Verdict.VIOLATION] == [(lemma, step)]
    assert proof.verdict is Verdict.VIOLATION if lemma is SURVIVES else proof.verdict is not Verdict.LAWFUL


def test_a_step_that_is_never_possible_proves_nothing() -> None:
    steps = {**relations(SAFE), RESTART: lambda before, after: z3.And(before.is_up, z3.Not(before.is_up))}
    proof = prove(SAFE, LIMIT_S, steps)
    assert proof.idle == (RESTART,)
    assert proof.verdict is Verdict.INCONCLUSIVE


def test_every_lemma_is_asked_of_every_step() -> None:
    asked = {(one.lemma, one.step) for one in prove(SAFE, LIMIT_S).obligations}
    expected = {(lemma, step) for lemma in (IN_ORDER, SURVIVES) for step in (None, *relations(SAFE))}
    assert asked == expected | {(DURABLE, None)}

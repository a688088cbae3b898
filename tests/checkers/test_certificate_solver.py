"""The solver and the reference search agree, on random histories and on recorded ones; disagreements are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from benchmarks.histories import WORKLOADS, corrupt, generate
from benchmarks.minimal_cores import cores_of

from lawful.checkers.certificate import encoding, exploration
from lawful.checkers.certificate.certify import Certificate, Disagreement, certify
from lawful.checkers.certificate.exploration import TooLarge
from lawful.checkers.linearizability import core as cores
from lawful.checkers.linearizability import reference
from lawful.checkers.linearizability.core import minimal_core
from lawful.checkers.verdict import Budget, ObjectVerdict, Placed, Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel
from lawful.models.resumed import resumed
from lawful.models.stack import Stack
from lawful.models.values import Frozen

pytest.importorskip("z3")

from lawful.checkers.certificate.solver import solve

ETCD = Path(__file__).resolve().parents[2].parent / "shared" / "histories" / "etcd" / "bad"
BUDGET = Budget(seconds=20.0)
STALE = (
    Operation(0, 0, "r", "write", {"value": 1}, Outcome.OK, 0, 5),
    Operation(1, 1, "r", "write", {"value": 2}, Outcome.OK, 10, 15),
    Operation(2, 2, "r", "read", {}, Outcome.OK, 12, 14, result=1),
    Operation(3, 2, "r", "read", {}, Outcome.OK, 20, 25, result=1),
)


def by_exploration(model: AnyModel[Any]) -> AnyModel[Any]:
    """The same object, which the encoding by hand does not recognize."""
    return resumed(model, model.initial())


@pytest.mark.parametrize("name", WORKLOADS)
@pytest.mark.parametrize("seed", range(8))
def test_the_solver_agrees_with_the_reference_search(name: str, seed: int) -> None:
    workload = WORKLOADS[name]
    size = 4 if name == "leader_lease" else 6
    lawful = generate(workload, operations=size, clients=3, seed=seed, unknown=0.15, failed=0.1)
    for history in (lawful, corrupt(lawful, seed)):
        verdict = reference.check_object(history, workload.model).verdict
        for model in (workload.model, by_exploration(workload.model)):
            answer = solve(history, model, 20.0)
            assert answer.contradicts is (verdict is Verdict.VIOLATION)
            if answer.contradicts:
                assert_named_suffice(history, workload.model, answer.named)


def assert_named_suffice(history: tuple[Operation, ...], model: AnyModel[Any], named: tuple[int, ...]) -> None:
    """What the solver named contradicts itself, whatever became of the others."""
    rest = [one.weakened() if one.outcome is Outcome.OK and one.index not in named else one for one in history]
    assert reference.check_object(rest, model).verdict is Verdict.VIOLATION


def test_the_operations_of_the_contradiction_are_named() -> None:
    answer = solve(STALE, CasRegister(), 20.0)
    assert answer.contradicts
    assert {1, 3} <= set(answer.named)
    assert 2 not in answer.named


def test_a_lawful_history_is_explained_by_an_order() -> None:
    answer = solve(STALE[:3], CasRegister(), 20.0)
    assert answer.contradicts is False
    assert answer.order == (0, 2, 1)


def test_what_is_too_large_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as few, pytest.raises(TooLarge, match="clauses, of at most 10"):
        few.setattr(encoding, "MOST_CLAUSES", 10)
        solve(STALE, CasRegister(), 1.0)
    pushes = [Operation(i, i, "stack", "push", {"value": i}, Outcome.OK, 0, 100) for i in range(8)]
    monkeypatch.setattr(exploration, "MOST_STATES", 50)
    with pytest.raises(TooLarge, match="more than 50 states"):
        solve(pushes, Stack(), 1.0)


def verdict_on(history: tuple[Operation, ...]) -> ObjectVerdict:
    return reference.check_object(history, CasRegister())


def test_a_violation_is_certified_twice_and_a_lawful_history_by_replay() -> None:
    certificate = certify(verdict_on(STALE), STALE, CasRegister(), BUDGET)
    assert certificate == Certificate(STALE[0].object_key, ("reference search", "z3"), (0, 1, 3), (0, 1, 3))
    assert certify(verdict_on(STALE[:3]), STALE[:3], CasRegister(), BUDGET) == Certificate(
        STALE[0].object_key, ("replay",)
    )


def test_a_linearization_that_is_none_is_a_disagreement() -> None:
    wrong = replace(verdict_on(STALE[:3]), linearization=tuple(Placed(i, "", None) for i in (0, 1, 2)))
    with pytest.raises(
        Disagreement, match="replay refuses the linearization: the model does not allow the answer of #2"
    ):
        certify(wrong, STALE[:3], CasRegister(), BUDGET)


def test_a_violation_that_is_none_is_a_disagreement() -> None:
    wrong = replace(verdict_on(STALE), method="a broken search")
    with pytest.raises(Disagreement, match="by a broken search; reference search explains it by the order #0 #2 #1"):
        certify(wrong, STALE[:3], CasRegister(), BUDGET)


@pytest.mark.parametrize("other", ["reference search", "z3"])
def test_a_core_that_is_none_is_a_disagreement_with_both_answers(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    part = verdict_on(STALE)
    core = minimal_core(STALE, CasRegister())
    assert core is not None
    lawful = replace(core, operations=STALE[:3])
    monkeypatch.setattr("lawful.checkers.certificate.certify.minimal_core", lambda *_, **__: lawful)
    if other == "z3":
        monkeypatch.setattr("lawful.checkers.linearizability.reference.check_object", lambda *_: part)
    with pytest.raises(
        Disagreement, match=rf"for what #0 #1 #2 answered; {other} explains these by the order #0 #2 #1"
    ):
        certify(part, STALE[:3], CasRegister(), BUDGET)


def test_where_the_core_is_too_hard_what_was_recorded_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    part, core = verdict_on(STALE), minimal_core(STALE, CasRegister())
    assert core is not None
    later = [100 + 10 * i for i in range(300)]
    many = tuple(replace(STALE[0], index=i, process=i, call_ns=i, return_ns=i + 5) for i in later)
    large = replace(core, operations=core.operations + many)
    monkeypatch.setattr("lawful.checkers.certificate.certify.minimal_core", lambda *_, **__: large)
    certificate = certify(part, STALE, CasRegister(), BUDGET)
    assert certificate is not None
    assert certificate.by == ("reference search", "z3")
    (reason,) = certificate.open
    assert reason.startswith("z3 on the core: too large, about ")


@pytest.mark.skipif(not ETCD.is_dir(), reason="the recorded histories are not beside the repository")
def test_cores_of_recorded_violations_contradict_themselves() -> None:
    for path in sorted(ETCD.iterdir())[5:40:7]:
        for _, core, _ in cores_of(path):
            answer = solve(core.operations, CasRegister(), 60.0)
            assert answer.contradicts
            # The core is minimal: the solver cannot do with less.
            assert answer.named == tuple(one.index for one in core.constrained)


def test_a_core_since_a_rest_is_certified_from_each_state_before(monkeypatch: pytest.MonkeyPatch) -> None:
    # Not a core from the start is short enough, so those before the last rest are kept and summed up by their states.
    monkeypatch.setattr(cores, "MOST_TO_READ", 0)
    writes = [replace(STALE[0], index=i, call_ns=10 * i, return_ns=10 * i + 5) for i in range(2)]
    writes.append(replace(STALE[1], index=2, call_ns=20, return_ns=25))
    late = replace(STALE[0], index=3, call_ns=0, return_ns=None, outcome=Outcome.UNKNOWN, arguments={"value": 3})
    read = Operation(4, 4, "r", "read", {}, Outcome.OK, 100, 105, result=1)
    history = (*writes, late, read)
    core = minimal_core(history, CasRegister())
    assert core is not None
    assert {past.used for past in core.pasts} == {frozenset(), frozenset({3})}
    certificate = certify(verdict_on(history), history, CasRegister(), BUDGET)
    assert certificate == Certificate(STALE[0].object_key, ("reference search", "z3"), (4,), (4,))
    assert certificate is not None
    assert len(certificate.seconds) == 2
    # A state that does not contradict what came since is no support: the solver finds the explanation.
    wrong = replace(core, pasts=(*core.pasts, core.pasts[0]._replace(state=Frozen(1))))
    monkeypatch.setattr("lawful.checkers.certificate.certify.minimal_core", lambda *_, **__: wrong)
    with pytest.raises(Disagreement, match="z3 explains"):
        certify(verdict_on(history), history, CasRegister(), BUDGET)

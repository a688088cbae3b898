"""Minimal cores: each is a proof by itself, nothing in it can be forgotten, and whatever was decoration is gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest
from benchmarks.histories import WORKLOADS, corrupt, generate
from benchmarks.minimal_cores import cores_of

from lawful.checkers.linearizability import reference, search
from lawful.checkers.linearizability.core import Core, minimal_core
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.history import Operation, Outcome
from lawful.models.model import KnowsEffects
from lawful.models.register import Register
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

ETCD = Path(__file__).resolve().parents[2].parent / "shared" / "histories" / "etcd" / "bad"
BUDGET = Budget(seconds=10.0)


def operation(index: int, function: str, value: object, call_ns: int, result: object = None) -> Operation:
    arguments = {} if value is None else {"value": value}
    return Operation(index, index, "register", function, arguments, Outcome.OK, call_ns, call_ns + 5, result=result)  # type: ignore[arg-type]


def test_what_does_not_matter_is_forgotten() -> None:
    history = [
        operation(0, "write", 1, 0),
        operation(1, "read", None, 10, result=1),
        operation(2, "write", 2, 20),
        operation(3, "read", None, 30, result=2),
        operation(4, "read", None, 40, result=1),
        operation(5, "write", 3, 50),
    ]
    core = minimal_core(history, Register())
    assert core is not None
    assert [one.index for one in core.constrained] == [0, 2, 4]
    assert core.is_minimal
    assert core.optional == ()


def test_a_write_is_weakened_rather_than_deleted() -> None:
    # Without #0 the read of 1 would be an orphan, and that contradiction nobody saw.
    history = [
        operation(0, "write", 1, 0),
        operation(1, "read", None, 10, result=1),
        operation(2, "read", None, 20, result=7),
    ]
    core = minimal_core(history, Register())
    assert core is not None
    assert [one.index for one in core.constrained] == [2]
    assert [(one.index, one.outcome) for one in core.optional] == [(0, Outcome.UNKNOWN)]


def test_a_lawful_history_has_no_core() -> None:
    assert minimal_core([operation(0, "write", 1, 0)], Register()) is None


def test_without_time_a_core_is_a_proof_but_not_called_minimal() -> None:
    history = [operation(0, "write", 1, 0), operation(1, "read", None, 10, result=7)]
    exhausted = minimal_core(history, Register(), _gives_up_after(1))
    assert exhausted is not None
    assert not exhausted.is_minimal
    assert reference.check_object(exhausted.operations, Register()).verdict is Verdict.VIOLATION


def _gives_up_after(calls: int):  # type: ignore[no-untyped-def]
    made = 0

    def check(operations, model, budget):  # type: ignore[no-untyped-def]
        nonlocal made
        made += 1
        verdict = search.check_object(operations, model, budget)
        return verdict if made <= calls else replace(verdict, verdict=Verdict.INCONCLUSIVE)

    return check


def test_a_table_is_reduced_to_one_row() -> None:
    insert: dict[str, Json] = {"created_at": 1, "status": "enqueued", "node_tasks": {}, "error": None}
    history = [
        Operation(0, 0, "tasks", "insert", {"id": "a", **insert}, Outcome.OK, 0, 1, result=True),
        Operation(1, 1, "tasks", "insert", {"id": "b", **insert}, Outcome.OK, 0, 1, result=True),
        Operation(2, 0, "tasks", "get", {"id": "a"}, Outcome.OK, 5, 6, result=None),
    ]
    core = minimal_core(history, model_of(TABLES["tasks"]))
    assert core is not None
    assert core.row == "a"
    assert [one.index for one in core.operations] == [0, 2]


@pytest.mark.parametrize("name", ["register", "cas-register", "key-value", "leader_lease", "jobs", "tasks"])
@pytest.mark.parametrize("seed", range(12))
def test_nothing_in_a_core_can_be_forgotten(name: str, seed: int) -> None:
    workload = WORKLOADS[name]
    history = corrupt(generate(workload, operations=10, clients=3, seed=seed, unknown=0.1), seed)
    core = minimal_core(history, workload.model, budget=BUDGET)
    lawful = reference.check_object(history, workload.model, BUDGET).verdict is not Verdict.VIOLATION
    assert (core is None) == lawful
    if core is not None:
        assert core.is_minimal
        assert reference.check_object(core.operations, workload.model, BUDGET).verdict is Verdict.VIOLATION
        assert_minimal(core, workload.model)


def assert_minimal(core: Core, model: object) -> None:
    for forgotten in core.constrained:
        unchanged = isinstance(model, KnowsEffects) and model.had_no_effect(forgotten)
        rest = [
            one.weakened() if one is forgotten else one
            for one in core.operations
            if not (unchanged and one is forgotten)
        ]
        verdict = reference.check_object(rest, model, BUDGET).verdict  # type: ignore[arg-type]
        assert verdict is not Verdict.VIOLATION, forgotten


@pytest.mark.skipif(not ETCD.is_dir(), reason="the recorded histories are not beside the repository")
def test_the_cores_of_recorded_violations_are_small() -> None:
    found = [one for path in sorted(ETCD.iterdir()) for one in cores_of(path)]
    assert len(found) == 40
    assert all(core.is_minimal for _, core, _ in found)
    assert median(len(core.constrained) for _, core, _ in found) <= 5
    assert sum(seconds for _, _, seconds in found) < 5  # a tenth of it where nothing else runs
    for _, core, _ in found[::4]:
        assert reference.check_object(core.operations, CasRegister(), BUDGET).verdict is Verdict.VIOLATION

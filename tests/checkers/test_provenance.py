"""Stray values: found in every data type, with one or two operations that prove it, and never against the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
from benchmarks.histories import WORKLOADS, corrupt, generate

from lawful.checkers.linearizability import provenance, reference
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.append_list import AppendList
from lawful.models.cas_register import CasRegister
from lawful.models.fifo_queue import FifoQueue
from lawful.models.history import Operation, Outcome
from lawful.models.key_value import KeyValue
from lawful.models.model import AnyModel, Call, Transition, Window, transitions
from lawful.models.priority_queue import PriorityQueue
from lawful.models.register import Register
from lawful.models.stack import Stack
from lawful.models.task_store.declared import model_of
from lawful.models.value_set import ValueSet
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


def operation(index: int, function: str, result: Json, call_ns: int, **arguments: Json) -> Operation:
    """One that takes 5 ns."""
    return Operation(index, index, "x", function, arguments, Outcome.OK, call_ns, call_ns + 5, result=result)


TASK: Json = {"id": "t", "created_at": 1, "status": "pending", "node_tasks": {}, "error": None}
JOB: Json = {"id": "j", "type": "a", "params": {}, "state": "queued", "claimed_by": None, "progress": None}

STRAY: list[tuple[AnyModel[Any], Operation, Operation]] = [
    (Register(), operation(0, "read", 7, 0), operation(1, "write", None, 9, value=7)),
    (CasRegister(), operation(0, "read", 7, 0), operation(1, "cas", True, 9, old=None, new=7)),
    (CasRegister(), operation(0, "cas", True, 0, old=7, new=7), operation(1, "write", None, 9, value=7)),
    (KeyValue(), operation(0, "get", "x1 y", 0), operation(1, "append", None, 9, value="x1 y")),
    (AppendList(), operation(0, "read", [7], 0), operation(1, "append", None, 9, value=7)),
    (FifoQueue(), operation(0, "dequeue", 7, 0), operation(1, "enqueue", None, 9, value=7)),
    (Stack(), operation(0, "pop", 7, 0), operation(1, "push", None, 9, value=7)),
    (PriorityQueue(), operation(0, "delete_min", 7, 0), operation(1, "insert", None, 9, value=7)),
    (ValueSet(), operation(0, "contains", True, 0, value=7), operation(1, "insert", True, 9, value=7)),
    (ValueSet(), operation(0, "insert", False, 0, value=7), operation(1, "insert", True, 9, value=7)),
    (
        model_of(TABLES["tasks"]),
        operation(0, "get", TASK, 0, id="t"),
        operation(1, "insert", True, 9, id="t", created_at=1, status="pending", node_tasks={}, error=None),
    ),
    (
        model_of(TABLES["jobs"]),
        operation(0, "claim", {"id": "j", "type": "a", "params": {}}, 0, worker="w", ttl_ms=5),
        operation(1, "enqueue", True, 9, id="j", type="a", params={}),
    ),
    (
        model_of(TABLES["leader_lease"]),
        operation(0, "guarded_read", 7, 0),
        operation(1, "guarded_write", True, 9, token=1, value=7),
    ),
]


@pytest.mark.parametrize(
    ("model", "shows", "writes"), STRAY, ids=[f"{model.name}-{shows.function}" for model, shows, _ in STRAY]
)
def test_what_is_written_later_or_never_is_stray(model: AnyModel[Any], shows: Operation, writes: Operation) -> None:
    alone = provenance.check_object([shows], model)
    assert alone is not None and alone.core == (0,) and len(alone.refusals) == 1
    assert alone.refusals[0].because.endswith("nobody wrote that")
    later = provenance.check_object([shows, writes], model)
    assert later is not None and later.core == (0, 1) and later.blocked_at == 0
    assert "#1" in later.refusals[0].because
    # A call at the very instant of the return is in time.
    concurrent = [shows, replace(writes, call_ns=shows.return_ns or 0, return_ns=20)]
    assert provenance.check_object(concurrent, model) is None
    failed = replace(writes, call_ns=0, outcome=Outcome.FAIL, result=None, error="refused")
    stray = provenance.check_object([shows, failed], model)
    assert stray is not None and stray.core == (0,)


@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_no_stray_value_is_found_in_a_lawful_history(name: str) -> None:
    for seed in range(150):
        history = generate(WORKLOADS[name], operations=30, clients=5, seed=seed, unknown=0.1, failed=0.1)
        assert provenance.check_object(history, WORKLOADS[name].model) is None


@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_the_reference_refuses_every_history_with_a_stray_value(name: str) -> None:
    found = 0
    for seed in range(600):
        history = generate(WORKLOADS[name], operations=9, clients=3, seed=seed, unknown=0.1, failed=0.1)
        history = strayed(corrupt(history, seed), Random(seed))
        stray = provenance.check_object(history, WORKLOADS[name].model)
        if stray is not None:
            found += 1
            whole = reference.check_object(history, WORKLOADS[name].model, Budget(seconds=20))
            assert whole.verdict is Verdict.VIOLATION, f"seed {seed}"
    assert found > 0, "the histories do not test anything"


def strayed(history: Sequence[Operation], random: Random) -> tuple[Operation, ...]:
    """`history`, in which some of the operations failed: what they wrote may be shown all the same."""
    return tuple(
        replace(one, outcome=Outcome.FAIL, result=None, error="refused") if random.random() < 0.15 else one
        for one in history
    )


@dataclass(frozen=True)
class Boastful:
    """A register whose answers are taken to show values that were never in it: the broken twin."""

    name: str = "boastful"

    def initial(self) -> Any:
        return Register().initial()

    def step(self, state: Any, call: Call) -> Sequence[Transition[Any]]:
        return transitions(Register(), state, call, Window(0, 0))

    def supplied_at_first(self) -> tuple[str, ...]:
        return ()

    def supplied(self, operation: Operation) -> tuple[str, ...]:
        return ()

    def shown(self, operation: Operation) -> Any:
        return Register().shown(operation)


def test_a_model_that_is_wrong_about_its_sources_is_found_out() -> None:
    with pytest.raises(AssertionError, match="about its sources is wrong"):
        provenance.check_object([operation(0, "read", None, 0)], Boastful())

"""A core since the last rest: it contradicts each state before, is minimal, and replays from the start."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lawful.checkers.linearizability import core as cores
from lawful.checkers.linearizability.core import Core, core_from_start, forgotten, minimal_core
from lawful.checkers.linearizability.prefix import failing_prefix
from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.cas_register import CasRegister
from lawful.models.history import Operation, Outcome
from lawful.models.model import AnyModel, Call, KnowsEffects, KnowsRows, Window, transitions
from lawful.models.resumed import resumed
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


def simulated(model: AnyModel[Any], calls: Sequence[Call], random_: random.Random, clients: int = 3) -> list[Operation]:
    """What `clients` see of a store that is right: each call takes effect at one instant of its interval."""
    state = model.initial()
    free_ns = [0] * clients
    operations: list[Operation] = []
    for index, call in enumerate(calls):
        client = min(range(clients), key=lambda one: free_ns[one])
        effect_ns = 10 + 10 * index
        call_ns = max(free_ns[client], effect_ns - random_.randint(0, 15))
        return_ns = max(effect_ns, call_ns) + random_.randint(0, 15)
        step = random_.choice(transitions(model, state, call, Window(effect_ns, effect_ns)))
        state = step.state
        unknown = random_.random() < 0.1
        answer: Any = step.reply
        operations.append(
            Operation(
                index,
                client if not unknown else 100 + index,
                "object",
                call.function,
                call.arguments,
                Outcome.UNKNOWN if unknown else Outcome.OK,
                call_ns,
                None if unknown else return_ns,
                result=None if unknown else answer,
            )
        )
        free_ns[client] = return_ns + 1
    return sorted(operations, key=lambda one: one.call_ns)


def register_calls(random_: random.Random, count: int) -> list[Call]:
    def value() -> int:
        return random_.randint(0, 3)

    makers = (
        lambda: Call("read", {}),
        lambda: Call("write", {"value": value()}),
        lambda: Call("cas", {"old": value(), "new": value()}),
    )
    return [random_.choice(makers)() for _ in range(count)]


def task_calls(random_: random.Random, count: int) -> list[Call]:
    def task_id() -> str:
        return random_.choice("abc")

    inserted: dict[str, Json] = {"created_at": 1, "status": "enqueued", "node_tasks": {}, "error": None}
    makers = (
        lambda: Call("insert", {"id": task_id(), **inserted}),
        lambda: Call("update_status", {"id": task_id(), "status": random_.choice(("processing", "failed"))}),
        lambda: Call("get", {"id": task_id()}),
        lambda: Call("list", {"status": None, "limit": None, "offset": None}),
        lambda: Call("delete", {"id": task_id()}),
        lambda: Call("prune", {"before": 5}),
    )
    return [random_.choice(makers)() for _ in range(count)]


def job_calls(random_: random.Random, count: int) -> list[Call]:
    def job_id() -> str:
        return random_.choice("abc")

    def worker() -> str:
        return random_.choice("vw")

    makers = (
        lambda: Call("enqueue", {"id": job_id(), "type": "x", "params": None}),
        lambda: Call("claim", {"worker": worker(), "ttl_ms": 1000}),
        lambda: Call("complete", {"id": job_id(), "worker": worker()}),
        lambda: Call("get", {"id": job_id()}),
        lambda: Call("queue_depth", {}),
        lambda: Call("list", {"state": "queued", "limit": None}),
    )
    return [random_.choice(makers)() for _ in range(count)]


CASES: dict[str, tuple[AnyModel[Any], Callable[[random.Random, int], list[Call]]]] = {
    "cas-register": (CasRegister(0), register_calls),
    "tasks": (model_of(TABLES["tasks"]), task_calls),
    "jobs": (model_of(TABLES["jobs"]), job_calls),
}


def spoilt(operations: list[Operation], random_: random.Random) -> list[Operation]:
    """`operations` with the answer of one read swapped for that of another."""
    looks = [one for one in operations if one.outcome is Outcome.OK and one.function in ("read", "get", "list", "cas")]
    if len(looks) < 2:
        return operations
    victim = random_.choice(looks)
    other = random_.choice([one for one in looks if one.function == victim.function])
    return [dataclasses.replace(one, result=other.result) if one.index == victim.index else one for one in operations]


def violations(name: str, count: int) -> list[tuple[list[Operation], int | None]]:
    model, calls = CASES[name]
    found = []
    for seed in range(count):
        random_ = random.Random(f"{name}/{seed}")
        operations = spoilt(simulated(model, calls(random_, 24), random_), random_)
        verdict = check_object(operations, model, Budget(5))
        if verdict.verdict is Verdict.VIOLATION:
            found.append((operations, verdict.blocked_at))
    return found


@pytest.fixture
def none_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    """No core from the start is short enough, so a window is tried for each."""
    monkeypatch.setattr(cores, "MOST_TO_READ", 0)


@pytest.mark.usefixtures("none_readable")
@pytest.mark.parametrize("name", CASES)
def test_a_core_contradicts_each_state_before_and_is_minimal(name: str) -> None:
    model, _ = CASES[name]
    windows = 0
    for operations, _ in violations(name, 40):
        found = minimal_core(operations, model, budget=Budget(10))
        assert found is not None
        assert {one.index for one in found.operations} <= {one.index for one in operations}
        assert is_violation(found.history, model)
        assert_minimal(found, model)
        windows += bool(found.pasts)
    assert windows > 1


def is_violation(operations: Sequence[Operation], model: AnyModel[Any]) -> bool:
    return check_object(operations, model, Budget(10)).verdict is Verdict.VIOLATION


def contradicts_each_past(found: Core, operations: Sequence[Operation], model: AnyModel[Any]) -> bool:
    if not found.pasts:
        return is_violation(operations, model)
    return all(
        is_violation([one for one in operations if one.index not in past.used], resumed(model, past.state))
        for past in found.pasts
    )


def assert_minimal(found: Core, model: AnyModel[Any]) -> None:
    assert found.is_minimal
    assert contradicts_each_past(found, found.operations, model)
    for spared in found.constrained:
        rest = [forgotten(one, model) if one.index == spared.index else one for one in found.operations]
        assert not contradicts_each_past(found, [one for one in rest if one is not None], model)


def test_what_is_short_from_the_start_is_not_looked_at_from_a_rest() -> None:
    model, _ = CASES["cas-register"]
    for operations, _ in violations("cas-register", 10):
        found, from_start = minimal_core(operations, model), core_from_start(operations, model)
        assert found is not None and from_start is not None
        assert (found.operations, found.before) == (from_start.operations, ())


@pytest.mark.parametrize("name", CASES)
def test_a_failing_prefix_fails(name: str) -> None:
    model, _ = CASES[name]
    for operations, blocked_at in violations(name, 25):
        assert is_violation(failing_prefix(operations, blocked_at), model)


@pytest.mark.parametrize("name", ["tasks", "jobs"])
def test_the_projection_of_a_lawful_history_is_lawful(name: str) -> None:
    model, calls = CASES[name]
    assert isinstance(model, KnowsRows)
    for seed in range(60):
        random_ = random.Random(f"{name}/{seed}")
        operations = simulated(model, calls(random_, 20), random_)
        assert check_object(operations, model, Budget(5)).verdict is Verdict.LAWFUL
        for row in "abc":
            projected = [one for one in (model.projected(each, row) for each in operations) if one is not None]
            assert not is_violation(projected, model), (row, operations)


@pytest.mark.parametrize("name", CASES)
def test_an_answer_that_tells_of_no_effect_had_none(name: str) -> None:
    model, calls = CASES[name]
    random_ = random.Random(name)
    state = model.initial()
    told = 0
    for index, call in enumerate(calls(random_, 300)):
        step = random_.choice(transitions(model, state, call, Window(index, index)))
        answer: Any = step.reply
        operation = Operation(
            index, 0, "object", call.function, call.arguments, Outcome.OK, index, index, result=answer
        )
        assert isinstance(model, KnowsEffects)
        if model.had_no_effect(operation):
            told += 1
            assert step.state == state, operation
        state = step.state
    assert told > 30

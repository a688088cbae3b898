"""An object as several: the verdict is that of the reference on the whole, and false independence is found out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
from benchmarks.histories import Workload, corrupt, generate

from lawful.checkers.certificate.replay import replay
from lawful.checkers.linearizability import check, decomposition, footprint, reference, search
from lawful.checkers.linearizability.partition import UnsoundPartition
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import History, Operation, Outcome
from lawful.models.model import Call, Model, Transition, unknown_call
from lawful.models.rows import Rows
from lawful.models.task_store.declared import model_of
from lawful.models.value_set import ValueSet
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

NAMES = ("a", "b", "c", "d")


@dataclass(frozen=True)
class Accounts:
    """A table as a user would write it. `move` touches its target only where there is something to move."""

    name: str = "accounts"

    def initial(self) -> Rows[int]:
        return Rows[int]()

    def step(self, state: Rows[int], call: Call) -> Sequence[Transition[Rows[int]]]:
        here = str(call.arguments.get("key"))
        match call.function:
            case "read":
                return (Transition(state.get(here), state, "a read answers what is there"),)
            case "write":
                return (Transition(None, state.put(here, int(str(call.arguments["value"]))), "a write succeeds"),)
            case "move":
                amount = state.get(here)
                if amount is None:
                    return (Transition(False, state, "there is nothing to move"),)
                moved = state.without(here).put(str(call.arguments["to"]), amount)
                return (Transition(True, moved, "it is moved"),)
            case "count":
                return (Transition(len(state), state, "all rows are counted"),)
        raise unknown_call("accounts", call, ("read", "write", "move", "count"))


def draw_account(moves: float, counts: float) -> Any:
    """Calls to the table."""

    def draw(random: Random, number: int, state: Any) -> Call:
        chance, key = random.random(), random.choice(NAMES)
        if chance < moves:
            return Call("move", {"key": key, "to": random.choice(NAMES)})
        if chance < moves + counts:
            return Call("count", {})
        if chance < moves + counts + 0.5:
            return Call("read", {"key": key})
        return Call("write", {"key": key, "value": random.choice((1, 2, number))})

    return draw


def draw_set(random: Random, number: int, state: Any) -> Call:
    function = random.choice(("insert", "remove", "contains"))
    return Call(function, {"value": random.choice((1, True, "1", 2))})


def draw_task(random: Random, number: int, state: Any) -> Call:
    row: dict[str, Json] = {"id": random.choice(NAMES)}
    function = random.choice(("insert", "get", "get", "set_error", "delete", "update_status"))
    if function == "insert":
        row |= {"created_at": number, "status": "enqueued", "node_tasks": {}, "error": None}
    if function == "set_error":
        row |= {"error": f"e{number % 2}"}
    if function == "update_status":
        row |= {"status": random.choice(("processing", "failed"))}
    return Call(function, row)


KINDS: dict[str, Workload] = {
    "rows": Workload(Accounts(), draw_account(0.0, 0.0)),
    "rows that now and then belong together": Workload(Accounts(), draw_account(0.15, 0.0)),
    "rows that are counted": Workload(Accounts(), draw_account(0.1, 0.05)),
    "set": Workload(ValueSet(), draw_set),
    "tasks": Workload(model_of(TABLES["tasks"]), draw_task),
}


def histories(kind: str, count: int) -> Any:
    """Small ones, half of them corrupted."""
    for seed in range(count):
        made = generate(KINDS[kind], operations=10, clients=4, seed=seed, unknown=0.1, failed=0.05)
        yield corrupt(made, seed) if seed % 2 else made


def split_verdict(operations: Sequence[Operation], model: Model[Any]) -> ObjectVerdict | None:
    """The verdict by parts."""
    return decomposition.check_object(operations, model, Budget(), search.check_object)


@pytest.mark.parametrize("count", [300, pytest.param(4000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_parts_have_the_verdict_of_the_whole(kind: str, count: int) -> None:
    model: Any = KINDS[kind].model
    seen: Counter[Any] = Counter()
    for seed, operations in enumerate(histories(kind, count)):
        found = split_verdict(operations, model)
        seen[None if found is None else found.verdict] += 1
        if found is not None:
            assert found.verdict is reference.check_object(operations, model).verdict, f"seed {seed}"
            assert found.because.startswith("split into")
            if found.linearization is not None:
                replay(operations, model, found.linearization)
    assert seen[Verdict.LAWFUL] >= 10, seen
    assert seen[Verdict.VIOLATION] >= 10, seen


def test_a_table_that_is_counted_is_left_whole() -> None:
    counted = [one for one in histories("rows that are counted", 60) if any(o.function == "count" for o in one)]
    assert len(counted) > 10
    assert all(split_verdict(one, Accounts()) is None for one in counted)


def test_without_its_fence_the_decomposition_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footprint.Fenced, "_require_inside", lambda *_: None)
    wrong = 0
    for operations in histories("rows that now and then belong together", 1000):
        found = split_verdict(operations, Accounts())
        if found is not None:
            wrong += found.verdict is not reference.check_object(operations, Accounts()).verdict
    assert wrong > 0


def keyed(operations: Sequence[Operation]) -> History:
    """Each operation on the key that it names: what a recorder declares that takes rows for independent."""
    return History(tuple(replace(one, key=str(one.arguments.get("key", "a"))) for one in operations))


def judged(history: History) -> Verdict | None:
    """The verdict with the declared keys; None where they are refused."""
    try:
        return check.check(history, Accounts()).verdict
    except UnsoundPartition:
        return None


def test_keys_that_are_independent_are_accepted() -> None:
    for seed, operations in enumerate(histories("rows", 400)):
        whole = reference.check_object(operations, Accounts()).verdict
        assert judged(keyed(operations)) is whole, f"seed {seed}"


def test_keys_that_are_not_independent_never_have_another_verdict_than_the_whole() -> None:
    seen: Counter[Any] = Counter()
    for kind in ("rows that now and then belong together", "rows that are counted"):
        for seed, operations in enumerate(histories(kind, 400)):
            found = judged(keyed(operations))
            seen[found] += 1
            if found is not None:
                assert found is reference.check_object(operations, Accounts()).verdict, f"seed {seed}"
    assert seen[None] >= 100, seen
    assert seen[Verdict.LAWFUL] + seen[Verdict.VIOLATION] >= 30, seen


def test_unsound_keys_that_are_accepted_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decomposition, "declared_rows", lambda *_: set())
    found = [
        (judged(keyed(operations)), reference.check_object(operations, Accounts()).verdict)
        for operations in histories("rows that are counted", 400)
    ]
    assert any(one is not whole for one, whole in found)


def task(index: int, function: str, key: str, result: Json, **arguments: Json) -> Operation:
    """One after the other."""
    at_ns = 10 * index
    return Operation(index, 0, "tasks", function, arguments, Outcome.OK, at_ns, at_ns + 5, key=key, result=result)


def test_the_error_names_operation_keys_and_model() -> None:
    row: dict[str, Json] = {"created_at": 1, "status": "enqueued", "node_tasks": {}, "error": None}
    operations = [
        task(0, "insert", "t-1", True, id="t-1", **row),
        task(1, "insert", "t-2", True, id="t-2", **row),
        task(2, "list", "t-1", [], status=None, limit=None, offset=None),
    ]
    with pytest.raises(UnsoundPartition) as caught:
        check.check(History(tuple(operations)), model_of(TABLES["tasks"]))
    assert str(caught.value) == (
        "the model tasks touches every row at #2 list(status=null, limit=null, offset=null) of tasks/t-1, "
        "and tasks/t-2 is declared to be an object of its own"
    )
    operations[2] = task(2, "get", "t-1", {"id": "t-2", **row}, id="t-2")
    with pytest.raises(UnsoundPartition, match='touches the row "t-2" at #2 get'):
        check.check(History(tuple(operations)), model_of(TABLES["tasks"]), workers=2)


def test_tables_whose_keys_name_no_rows_are_independent() -> None:
    row: dict[str, Json] = {"created_at": 1, "status": "enqueued", "node_tasks": {}, "error": None}
    operations = [
        task(0, "insert", "tenant-1", True, id="t", **row),
        task(1, "list", "tenant-1", [{"id": "t", **row}], status=None, limit=None, offset=None),
        task(2, "list", "tenant-2", [], status=None, limit=None, offset=None),
    ]
    assert check.check(History(tuple(operations)), model_of(TABLES["tasks"])).verdict is Verdict.LAWFUL

"""The front door picks a method by the model and the length of the history, and says which."""

from __future__ import annotations

import dataclasses

import pytest

from lawful.checkers.linearizability.check import MONITORED_FROM, check, check_object
from lawful.checkers.verdict import Verdict
from lawful.models.history import History, Operation, Outcome
from lawful.models.register import Register
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


def writes_and_reads(count: int) -> list[Operation]:
    """One client that writes distinct values and reads each back."""
    operations = []
    for index in range(count):
        reads = index % 2 == 1
        operations.append(
            Operation(
                index,
                0,
                "register",
                "read" if reads else "write",
                {} if reads else {"value": index},
                Outcome.OK,
                10 * index,
                10 * index + 5,
                result=index - 1 if reads else None,
            )
        )
    return operations


def test_a_short_history_is_searched() -> None:
    found = check_object(writes_and_reads(20), Register())
    assert (found.verdict, found.method) == (Verdict.LAWFUL, "just-in-time search")


def test_a_long_history_goes_to_the_monitor_of_its_type() -> None:
    pytest.importorskip("numpy")
    operations = writes_and_reads(MONITORED_FROM)
    found = check_object(operations, Register())
    assert (found.verdict, found.method) == (Verdict.LAWFUL, "register zones")
    operations[501] = dataclasses.replace(operations[501], result=498)
    assert check_object(operations, Register()).verdict is Verdict.VIOLATION


def test_what_a_monitor_cannot_tell_is_searched() -> None:
    operations = writes_and_reads(MONITORED_FROM)
    same_value_twice = dataclasses.replace(operations[4], arguments={"value": 2})
    operations[4] = same_value_twice
    operations[5] = dataclasses.replace(operations[5], result=2)
    found = check_object(operations, Register())
    assert (found.verdict, found.method) == (Verdict.LAWFUL, "just-in-time search")
    assert found.because.startswith("register zones cannot tell: ") and "2" in found.because


def test_a_model_with_time_is_searched() -> None:
    arguments: dict[str, Json] = {"holder": "a", "ttl_ms": 5}
    granted = Operation(0, 0, "leader_lease", "acquire", arguments, Outcome.OK, 0, 1, key="s", result=1)
    assert check_object([granted], model_of(TABLES["leader_lease"])).verdict is Verdict.LAWFUL


def test_a_whole_history_is_judged_object_by_object() -> None:
    first = writes_and_reads(4)
    second = [dataclasses.replace(one, index=one.index + 4, key="b") for one in first]
    second[3] = dataclasses.replace(second[3], result=0)
    history = History((*first, *second))
    found = check(history, Register())
    assert [(str(part.key), part.verdict) for part in found.objects] == [
        ("register", Verdict.LAWFUL),
        ("register/b", Verdict.VIOLATION),
    ]
    assert all(part.because for part in found.objects)
    assert check(history, lambda key: Register()).verdict is Verdict.VIOLATION


def test_a_value_that_nobody_wrote_needs_no_search() -> None:
    operations = writes_and_reads(20)
    operations[7] = dataclasses.replace(operations[7], result="strange")
    found = check_object(operations, Register())
    assert (found.verdict, found.method, found.core, found.blocked_at) == (Verdict.VIOLATION, "provenance", (7,), 7)
    assert found.refusals[0].because == 'the answer shows "strange", and nobody wrote that'


def test_many_short_objects_repay_the_import_of_monitors() -> None:
    pytest.importorskip("numpy")
    part = writes_and_reads(MONITORED_FROM // 4)
    history = History(tuple(dataclasses.replace(one, key=f"k{k}") for k in range(4) for one in part))
    assert {one.method for one in check(history, Register()).objects} == {"register zones"}


def test_what_a_search_does_not_decide_soon_is_given_to_the_monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy")
    monkeypatch.setattr("lawful.checkers.linearizability.check.FIRST_TRY_STEPS", 0)
    found = check_object(writes_and_reads(MONITORED_FROM - 2), Register())
    assert (found.verdict, found.method) == (Verdict.LAWFUL, "register zones")
    assert found.because.startswith("a search of 0 steps did not end; ")

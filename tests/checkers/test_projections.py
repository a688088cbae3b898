"""Where a search of a table does not end, a row that is in violation by itself decides it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lawful.checkers.linearizability import check, projections, reference
from lawful.checkers.linearizability.check import check_object
from lawful.checkers.linearizability.core import minimal_core
from lawful.checkers.meter import Meter
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict
from lawful.models.history import Operation, Outcome
from lawful.models.register import Register
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

JOBS: Any = model_of(TABLES["jobs"])
LONG_MS = 3_600_000


def _jobs(lost_claims: int, twice: bool) -> list[Operation]:
    """Jobs, claims without an answer, each of which may have taken any, and a job that is claimed and completed."""
    found: list[Operation] = []

    def add(process: int, function: str, arguments: dict[str, Json], result: Json, lost: bool = False) -> None:
        at_ns = 10 * len(found)
        outcome = Outcome.UNKNOWN if lost else Outcome.OK
        found.append(
            Operation(len(found), process, "jobs", function, arguments, outcome, at_ns, at_ns + 5, result=result)
        )

    for number in range(16):
        add(0, "enqueue", {"id": f"j{number}", "type": "t", "params": None}, True)
    for number in range(lost_claims):
        add(100 + number, "claim", {"worker": f"w{number}", "ttl_ms": LONG_MS + number}, None, lost=True)
    add(0, "claim", {"worker": "me", "ttl_ms": LONG_MS}, {"id": "j3", "type": "t", "params": None})
    add(0, "complete", {"id": "j3", "worker": "me"}, True)
    if twice:
        add(0, "complete", {"id": "j3", "worker": "me"}, True)
    return found


def _reference(operations: Sequence[Operation], budget: Budget) -> ObjectVerdict:
    return reference.check_object(operations, JOBS, budget)


def test_one_row_decides_what_a_search_of_all_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "FIRST_TRY_OF_TABLE_STEPS", 1_000)
    found = check_object(_jobs(lost_claims=14, twice=True), JOBS, Budget(20))
    assert found.verdict is Verdict.VIOLATION
    assert found.blocked_at == 32
    assert found.because.endswith("what was seen of j3 alone has no linearization")
    assert (found.operations, found.unknown) == (19, 14)


def test_the_core_is_looked_for_on_that_row_at_once() -> None:
    operations = _jobs(lost_claims=14, twice=True)
    found = projections.check_object(operations, JOBS, Budget(), _reference, blocked_at=32)
    core = minimal_core(operations, JOBS, budget=Budget(5), part=found)
    assert core is not None
    assert (core.row, core.is_minimal) == ("j3", True)
    assert {one.index for one in core.constrained} <= {30, 31, 32}


def test_the_row_that_the_search_stopped_at_is_the_first() -> None:
    asked: list[int] = []

    def decide(operations: Sequence[Operation], budget: Budget) -> ObjectVerdict:
        asked.append(len(operations))
        return _reference(operations, budget)

    operations = _jobs(lost_claims=2, twice=True)
    found = projections.check_object(operations, JOBS, Budget(), decide, blocked_at=20)
    assert found is not None
    assert asked == [6]


def test_rows_that_are_lawful_by_themselves_decide_nothing() -> None:
    operations = _jobs(lost_claims=1, twice=False)
    assert projections.check_object(operations, JOBS, Budget(), _reference, blocked_at=None) is None
    depth = Operation(99, 0, "jobs", "queue_depth", {}, Outcome.OK, 900, 905, result=16)
    assert reference.check_object([*operations, depth], JOBS).verdict is Verdict.VIOLATION
    assert projections.check_object([*operations, depth], JOBS, Budget(), _reference, blocked_at=99) is None


def test_an_object_without_rows_has_none_to_look_at() -> None:
    write = Operation(0, 0, "register", "write", {"value": 1}, Outcome.OK, 0, 5)
    assert projections.check_object([write], Register(), Budget(), _reference, blocked_at=0) is None


def test_a_share_of_the_time_is_left_for_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections, "SHARE", 0.0)
    operations = _jobs(lost_claims=2, twice=True)
    assert projections.check_object(operations, JOBS, Budget(60), _reference, blocked_at=None) is None


def test_what_is_left_of_a_budget_is_called_by_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "FIRST_TRY_OF_TABLE_STEPS", 1_000)
    operations = _jobs(lost_claims=14, twice=False)
    operations.append(Operation(99, 0, "jobs", "queue_depth", {}, Outcome.OK, 900, 905, result=16))
    found = check_object(operations, JOBS, Budget(0.3))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.progress is not None
    assert found.progress.startswith("the time budget of 0.3 s is used up")


def test_a_budget_that_a_first_try_used_up_is_called_by_all_of_it() -> None:
    operations = _jobs(lost_claims=14, twice=False)
    operations.append(Operation(99, 0, "jobs", "queue_depth", {}, Outcome.OK, 900, 905, result=16))
    found = check_object(operations, JOBS, Budget(0.01))
    assert found.progress is not None
    assert found.progress.startswith("the time budget of 0.01 s is used up")


def test_the_same_steps_are_taken_on_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What decides depends on the history alone; or two runs would give two reports."""
    monkeypatch.setattr(check, "FIRST_TRY_OF_TABLE_STEPS", 1_000)
    found = check_object(_jobs(lost_claims=14, twice=True), JOBS)
    monkeypatch.setattr(Meter, "step", _slowly(Meter.step))
    again = check_object(_jobs(lost_claims=14, twice=True), JOBS)
    assert replace(again, seconds=0.0) == replace(found, seconds=0.0)
    assert again.because.startswith("a search of 1,000 steps did not end; ")


def _slowly(step: Callable[[Meter], None]) -> Callable[[Meter], None]:
    def slow_step(meter: Meter) -> None:
        step(meter)
        if meter.steps % 256 == 0:
            time.sleep(0.2)

    return slow_step

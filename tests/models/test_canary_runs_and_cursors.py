"""Canary runs keep the newest; cursors of the change feed never go back."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store.canary_runs import CANARY_RUNS
from lawful.specs.task_store.cdc_cursors import CDC_CURSORS

from .run import Run


@pytest.fixture
def canary() -> Run:
    return Run(model_of(CANARY_RUNS))


@pytest.fixture
def sink() -> Run:
    return Run(model_of(CDC_CURSORS))


def insert(canary: Run, ran_at: int, keep: int = 2, **fields: Json) -> Json:
    given: dict[str, Any] = {"status": "pass", "latency_ms": 5, "failed_assertions_json": None, **fields}
    return canary("insert", ran_at=ran_at, keep=keep, **given)


def listed(canary: Run, limit: int | None = None) -> list[int]:
    rows: Any = canary("list", limit=limit)
    return [row["ran_at"] for row in rows]


def run_at(ran_at: int, **fields: Json) -> dict[str, Json]:
    return {"ran_at": ran_at, "status": "pass", "latency_ms": 5, "failed_assertions_json": None, **fields}


def test_the_newest_runs_are_kept_whatever_order_they_come_in(canary: Run) -> None:
    for ran_at in (5, 2**63 - 1, -(2**63), 7):
        assert insert(canary, ran_at) is True
    assert listed(canary) == [2**63 - 1, 7]


def test_a_run_that_is_too_old_is_dropped_at_once(canary: Run) -> None:
    insert(canary, 5, keep=1)
    assert insert(canary, 4, keep=1) is True
    assert listed(canary) == [5]
    assert insert(canary, 4, keep=2) is True
    assert listed(canary) == [5, 4]


def test_an_insert_that_keeps_none_leaves_none(canary: Run) -> None:
    insert(canary, 5)
    assert insert(canary, 6, keep=0) is True
    assert listed(canary) == []


def test_a_second_run_at_the_same_instant_is_refused_and_changes_nothing(canary: Run) -> None:
    insert(canary, 5, failed_assertions_json=[1])
    insert(canary, 6)
    before = canary.state
    assert insert(canary, 5, keep=1, status="fail") is False
    assert canary.state == before
    assert canary("list", limit=None) == [run_at(6), run_at(5, failed_assertions_json=[1])]


def test_a_list_of_runs_is_newest_first_up_to_the_limit(canary: Run) -> None:
    for ran_at in (-10, 9, 10):
        insert(canary, ran_at, keep=9)
    assert listed(canary) == [10, 9, -10]
    assert listed(canary, limit=2) == [10, 9]
    assert listed(canary, limit=0) == []


def test_prune_removes_the_runs_before_the_bound(canary: Run) -> None:
    for ran_at in (1, 2, 3):
        insert(canary, ran_at, keep=9)
    assert canary("prune", before=1) == 0
    assert canary("prune", before=3) == 2
    assert listed(canary) == [3]
    assert insert(canary, 1) is True


def test_a_wrong_list_of_runs_breaks_the_clause_of_its_mistake(canary: Run) -> None:
    for ran_at in (1, 2, 3):
        insert(canary, ran_at)
    for wrong, clause in (
        ([run_at(3), run_at(2), run_at(1)], "TS-CANARY_RUNS-1"),
        ([run_at(2), run_at(1)], "TS-CANARY_RUNS-1"),
        ([run_at(3)], "TS-CANARY_RUNS-1"),
        ([run_at(3), run_at(2, status="fail")], "TS-CANARY_RUNS-2"),
        ([run_at(2), run_at(3)], "TS-CANARY_RUNS-3"),
    ):
        assert canary.refused(wrong, "list", limit=None) == clause
    assert canary.refused([run_at(2)], "list", limit=1) == "TS-CANARY_RUNS-3"


def advance(sink: Run, expected: int | None, seq: int, index: str = "i", updated_at: int = 1) -> Json:
    return sink("advance", index_uid=index, expected_seq=expected, seq=seq, updated_at=updated_at)


def cursor(seq: int, index: str = "i", updated_at: int = 1) -> Json:
    return {"index_uid": index, "last_event_seq": seq, "updated_at": updated_at}


def test_a_cursor_begins_nowhere_and_moves_from_where_it_stands(sink: Run) -> None:
    assert sink("get", index_uid="i") is None
    assert advance(sink, 0, 1) is False
    assert advance(sink, None, -5) is True
    assert advance(sink, None, 6) is False
    assert advance(sink, -5, 2**63 - 1) is True
    assert advance(sink, -5, 2**63 - 1) is False
    assert sink("get", index_uid="i") == cursor(2**63 - 1)


@pytest.mark.parametrize("seq", [7, 6, -(2**63)])
def test_a_cursor_never_goes_back_nor_stays(sink: Run, seq: int) -> None:
    advance(sink, None, 7, updated_at=3)
    assert advance(sink, 7, seq, updated_at=9) is False
    assert sink("get", index_uid="i") == cursor(7, updated_at=3)


def test_cursors_of_indexes_stand_apart_and_are_listed_in_order(sink: Run) -> None:
    for index in ("b", "a:b", "a"):
        assert advance(sink, None, 1, index) is True
    assert advance(sink, 1, 2, "b") is True
    assert sink("list") == [cursor(1, "a"), cursor(1, "a:b"), cursor(2, "b")]


def test_a_wrong_answer_about_a_cursor_breaks_the_clause_of_its_mistake(sink: Run) -> None:
    advance(sink, None, 7)
    assert sink.refused(cursor(6), "get", index_uid="i") == "TS-CDC_CURSORS-2"
    assert sink.refused(cursor(7, updated_at=2), "get", index_uid="i") == "TS-CDC_CURSORS-3"
    going: dict[str, Json] = {"index_uid": "i", "updated_at": 1}
    assert sink.refused(True, "advance", expected_seq=6, seq=8, **going) == "TS-CDC_CURSORS-1"
    (back,) = sink.steps("advance", None, {"expected_seq": 7, "seq": 7, **going})
    assert (back.reply, back.clause) == (False, "TS-CDC_CURSORS-2")
    assert advance(sink, None, 1, "a") is True
    assert sink.refused([cursor(7), cursor(1, "a")], "list") == "TS-CDC_CURSORS-4"

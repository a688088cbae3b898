"""What is said of each clause of a history: broken, blocked, kept, or not put to the test.

That each clause is broken by the mistakes that it is there for is tested with broken twins, in `tests/twins`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lawful.checkers.clause_verdicts import ClauseStatus, judge_clauses
from lawful.checkers.diagnosis import diagnose_history
from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.verdict import HistoryVerdict
from lawful.models.catalogue import MODELS
from lawful.specs.task_store import CLAUSES, TABLES

from .scene import Scene


def statuses(scene: Scene) -> Mapping[str, ClauseStatus]:
    """What is said of each clause, on the road that `lawful run` takes."""
    history = scene.history()
    verdict = HistoryVerdict(
        tuple(check_object(part, MODELS[key.object](None, 0)) for key, part in history.by_object().items())
    )
    diagnoses = diagnose_history(history, verdict, lambda key: MODELS[key.object](None, 0), check_object)
    return {one.clause.id: one.status for one in judge_clauses(history, verdict, diagnoses, CLAUSES, TABLES)}


def enqueued() -> Scene:
    return Scene("jobs").step("enqueue", True, id="j", type="x", params=None)


def claim(scene: Scene, worker: str, **where: Any) -> Scene:
    answer = {"id": "j", "type": "x", "params": None}
    return scene.step("claim", answer, worker=worker, ttl_ms=9000, **where)


def run(ran_at: int) -> dict[str, Any]:
    return {"ran_at": ran_at, "status": "pass", "latency_ms": 5, "failed_assertions_json": None}


def recorded(*instants: int, keep: int = 9) -> Scene:
    scene = Scene("canary_runs")
    for ran_at in instants:
        scene.step("insert", True, **run(ran_at), keep=keep)
    return scene


def test_what_a_violation_leaves_open_is_blocked_and_other_tables_are_not_judged() -> None:
    said = statuses(claim(claim(enqueued(), "v"), "w", process=1, overlaps_last=True))
    assert said["TS-JOBS-1"] is ClauseStatus.VIOLATION
    assert said["TS-JOBS-5"] is ClauseStatus.BLOCKED
    assert "TS-TASKS-1" not in said


def test_a_clause_that_nothing_put_to_the_test_is_not_lawful() -> None:
    said = statuses(enqueued())
    assert said["TS-JOBS-7"] is ClauseStatus.LAWFUL
    assert said["TS-JOBS-1"] is ClauseStatus.NOT_EXERCISED


def test_what_an_answer_shows_is_put_to_the_test_though_another_clause_decides_it() -> None:
    moved = Scene("cdc_cursors").step("advance", True, index_uid="i", expected_seq=None, seq=5, updated_at=1)
    assert statuses(moved)["TS-CDC_CURSORS-3"] is ClauseStatus.NOT_EXERCISED
    moved.step("get", {"index_uid": "i", "last_event_seq": 5, "updated_at": 1}, index_uid="i")
    assert statuses(moved)["TS-CDC_CURSORS-3"] is ClauseStatus.LAWFUL
    runs = recorded(1, 2, keep=1).step("list", [run(2)], limit=None)
    assert statuses(runs)["TS-CANARY_RUNS-1"] is ClauseStatus.LAWFUL


def test_inserts_of_different_rows_are_not_sent_again() -> None:
    runs = recorded(1, 2)
    assert statuses(runs)["TS-ALL-6"] is ClauseStatus.NOT_EXERCISED
    again = runs.step("insert", False, **run(1), keep=9)
    assert statuses(again)["TS-ALL-6"] is ClauseStatus.LAWFUL


def test_scopes_that_share_one_lease_break_the_clause_that_says_that_they_do_not() -> None:
    held = Scene("leader_lease").step("acquire", 1, holder="a", ttl_ms=9000)
    said = statuses(held.step("acquire", None, key="scope-b", process=1, holder="b", ttl_ms=9000))
    assert said["TS-LEADER_LEASE-7"] is ClauseStatus.VIOLATION

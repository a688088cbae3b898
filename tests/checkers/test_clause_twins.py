"""Every clause has a broken twin: a short history that it rejects, and that no other clause is blamed for.

Each twin is named by the mistake of the store that recorded it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from lawful.checkers.clause_verdicts import ClauseStatus, judge_clauses
from lawful.checkers.diagnosis import diagnose_history
from lawful.checkers.linearizability.reference import check_object
from lawful.checkers.verdict import HistoryVerdict, Verdict
from lawful.models.catalogue import MODELS
from lawful.models.history import History, Outcome
from lawful.models.values import Json
from lawful.specs.task_store import CLAUSES, TABLES

from . import (
    admin_sessions_twins,
    aliases_twins,
    canary_runs_twins,
    cdc_cursors_twins,
    cdc_overflow_twins,
    idempotency_cache_twins,
    login_backoff_twins,
    node_settings_version_twins,
    rate_limits_twins,
    scoped_keys_twins,
    sessions_twins,
    upserted_tables_twins,
)
from .scene import Scene


def statuses(history: History) -> Mapping[str, ClauseStatus]:
    """What is said of each clause, on the road that `lawful run` takes."""
    verdict = HistoryVerdict(
        tuple(check_object(part, MODELS[key.object](None, 0)) for key, part in history.by_object().items())
    )
    diagnoses = diagnose_history(history, verdict, lambda key: MODELS[key.object](None, 0), check_object)
    return {one.clause.id: one.status for one in judge_clauses(history, verdict, diagnoses, CLAUSES, TABLES)}


def violated(history: History) -> set[str]:
    return {name for name, status in statuses(history).items() if status is ClauseStatus.VIOLATION}


def insert(scene: Scene, task_id: str = "t", created_at: int = 1, **fields: Json) -> Scene:
    row: dict[str, Any] = {"status": "enqueued", "node_tasks": {}, "error": None, **fields}
    return scene.step("insert", True, id=task_id, created_at=created_at, **row)


def row(task_id: str = "t", created_at: int = 1, **fields: Json) -> dict[str, Any]:
    return {"id": task_id, "created_at": created_at, "status": "enqueued", "node_tasks": {}, "error": None, **fields}


def enqueue(scene: Scene, job_id: str = "j", params: Json = None) -> Scene:
    return scene.step("enqueue", True, id=job_id, type="x", params=params)


def claim(scene: Scene, worker: str = "v", ttl_ms: int = 9000, params: Json = None, **where: Any) -> Scene:
    answer: Json = {"id": "j", "type": "x", "params": params}
    return scene.step("claim", answer, worker=worker, ttl_ms=ttl_ms, **where)


def job(state: str = "queued", claimed_by: str | None = None) -> Json:
    return {"id": "j", "type": "x", "params": None, "state": state, "claimed_by": claimed_by, "progress": None}


def claimed_job() -> Scene:
    return claim(enqueue(Scene("jobs")))


def acquire(scene: Scene, holder: str, token: int | None, ttl_ms: int = 9000, process: int = 0) -> Scene:
    return scene.step("acquire", token, process=process, holder=holder, ttl_ms=ttl_ms)


def held_lease(ttl_ms: int = 9000) -> Scene:
    return acquire(Scene("leader_lease"), "a", 1, ttl_ms)


LIST: dict[str, Any] = {"status": None, "limit": None, "offset": None}


def stale_get_of_another_client() -> Scene:
    return claimed_job().step("get", job("queued"), process=1, id="j")


def row_without_index_entry() -> Scene:
    return insert(Scene("tasks")).step("list", [], process=1, **LIST)


def index_entry_without_row() -> Scene:
    return insert(Scene("tasks")).step("list", [row(), row("u")], process=1, **LIST)


def acknowledged_insert_lost_in_crash() -> Scene:
    return insert(Scene("tasks")).crash().step("get", None, process=1, id="t")


def acknowledged_claim_lost_in_crash() -> Scene:
    return claimed_job().crash().step("get", job("queued"), process=1, id="j")


def error_after_the_write() -> Scene:
    scene = Scene("tasks").step("insert", None, outcome=Outcome.FAIL, **row())
    return scene.step("get", row(), process=1, id="t")


def one_comes_back_as_true() -> Scene:
    return claim(enqueue(Scene("jobs"), params=1), params=True)


def retry_takes_effect_again() -> Scene:
    return enqueue(enqueue(Scene("jobs")))


def retried_insert_takes_effect_again() -> Scene:
    return insert(insert(Scene("tasks")))


def read_goes_back() -> Scene:
    scene = insert(Scene("tasks")).step("update_status", True, process=1, id="t", status="processing")
    return scene.step("get", row(status="processing"), id="t").step("get", row(), id="t")


def second_insert_overwrites() -> Scene:
    return insert(insert(Scene("tasks")), created_at=2)


def update_of_the_whole_row_loses_a_field() -> Scene:
    scene = insert(Scene("tasks")).step("update_status", True, process=1, id="t", status="processing")
    scene.step("set_error", True, process=2, overlaps_last=True, id="t", error="e")
    return scene.step("get", row(error="e"), id="t")


def terminal_status_overwritten() -> Scene:
    scene = insert(Scene("tasks"), status="failed")
    return scene.step("update_status", True, id="t", status="processing")


def finished_nodes_leave_the_task_open() -> Scene:
    scene = insert(Scene("tasks")).step("update_node", True, id="t", node="n", uid="u", status="succeeded")
    return scene.step("get", row(node_tasks={"n": {"uid": "u", "status": "succeeded"}}), id="t")


def list_pages_before_filter() -> Scene:
    scene = insert(insert(Scene("tasks"), "a", 2), "b", 1, status="processing")
    return scene.step("list", [], status="processing", limit=1, offset=None)


def list_oldest_first() -> Scene:
    scene = insert(insert(Scene("tasks"), "a", 1), "b", 2)
    return scene.step("list", [row("a", 1), row("b", 2)], **LIST)


def prune_removes_open_tasks() -> Scene:
    return insert(Scene("tasks")).step("prune", 1, before=5)


def deleted_task_comes_back() -> Scene:
    scene = insert(Scene("tasks")).step("delete", True, id="t")
    return scene.step("update_status", True, process=1, id="t", status="processing")


def claim_by_read_decide_write() -> Scene:
    return claim(claimed_job(), "w", process=1, overlaps_last=True)


def heartbeat_without_owner_check() -> Scene:
    return claimed_job().step("heartbeat", True, process=1, id="j", worker="w", ttl_ms=9000)


def late_worker_completes() -> Scene:
    scene = claim(enqueue(Scene("jobs")), ttl_ms=10).wait(50)
    return scene.step("complete", True, id="j", worker="v")


def completed_job_claimed_again() -> Scene:
    return claim(claimed_job().step("complete", True, id="j", worker="v"), "w", process=1)


def queue_depth_counts_claimed_jobs() -> Scene:
    return claimed_job().step("queue_depth", 1, process=1)


def job_lost_between_two_commands() -> Scene:
    return enqueue(Scene("jobs")).step("claim", None, process=1, worker="w", ttl_ms=9000)


def second_enqueue_overwrites() -> Scene:
    return enqueue(enqueue(Scene("jobs")), params=2)


def list_ignores_the_state() -> Scene:
    return claimed_job().step("list", [job("in_progress", "v")], state="queued", limit=None)


def acquire_without_holder_check() -> Scene:
    return acquire(held_lease(), "b", 2, process=1)


def renew_by_a_stranger() -> Scene:
    return held_lease().step("renew", True, process=1, holder="b", ttl_ms=9000)


def release_without_owner_check() -> Scene:
    return held_lease().step("release", True, process=1, holder="b")


def token_starts_again_after_restart() -> Scene:
    return acquire(held_lease(10).crash().wait(50), "b", 1, process=1)


def guarded_write_without_token_check() -> Scene:
    scene = acquire(held_lease(10).wait(50), "b", 2, process=1)
    return scene.step("guarded_write", True, token=1, value="old")


def lease_never_expires() -> Scene:
    return acquire(held_lease(10).wait(50), "b", None, process=1)


def scopes_share_one_lease() -> Scene:
    scene = held_lease()
    return scene.step("acquire", None, key="scope-b", process=1, holder="b", ttl_ms=9000)


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (stale_get_of_another_client, "TS-ALL-1"),
    (row_without_index_entry, "TS-ALL-2"),
    (index_entry_without_row, "TS-ALL-2"),
    (acknowledged_insert_lost_in_crash, "TS-ALL-3"),
    (acknowledged_claim_lost_in_crash, "TS-ALL-3"),
    (error_after_the_write, "TS-ALL-4"),
    (one_comes_back_as_true, "TS-ALL-5"),
    (retry_takes_effect_again, "TS-ALL-6"),
    (retried_insert_takes_effect_again, "TS-ALL-6"),
    (read_goes_back, "TS-ALL-7"),
    (second_insert_overwrites, "TS-TASKS-1"),
    (update_of_the_whole_row_loses_a_field, "TS-TASKS-2"),
    (terminal_status_overwritten, "TS-TASKS-3"),
    (finished_nodes_leave_the_task_open, "TS-TASKS-4"),
    (list_pages_before_filter, "TS-TASKS-5"),
    (list_oldest_first, "TS-TASKS-5"),
    (prune_removes_open_tasks, "TS-TASKS-6"),
    (deleted_task_comes_back, "TS-TASKS-7"),
    (claim_by_read_decide_write, "TS-JOBS-1"),
    (heartbeat_without_owner_check, "TS-JOBS-2"),
    (late_worker_completes, "TS-JOBS-3"),
    (completed_job_claimed_again, "TS-JOBS-4"),
    (queue_depth_counts_claimed_jobs, "TS-JOBS-5"),
    (job_lost_between_two_commands, "TS-JOBS-6"),
    (second_enqueue_overwrites, "TS-JOBS-7"),
    (list_ignores_the_state, "TS-JOBS-8"),
    (acquire_without_holder_check, "TS-LEADER_LEASE-1"),
    (renew_by_a_stranger, "TS-LEADER_LEASE-2"),
    (release_without_owner_check, "TS-LEADER_LEASE-3"),
    (token_starts_again_after_restart, "TS-LEADER_LEASE-4"),
    (guarded_write_without_token_check, "TS-LEADER_LEASE-5"),
    (lease_never_expires, "TS-LEADER_LEASE-6"),
    (scopes_share_one_lease, "TS-LEADER_LEASE-7"),
    *node_settings_version_twins.TWINS,
    *aliases_twins.TWINS,
    *sessions_twins.TWINS,
    *idempotency_cache_twins.TWINS,
    *canary_runs_twins.TWINS,
    *cdc_cursors_twins.TWINS,
    *upserted_tables_twins.TWINS,
    *admin_sessions_twins.TWINS,
    *rate_limits_twins.TWINS,
    *login_backoff_twins.TWINS,
    *cdc_overflow_twins.TWINS,
    *scoped_keys_twins.TWINS,
)
NAMES = [twin.__name__ for twin, _ in TWINS]


@pytest.mark.parametrize(("twin", "clause"), TWINS, ids=NAMES)
def test_a_twin_is_rejected_by_its_clause_alone(twin: Callable[[], Scene], clause: str) -> None:
    assert violated(twin().history()) == {clause}


@pytest.mark.parametrize("twin", [twin for twin, _ in TWINS], ids=NAMES)
def test_a_twin_without_its_last_operation_is_lawful(twin: Callable[[], Scene]) -> None:
    operations = twin().history().operations[:-1]
    verdict = check_object(operations, MODELS[operations[0].object](None, 0)).verdict
    assert verdict in (Verdict.LAWFUL, Verdict.NOTHING_CHECKED)


def test_every_clause_has_a_twin() -> None:
    assert {clause for _, clause in TWINS} == set(CLAUSES)


def test_what_a_violation_leaves_open_is_blocked_and_other_tables_are_not_judged() -> None:
    said = statuses(claim_by_read_decide_write().history())
    assert said["TS-JOBS-5"] is ClauseStatus.BLOCKED
    assert "TS-TASKS-1" not in said


def test_a_clause_that_nothing_put_to_the_test_is_not_lawful() -> None:
    said = statuses(enqueue(Scene("jobs")).history())
    assert said["TS-JOBS-7"] is ClauseStatus.LAWFUL
    assert said["TS-JOBS-1"] is ClauseStatus.NOT_EXERCISED


def test_what_an_answer_shows_is_put_to_the_test_though_another_clause_decides_it() -> None:
    moved = cdc_cursors_twins.advanced()
    assert statuses(moved.history())["TS-CDC_CURSORS-3"] is ClauseStatus.NOT_EXERCISED
    moved.step("get", cdc_cursors_twins.cursor(5), index_uid="i")
    assert statuses(moved.history())["TS-CDC_CURSORS-3"] is ClauseStatus.LAWFUL
    runs = canary_runs_twins.recorded(1, 2, keep=1).step("list", [canary_runs_twins.run(2)], limit=None)
    assert statuses(runs.history())["TS-CANARY_RUNS-1"] is ClauseStatus.LAWFUL


def test_inserts_of_different_rows_are_not_sent_again() -> None:
    runs = canary_runs_twins.recorded(1, 2)
    assert statuses(runs.history())["TS-ALL-6"] is ClauseStatus.NOT_EXERCISED
    again = canary_runs_twins.insert(runs, 1, recorded=False)
    assert statuses(again.history())["TS-ALL-6"] is ClauseStatus.LAWFUL

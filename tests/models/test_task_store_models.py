"""The sequential models of the task store answer as the contract says, and say why."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.models.catalogue import MODELS
from lawful.models.model import UnknownCall, is_timed
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import CLAUSES, TABLES
from lawful.specs.task_store.tasks import TERMINAL_STATUSES

from .run import MS, Run


@pytest.fixture
def tasks() -> Run:
    return Run(model_of(TABLES["tasks"]))


@pytest.fixture
def jobs() -> Run:
    return Run(model_of(TABLES["jobs"]))


@pytest.fixture
def lease() -> Run:
    return Run(model_of(TABLES["leader_lease"]))


def insert(tasks: Run, task_id: str, created_at: int = 1, **fields: Any) -> Json:
    row: dict[str, Any] = {"status": "enqueued", "node_tasks": {}, "error": None, **fields}
    return tasks("insert", id=task_id, created_at=created_at, **row)


def test_a_second_insert_is_refused_and_changes_nothing(tasks: Run) -> None:
    assert insert(tasks, "t", 1) is True
    before = tasks.state
    assert insert(tasks, "t", 2) is False
    assert tasks.state == before


@pytest.mark.parametrize("status", sorted(TERMINAL_STATUSES))
def test_a_terminal_status_is_final(tasks: Run, status: str) -> None:
    insert(tasks, "t")
    assert tasks("update_status", id="t", status="processing") is True
    assert tasks("update_status", id="t", status=status) is True
    assert tasks("update_status", id="t", status="enqueued") is False


@pytest.mark.parametrize(
    ("first", "second", "task"),
    [
        ("succeeded", "processing", "enqueued"),
        ("succeeded", "succeeded", "succeeded"),
        ("succeeded", "canceled", "succeeded"),
        ("failed", "succeeded", "failed"),
    ],
)
def test_a_task_is_finished_when_all_node_tasks_are(tasks: Run, first: str, second: str, task: str) -> None:
    waiting: Json = {node: {"uid": "u", "status": "enqueued"} for node in ("a", "b")}
    insert(tasks, "t", node_tasks=waiting)
    tasks("update_node", id="t", node="a", uid="u1", status=first)
    tasks("update_node", id="t", node="b", uid="u2", status=second)
    row: Any = tasks("get", id="t")
    assert row["status"] == task
    assert row["node_tasks"] == {"a": {"uid": "u1", "status": first}, "b": {"uid": "u2", "status": second}}


def test_a_list_is_newest_first_and_filters_before_it_pages(tasks: Run) -> None:
    for task_id, created_at, status in (("b", 1, "enqueued"), ("a", 1, "enqueued"), ("c", 2, "processing")):
        insert(tasks, task_id, created_at, status=status)

    def listed(**arguments: Any) -> list[str]:
        rows: Any = tasks("list", **{"status": None, "limit": None, "offset": None, **arguments})
        return [row["id"] for row in rows]

    assert listed() == ["c", "a", "b"]
    assert listed(limit=1) == ["c"]
    assert listed(status="enqueued", limit=1) == ["a"]
    assert listed(offset=1, limit=1) == ["a"]
    assert listed(offset=5) == []
    assert listed(limit=0) == []


def test_prune_removes_only_old_terminal_tasks(tasks: Run) -> None:
    insert(tasks, "old open", 1)
    insert(tasks, "old done", 1, status="failed")
    insert(tasks, "new done", 5, status="succeeded")
    assert tasks("prune", before=5) == 1
    assert tasks("get", id="old done") is None
    assert tasks("get", id="new done") is not None


def test_fields_are_updated_apart(tasks: Run) -> None:
    insert(tasks, "t")
    tasks("set_error", id="t", error="e")
    tasks("update_status", id="t", status="processing")
    row: Any = tasks("get", id="t")
    assert (row["error"], row["status"]) == ("e", "processing")


@pytest.mark.parametrize("function", ["update_status", "update_node", "set_error", "delete"])
def test_what_is_not_there_is_not_changed(tasks: Run, function: str) -> None:
    arguments: dict[str, Any] = {"status": "failed", "node": "n", "uid": "u", "error": None}
    assert tasks(function, id="missing", **arguments) is False


def test_a_claim_may_take_any_queued_job(jobs: Run) -> None:
    for job_id in "ab":
        assert jobs("enqueue", id=job_id, type="x", params=None) is True
    assert [answer["id"] for answer in jobs.answers("claim", worker="w", ttl_ms=10)] == ["a", "b"]


def test_only_the_claimant_works_on_a_job(jobs: Run) -> None:
    jobs("enqueue", id="j", type="x", params=1)
    jobs("claim", worker="v", ttl_ms=10)
    assert jobs("claim", worker="w", ttl_ms=10) is None
    assert jobs("heartbeat", id="j", worker="w", ttl_ms=5) is False
    assert jobs("progress", id="j", worker="w", progress=1) is False
    assert jobs("complete", id="j", worker="w") is False
    assert jobs("fail", id="j", worker="w") is False
    assert jobs("progress", id="j", worker="v", progress=[1]) is True
    assert jobs("complete", id="j", worker="v") is True
    assert jobs("complete", id="j", worker="v") is False
    assert jobs("get", id="j") == {
        "id": "j", "type": "x", "params": 1, "state": "completed", "claimed_by": "v", "progress": [1],
    }  # fmt: skip


def test_an_expired_claim_is_claimable_and_its_worker_is_late(jobs: Run) -> None:
    jobs("enqueue", id="j", type="x", params=None)
    jobs("claim", worker="v", ttl_ms=10, at_ms=(0, 2))
    assert jobs.answers("complete", id="j", worker="v", at_ms=(9, 9)) == [True]
    assert jobs.answers("complete", id="j", worker="v", at_ms=(11, 11)) == [True, False]
    assert jobs.answers("complete", id="j", worker="v", at_ms=(13, 13)) == [False]
    assert len(jobs.answers("claim", worker="w", ttl_ms=10, at_ms=(11, 11))) == 2
    assert jobs("claim", worker="w", ttl_ms=10, at_ms=(13, 13)) == {"id": "j", "type": "x", "params": None}
    assert jobs("heartbeat", id="j", worker="v", ttl_ms=10, at_ms=(14, 14)) is False


def test_a_worker_that_was_told_to_be_late_stays_late(jobs: Run) -> None:
    jobs("enqueue", id="j", type="x", params=None)
    jobs("claim", worker="v", ttl_ms=10, at_ms=(0, 2))
    jobs.take(False, "heartbeat", id="j", worker="v", ttl_ms=10, at_ms=(11, 11))
    assert jobs("complete", id="j", worker="v", at_ms=(11, 11)) is False


def test_queue_depth_counts_queued_jobs_alone(jobs: Run) -> None:
    for job_id in "abc":
        jobs("enqueue", id=job_id, type="x", params=None)
    jobs.take({"id": "b", "type": "x", "params": None}, "claim", worker="w", ttl_ms=10)
    assert jobs("queue_depth") == 2
    rows: Any = jobs("list", state="queued", limit=None)
    assert [row["id"] for row in rows] == ["a", "c"]


def test_tokens_grow_over_release_and_expiry(lease: Run) -> None:
    lease.take(7, "acquire", holder="a", ttl_ms=10)
    assert lease("get") == {"holder": "a", "token": 7}
    assert lease("acquire", holder="a", ttl_ms=10) is None
    assert lease("release", holder="b") is False
    assert lease("release", holder="a") is True
    (granted,) = lease.answers("acquire", holder="b", ttl_ms=10)
    assert granted.allowed == "any integer above 7"
    assert granted.state_after(7) is None
    assert granted.state_after(True) is None
    assert granted.state_after(9).beside.get("token") == 9


def test_an_old_token_does_not_write(lease: Run) -> None:
    lease.take(1, "acquire", holder="a", ttl_ms=10)
    assert lease("guarded_write", token=1, value={"by": "a"}) is True
    lease.take(2, "acquire", holder="b", ttl_ms=10, at_ms=(20, 20))
    assert lease("guarded_write", token=1, value="late") is False
    assert lease("guarded_read") == {"by": "a"}


def test_a_lease_that_was_seen_held_has_not_expired_before(lease: Run) -> None:
    lease.take(1, "acquire", holder="a", ttl_ms=10, at_ms=(0, 5))
    lease.take(None, "acquire", holder="b", ttl_ms=10, at_ms=(13, 14))
    assert lease.answers("acquire", holder="c", ttl_ms=10, at_ms=(12, 12)) == [None]


def test_a_lease_that_was_seen_free_is_free(lease: Run) -> None:
    lease.take(1, "acquire", holder="a", ttl_ms=10, at_ms=(0, 5))
    lease.take(None, "get", at_ms=(11, 11))
    assert lease("renew", holder="a", ttl_ms=10, at_ms=(11, 11)) is False


def test_the_clock_error_widens_the_window() -> None:
    lease = Run(model_of(TABLES["leader_lease"], clock_error_ns=3 * MS))
    lease.take(1, "acquire", holder="a", ttl_ms=10)
    assert len(lease.answers("acquire", holder="b", ttl_ms=10, at_ms=(7, 7))) == 2
    assert len(lease.answers("acquire", holder="b", ttl_ms=10, at_ms=(13, 13))) == 2
    assert lease.answers("acquire", holder="b", ttl_ms=10, at_ms=(6, 6)) == [None]


def test_a_grant_whose_token_nobody_saw_shows_any_larger_token(lease: Run) -> None:
    lease.take(4, "acquire", holder="a", ttl_ms=10)
    (lost,) = lease.steps("acquire", (20, 20), {"holder": "b", "ttl_ms": 10})
    lease.state = lost.state
    assert lease("guarded_write", token=4, value=0, at_ms=(21, 21)) is False
    lease.take({"holder": "b", "token": 9}, "get", at_ms=(21, 21))
    assert lease("get", at_ms=(21, 21)) == {"holder": "b", "token": 9}


EXAMPLES: dict[str, Json] = {
    "string": "processing", "integer": 1, "object": {}, "any": None, "boolean": True, "array": [],
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_model_knows_the_functions_of_its_table_and_answers_in_their_types(table: Any) -> None:
    run = Run(MODELS[table.name](None, 0))
    for function in table.functions:
        arguments = {
            argument.name: argument.values[0] if argument.values else EXAMPLES[argument.type]
            for argument in function.arguments
        }
        for step in run.steps(function.name, None, arguments):
            assert step.clause is None or step.clause in CLAUSES
            assert step.because
            if function.reads_only:
                assert step.state == run.state
        with_one_less = dict(list(arguments.items())[1:])
        if arguments:
            with pytest.raises(UnknownCall, match="needs the argument"):
                run.steps(function.name, None, with_one_less)


@pytest.mark.parametrize("table", TABLES)
def test_an_unknown_function_is_named(table: str) -> None:
    with pytest.raises(UnknownCall, match="has no function 'explode'"):
        Run(model_of(TABLES[table]))("explode")


def test_only_tables_in_which_something_ends_depend_on_time() -> None:
    timed = {name for name, make in MODELS.items() if name in TABLES and is_timed(make(None, 0))}
    assert timed == {
        "sessions",
        "idempotency_cache",
        "jobs",
        "leader_lease",
        "admin_sessions",
        "rate_limits",
        "login_backoff",
        "scoped_keys",
    }

"""The replicated state machine: the same on every node, a clock that never runs backwards, refusals without a trace."""

from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys

import pytest

from lawful.conformance.backends.raft.store import Command, Refused, TaskStore
from lawful.conformance.backends.raft.store.command import DEEPEST_NESTING, check_command, parse_command
from lawful.conformance.backends.raft.store.objects import OBJECTS
from lawful.conformance.workloads.objects import OBJECTS as WORKLOADS_OF_OBJECTS
from lawful.models.history import Outcome
from lawful.models.values import Json, canonical, identical

MS = 1_000_000
HALF_NODE_TASKS: tuple[Json, ...] = (None, {}, {"uid": "u"}, {"uid": 1, "status": "enqueued"})


def command(table: str, function: str, now_ns: int = 0, key: str | None = None, **arguments: Json) -> Command:
    return Command(table, key, function, arguments, now_ns)


def lease(function: str, now_ns: int, **arguments: Json) -> Command:
    return command("leader_lease", function, now_ns, "scope", **arguments)


def nested(levels: int) -> Json:
    value: Json = 0
    for _ in range(levels):
        value = [value]
    return value


def test_a_command_is_read_as_it_was_written() -> None:
    written = command("jobs", "enqueue", 2**63, id="ä\ud800", type="", params={"": [None, 1.0, -(2**63)]})
    read = parse_command(written.text())
    assert read == written
    assert identical(dict(read.arguments), dict(written.arguments))
    assert written.text().isascii()


def test_a_stamp_from_a_clock_that_is_behind_does_not_turn_time_back() -> None:
    store = TaskStore()
    assert store.apply(lease("acquire", 100 * MS, holder="a", ttl_ms=10)) == 1
    assert store.apply(lease("acquire", 110 * MS, holder="b", ttl_ms=10)) == 2
    assert store.apply(lease("renew", 105 * MS, holder="a", ttl_ms=10)) is False
    assert store.apply(lease("renew", 105 * MS, holder="b", ttl_ms=10)) is True
    assert store.clock_ns == 110 * MS
    assert store.apply(lease("get", 119 * MS)) == {"holder": "b", "token": 2}
    assert store.apply(lease("get", 120 * MS)) is None


def test_a_job_that_waits_goes_before_one_whose_claim_is_void() -> None:
    store = TaskStore()
    for job_id in ("z", "a"):
        store.apply(command("jobs", "enqueue", id=job_id, type="t", params=None))
    claimed = [
        store.apply(command("jobs", "claim", now * MS, worker="w", ttl_ms=10)) for now in (0, 100, 101, 110, 110)
    ]
    assert [row and row["id"] for row in claimed if row is None or isinstance(row, dict)] == ["z", "a", "z", "a", None]


def test_an_answer_does_not_change_with_the_row() -> None:
    store = TaskStore()
    store.apply(command("tasks", "insert", id="x", created_at=1, status="enqueued", node_tasks={}, error=None))
    shown = store.apply(command("tasks", "get", id="x"))
    listed = store.apply(command("tasks", "list", status=None, limit=None, offset=None))
    before = canonical([shown, listed])
    store.apply(command("tasks", "update_node", id="x", node="n", uid="u", status="failed"))
    assert canonical([shown, listed]) == before


@pytest.mark.parametrize(
    "wrong",
    [
        command("no such table", "get"),
        command("jobs", "steal"),
        command("jobs", "queue_depth", key="x"),
        command("leader_lease", "get"),
        command("jobs", "claim", worker="w"),
        command("jobs", "claim", worker="w", ttl_ms=1, more=1),
        command("jobs", "claim", worker="w", ttl_ms=True),
        command("jobs", "claim", worker="w", ttl_ms=1.0),
        command("jobs", "claim", worker=None, ttl_ms=1),
        command("jobs", "enqueue", id="x", type="t", params=nested(DEEPEST_NESTING + 1)),
        command("tasks", "insert", id="x", created_at=1, status="enqueued", node_tasks=[], error=None),
    ],
)
def test_what_the_specification_does_not_know_is_refused_before_it_is_replicated(wrong: Command) -> None:
    with pytest.raises(Refused):
        check_command(wrong)


def test_deep_values_up_to_the_limit_are_taken() -> None:
    check_command(command("jobs", "enqueue", id="x", type="t", params=nested(DEEPEST_NESTING)))


@pytest.mark.parametrize(
    "wrong",
    [
        command("tasks", "update_status", id="x", status="done"),
        command("tasks", "update_node", id="x", node="n", uid="u", status="done"),
        *(
            command("tasks", "insert", id="y", created_at=1, status="enqueued", node_tasks={"n": part}, error=None)
            for part in HALF_NODE_TASKS
        ),
    ],
)
def test_a_refused_command_leaves_no_trace(wrong: Command) -> None:
    store = TaskStore()
    store.apply(command("tasks", "insert", id="x", created_at=1, status="enqueued", node_tasks={}, error=None))
    everything = command("tasks", "list", status=None, limit=None, offset=None)
    before = store.apply(everything)
    with pytest.raises(Refused):
        store.apply(wrong)
    assert store.apply(everything) == before


def test_a_snapshot_of_the_state_goes_on_where_it_was_taken() -> None:
    choice = random.Random(2)
    store = TaskStore()
    for number in range(200):
        store.apply(_random_command(choice, number))
    copy: TaskStore = pickle.loads(pickle.dumps(store))  # noqa: S301  # PySyncObj does the same with its snapshots
    for number in range(200, 400):
        again = _random_command(choice, number)
        assert identical(copy.apply(again), store.apply(again))


def test_the_same_log_gives_the_same_answers_in_every_process() -> None:
    choice = random.Random(1)
    log = "\n".join(_random_command(choice, number).text() for number in range(500))
    answers = [_answers_in_a_process(log, hash_seed) for hash_seed in ("1", "2", "3")]
    assert len(set(answers)) == 1
    assert len(set(answers[0].splitlines())) > 20


def _answers_in_a_process(log: str, hash_seed: str) -> str:
    """The answers to the commands of a log, one a line; sets and hashes differ from process to process."""
    script = (
        "import sys; from lawful.conformance.backends.raft.store import TaskStore\n"
        "from lawful.conformance.backends.raft.store.command import parse_command\n"
        "store = TaskStore()\n"
        "for line in sys.stdin: print(store.apply(parse_command(line)))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run(
        [sys.executable, "-c", script], input=log, capture_output=True, text=True, env=environment, check=True
    )
    return run.stdout


def _random_command(choice: random.Random, number: int) -> Command:
    job, worker = f"{choice.choice('abc')}{number // 30}", choice.choice("vw")
    params: Json = choice.choice((None, 1, [job]))
    calls: tuple[tuple[str, dict[str, Json]], ...] = (
        ("enqueue", {"id": job, "type": "t", "params": params}),
        ("claim", {"worker": worker, "ttl_ms": 5}),
        ("complete", {"id": job, "worker": worker}),
        ("list", {"state": None, "limit": None}),
    )
    function, arguments = choice.choice(calls)
    return Command("jobs", None, function, arguments, choice.randrange(1000) * MS)


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_is_the_same_on_every_node_also_after_a_snapshot(name: str) -> None:
    script = WORKLOADS_OF_OBJECTS[name].script(1, 5)
    stores = [TaskStore(), TaskStore()]
    for number in range(120):
        intent = script.next()
        assert intent is not None
        called = Command(name, intent.key, intent.function, intent.arguments, number)
        check_command(called)
        answers = [store.apply(parse_command(called.text())) for store in stores]
        assert identical(*answers)
        script.saw(intent, Outcome.OK, answers[0])
        if number == 60:
            stores[1] = pickle.loads(pickle.dumps(stores[1]))  # noqa: S301 (its own)


@pytest.mark.parametrize(
    ("function", "arguments"), [("clear", {}), ("insert", {}), ("insert", {"value": nested(DEEPEST_NESTING + 1)})]
)
def test_a_call_that_an_object_does_not_know_is_refused(function: str, arguments: dict[str, Json]) -> None:
    with pytest.raises(Refused):
        check_command(Command("set", "a", function, arguments, 0))

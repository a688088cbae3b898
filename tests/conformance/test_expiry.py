"""What expires: by the clock as it is, by one that is wrong for everybody, and by clocks that disagree.

With the clock as it is, every answer is compared with the model, so a test machine that stalls makes no difference.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any, NamedTuple

import pytest

from lawful.conformance.adapter import Client
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.conformance.errors import UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.models.model import AnyModel, Call, Window, state_after, transitions
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

HOUR_MS = 3_600_000
CLOCK_ERROR_NS = 3_000_000
TTL_MS = 60
STORES: dict[str, Callable[[], SqliteBackend | RedisBackend]] = {
    "sqlite": lambda: SqliteBackend(synchronous="off"),
    "sqlite, a year ahead": lambda: SqliteBackend(synchronous="off", clock_offset_ms=365 * 24 * HOUR_MS),
    "sqlite, before 1970": lambda: SqliteBackend(synchronous="off", clock_offset_ms=-100 * 365 * 24 * HOUR_MS),
    "redis": lambda: RedisBackend(appendfsync="no"),
}


class Step(NamedTuple):
    """One call, and how long to wait before it."""

    function: str
    arguments: dict[str, Json]
    wait_ms: int = 0
    client: int = 0


class Wrong(AssertionError):
    """An answer that the model does not allow."""


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


def followed(clients: list[Client], table: str, steps: list[Step], clock_error_ns: int = CLOCK_ERROR_NS) -> list[Json]:
    """The answers to `steps`; raises `Wrong` at the first that the model does not allow."""
    model: AnyModel[Any] = model_of(TABLES[table], clock_error_ns)
    key = None if TABLES[table].key is None else "a"
    states = {model.initial()}
    answers: list[Json] = []
    for function, arguments, wait_ms, client in steps:
        time.sleep(wait_ms / 1000)
        called_ns = time.monotonic_ns()
        answer = clients[client].invoke(table, key, function, arguments).result
        window = Window(called_ns, time.monotonic_ns())
        allowed = [step for state in states for step in transitions(model, state, Call(function, arguments), window)]
        states = {state_after(step, answer) for step in allowed} - {None}
        if not states:
            raise Wrong(f"{function} answered {answer!r}")
        answers.append(answer)
    return answers


def upsert(ttl_ms: int, name: str = "s", most: int = 9, wait_ms: int = 0) -> Step:
    fields: dict[str, Json] = {"last_write_mtask_id": None, "last_write_at": 2**53 + 1, "pinned_group": None}
    limits: dict[str, Json] = {"ttl_ms": ttl_ms, "max_sessions": most}
    return Step("upsert", {"session_id": name, **fields, "min_settings_version": 0, **limits}, wait_ms)


def get(wait_ms: int = 0, name: str = "s", ttl_ms: int = TTL_MS, client: int = 0) -> Step:
    return Step("get", {"session_id": name, "ttl_ms": ttl_ms}, wait_ms, client)


def record(task: str, ttl_ms: int, wait_ms: int = 0) -> Step:
    return Step("record", {"key": "k", "body_sha256": "h", "miroir_task_id": task, "ttl_ms": ttl_ms}, wait_ms)


def check(wait_ms: int = 0, client: int = 0) -> Step:
    return Step("check", {"key": "k", "body_sha256": "h"}, wait_ms, client)


COUNT = Step("count", {})


@pytest.fixture(params=STORES)
def client(request: pytest.FixtureRequest, group: ProcessGroup) -> Iterator[Client]:
    backend = STORES[request.param]()
    backend.start(group.workspace())
    with closing(backend.connect(backend.connection(), 5.0)) as opened:
        yield opened
    backend.stop()


def test_a_session_lasts_from_its_last_use_on(client: Client) -> None:
    late, after = TTL_MS * 2 // 3, TTL_MS + 20
    answers = followed([client], "sessions", [upsert(TTL_MS), get(late), get(late), COUNT, get(after), COUNT])
    assert answers[-2:] == [None, 0]
    assert followed([client], "sessions", [upsert(HOUR_MS, "t")]) == [True]


def test_sessions_that_have_expired_take_nobodys_place(client: Client) -> None:
    steps = [upsert(HOUR_MS, "old"), upsert(5, "short"), upsert(HOUR_MS, "new", most=2, wait_ms=20), COUNT]
    assert followed([client], "sessions", [*steps, get(name="old", ttl_ms=HOUR_MS)])[3:] != [2, None]


def test_an_idempotency_key_is_free_when_its_own_time_is_over(client: Client) -> None:
    steps = [record("t1", TTL_MS), record("t2", HOUR_MS), check(TTL_MS + 20), record("t3", HOUR_MS), check()]
    answers = followed([client], "idempotency_cache", [*steps, Step("prune", {}), check()])
    assert answers[2:4] == [
        {"status": "miss", "miroir_task_id": None},
        {"status": "recorded", "miroir_task_id": "t3"},
    ]
    assert answers[-1] == {"status": "replay", "miroir_task_id": "t3"}


def test_a_time_to_live_beyond_all_clocks_does_not_end(client: Client) -> None:
    for number, ttl_ms in enumerate((2**63 - 1, 2**53 + 1), 1):
        steps = [upsert(ttl_ms, f"s{number}"), get(2, f"s{number}", ttl_ms)]
        assert None not in followed([client], "sessions", steps)
        assert client.invoke("sessions", None, "count", {}).result == number
    answers = followed([client], "idempotency_cache", [record("t", 2**63 - 1), check(2)])
    assert answers[1] == {"status": "replay", "miroir_task_id": "t"}


def test_a_time_to_live_that_is_over_at_once_leaves_nothing(client: Client) -> None:
    for ttl_ms in (0, -1, -(2**63)):
        assert followed([client], "sessions", [upsert(ttl_ms), get(5), COUNT])[1:] == [None, 0]
        assert followed([client], "sessions", [upsert(HOUR_MS), get(ttl_ms=ttl_ms), get(5)])[2] is None
        answers = followed([client], "idempotency_cache", [record("t", ttl_ms), check(5)])
        assert answers[1] == {"status": "miss", "miroir_task_id": None}


def enqueue() -> Step:
    return Step("enqueue", {"id": "j", "type": "x", "params": None})


AHEAD: dict[str, list[Step]] = {
    "sessions": [upsert(60_000), get(client=1)],
    "idempotency_cache": [record("t", 60_000), check(client=1)],
    "jobs": [
        enqueue(),
        Step("claim", {"worker": "v", "ttl_ms": 60_000}),
        Step("claim", {"worker": "w", "ttl_ms": 60_000}, client=1),
    ],
    "leader_lease": [
        Step("acquire", {"holder": "v", "ttl_ms": 60_000}),
        Step("acquire", {"holder": "w", "ttl_ms": 60_000}, client=1),
    ],
}
BEHIND: dict[str, list[Step]] = {
    "sessions": [upsert(5), get(20, client=1)],
    "idempotency_cache": [record("t", 5), check(20, client=1)],
    "jobs": [
        enqueue(),
        Step("claim", {"worker": "v", "ttl_ms": 5}),
        Step("complete", {"id": "j", "worker": "v"}, wait_ms=20, client=1),
    ],
    "leader_lease": [
        Step("acquire", {"holder": "v", "ttl_ms": 5}),
        Step("get", {}, wait_ms=20, client=1),
    ],
}


@pytest.mark.parametrize(("offset_ms", "programs"), [(HOUR_MS, AHEAD), (-HOUR_MS, BEHIND)], ids=["ahead", "behind"])
@pytest.mark.parametrize("table", AHEAD)
def test_a_pod_whose_clock_disagrees_is_found_out_unless_the_stated_error_covers_it(
    table: str, offset_ms: int, programs: dict[str, list[Step]], group: ProcessGroup
) -> None:
    for clock_error_ns, allowed in ((CLOCK_ERROR_NS, False), (2 * HOUR_MS * 1_000_000, True)):
        backend = SqliteBackend(synchronous="off")
        backend.start(group.workspace())
        right = backend.connection()
        with ExitStack() as stack:
            clients = [
                stack.enter_context(closing(backend.connect({**right, "clock_offset_ms": offset}, 5.0)))
                for offset in (0, offset_ms)
            ]
            if allowed:
                followed(clients, table, programs[table], clock_error_ns)
            else:
                with pytest.raises(Wrong, match=programs[table][-1].function):
                    followed(clients, table, programs[table], clock_error_ns)


def test_an_offset_that_is_no_number_is_named() -> None:
    with pytest.raises(UsageError, match="clock_offset_ms"):
        SqliteBackend(clock_offset_ms="soon")


@pytest.fixture
def redis(group: ProcessGroup) -> Iterator[tuple[Client, Callable[..., Any]]]:
    """A client, and what sends a command to its server directly."""
    backend = RedisBackend(appendfsync="no")
    backend.start(group.workspace())
    link = Link(backend.connection(), 5.0)

    def command(*words: str | int) -> Any:
        link.begin()
        return link.call(*words)

    with closing(backend.connect(backend.connection(), 5.0)) as opened, closing(link):
        yield opened, command
    backend.stop()


def test_redis_removes_a_session_at_the_instant_that_its_index_says(
    redis: tuple[Client, Callable[..., Any]],
) -> None:
    client, command = redis
    for step in (upsert(TTL_MS), get(ttl_ms=HOUR_MS), get(ttl_ms=TTL_MS)):
        client.invoke("sessions", None, step.function, step.arguments)
        end = command("PEXPIRETIME", "miroir:sessions:s")
        assert float(command("ZSCORE", "miroir:sessions:_index", "s")) == end
    time.sleep((TTL_MS + 20) / 1000)
    assert command("EXISTS", "miroir:sessions:s") == 0
    followed([client], "sessions", [upsert(HOUR_MS, "t")])
    assert command("ZRANGE", "miroir:sessions:_index", 0, -1) == ["t"]
    assert command("ZRANGE", "miroir:sessions:_used", 0, -1) == ["t"]


def test_redis_frees_an_idempotency_key_when_the_server_says_so(redis: tuple[Client, Callable[..., Any]]) -> None:
    client, command = redis
    followed([client], "idempotency_cache", [record("t", HOUR_MS), check()])
    assert 0 < command("PTTL", "miroir:idempotency_cache:k") <= HOUR_MS
    assert command("PEXPIREAT", "miroir:idempotency_cache:k", 1) == 1
    assert followed([client], "idempotency_cache", [check(), record("u", HOUR_MS)])[1] == {
        "status": "recorded", "miroir_task_id": "u",
    }  # fmt: skip

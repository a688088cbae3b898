"""Admin sessions and what only a shared store keeps, in real stores: clients at the same time, and time that passes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lawful.conformance.adapter import Backend, Client
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.conformance.processes import ProcessGroup
from lawful.models.values import Json

STORES: dict[str, Callable[[], Backend]] = {
    "sqlite": lambda: SqliteBackend(synchronous="off"),
    "redis": lambda: RedisBackend(appendfsync="no"),
}
CLIENTS = 4
CALLS = 10
TIMEOUT_S = 10.0
SHORT_MS, LONG_MS, HOUR_MS = 40, 60_000, 3_600_000
SESSION: dict[str, Any] = {
    "session_id": "s:1",
    "csrf_token": "c",
    "admin_key_hash": "h",
    "created_at": 1,
    "user_agent": None,
    "source_ip": None,
}
ADMITTED = {"admitted": True, "remaining": 0}
REFUSED = {"admitted": False, "remaining": 0}
LASTING: dict[str, Any] = {"session": True, "hit": REFUSED, "may_try": False, "revoked": False}


class Store:
    """A backend that runs, with one client for what is called on the store itself."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.client = self.connect()

    def connect(self, **options: Json) -> Client:
        return self.backend.connect({**self.backend.connection(), **options}, TIMEOUT_S)

    def __call__(self, table: str, function: str, key: str | None = "k", **arguments: Json) -> Any:
        return self.client.invoke(table, None if table == "admin_sessions" else key, function, arguments).result

    def at_the_same_time(self, table: str, function: str, **arguments: Json) -> list[Any]:
        """What several clients are answered that make the same calls at the same time."""

        def one_client(number: int) -> list[Any]:
            client = self.connect()
            try:
                return [client.invoke(table, "k", function, arguments).result for _ in range(CALLS)]
            finally:
                client.close()

        with ThreadPoolExecutor(CLIENTS) as pool:
            return [answer for answers in pool.map(one_client, range(CLIENTS)) for answer in answers]


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, group: ProcessGroup) -> Iterator[Store]:
    yield from _running(STORES[request.param](), group)


@pytest.fixture
def redis(group: ProcessGroup) -> Iterator[Store]:
    yield from _running(STORES["redis"](), group)


@pytest.fixture
def sqlite(group: ProcessGroup) -> Iterator[Store]:
    yield from _running(STORES["sqlite"](), group)


def _running(backend: Backend, group: ProcessGroup) -> Iterator[Store]:
    backend.start(group.workspace())
    running = Store(backend)
    yield running
    running.client.close()
    backend.stop()


def test_no_more_than_the_limit_is_admitted_whoever_asks(store: Store) -> None:
    limit = CLIENTS * CALLS - 5
    answers = store.at_the_same_time("rate_limits", "hit", limit=limit, window_ms=LONG_MS)
    admitted = [answer["remaining"] for answer in answers if answer["admitted"]]
    assert sorted(admitted) == list(range(limit))
    assert [answer for answer in answers if not answer["admitted"]] == [REFUSED] * 5


def test_failures_at_the_same_time_all_count(store: Store) -> None:
    answers = store.at_the_same_time("login_backoff", "failed", threshold=10**6, base_ms=1)
    assert sorted(answer["failures"] for answer in answers) == list(range(1, CLIENTS * CALLS + 1))


def test_of_rotations_at_the_same_time_one_wins(store: Store) -> None:
    answers = store.at_the_same_time("scoped_keys", "rotate", new_key="n", expected_generation=0, rotated_at=1)
    assert [answer for answer in answers if answer is not None] == [1]


def test_no_more_is_kept_than_fits_and_each_event_is_drained_once(store: Store) -> None:
    answers = store.at_the_same_time("cdc_overflow", "append", bytes=2, max_bytes=51, payload={})
    assert answers.count(True) == 25
    assert store("cdc_overflow", "size") == 50
    drained = store.at_the_same_time("cdc_overflow", "drain", most=1)
    assert sum(map(len, drained)) == 25
    assert store("cdc_overflow", "size") == 0


def test_what_has_a_time_ends_when_it_is_over(store: Store) -> None:
    _begin_everything(store, SHORT_MS)
    time.sleep((SHORT_MS + 10) / 1000)
    assert store("admin_sessions", "is_valid", session_id="s:1") is False
    assert store("admin_sessions", "revoke", session_id="s:1") is False
    assert store("admin_sessions", "create", ttl_ms=LONG_MS, **SESSION) is True
    assert store("rate_limits", "hit", limit=1, window_ms=LONG_MS) == ADMITTED
    assert store("login_backoff", "may_try") is True
    assert store("scoped_keys", "observers") == []
    assert store("scoped_keys", "revoke_previous") is True


def test_what_has_time_left_lasts(store: Store) -> None:
    _begin_everything(store, LONG_MS)
    assert _seen(store.client) == LASTING


def test_in_sqlite_the_clock_of_a_client_judges_what_is_over(sqlite: Store) -> None:
    """This is why clients must share one machine: the promise holds within the clock error alone."""
    late, early = sqlite.connect(clock_offset_ms=-HOUR_MS), sqlite.connect(clock_offset_ms=HOUR_MS)
    _begin_everything(sqlite, LONG_MS)
    assert _seen(late) == LASTING
    assert _seen(early) == {"session": False, "hit": ADMITTED, "may_try": True, "revoked": True}
    late.close()
    early.close()


def test_in_redis_the_clock_of_a_client_judges_nothing(redis: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, now_ns = time.time, time.time_ns
    monkeypatch.setattr(time, "time", lambda: now_s() + HOUR_MS / 1000)
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() + HOUR_MS * 1_000_000)
    _begin_everything(redis, LONG_MS)
    assert _seen(redis.client) == LASTING


def test_in_redis_the_server_removes_what_is_over(redis: Store) -> None:
    keys = _connection(redis)
    staying = {"miroir:login_backoff:k", "miroir:scoped_keys:k", "miroir:scoped_keys:_pods:k"}
    _begin_everything(redis, LONG_MS)
    left_ms = {name: keys.pttl(name) for name in keys.keys("*")}
    assert {name for name, left in left_ms.items() if left == -1} == staying
    ending = {name for name, left in left_ms.items() if 0 < left <= LONG_MS}
    assert ending == {"miroir:admin_sessions:s:1", "miroir:rate_limits:k", "miroir:scoped_keys:_observed:1:k:p"}
    keys.flushall()
    _begin_everything(redis, SHORT_MS)
    time.sleep((SHORT_MS + 10) / 1000)
    assert set(keys.keys("*")) == staying


def test_in_redis_a_revoke_is_announced_to_those_who_listen(redis: Store) -> None:
    with _connection(redis).pubsub(ignore_subscribe_messages=True) as listener:
        listener.subscribe("miroir:admin_sessions:_revoked")
        listener.get_message(timeout=TIMEOUT_S)
        redis("admin_sessions", "revoke", session_id="nobody")
        redis("admin_sessions", "create", ttl_ms=LONG_MS, **SESSION)
        assert redis("admin_sessions", "revoke", session_id="s:1") is True
        heard = listener.get_message(timeout=TIMEOUT_S)
    assert heard is not None
    assert heard["data"] == "s:1"


def _begin_everything(store: Store, ttl_ms: int) -> None:
    """A session, a window, a block, and the report of a pod that it uses the previous key."""
    assert store("admin_sessions", "create", ttl_ms=ttl_ms, **SESSION) is True
    assert store("rate_limits", "hit", limit=1, window_ms=ttl_ms) == ADMITTED
    assert store("login_backoff", "failed", threshold=1, base_ms=ttl_ms) == {"failures": 1, "blocked_ms": ttl_ms}
    assert store("scoped_keys", "rotate", new_key="k1", expected_generation=0, rotated_at=1) == 1
    assert store("scoped_keys", "observe", pod="p", generation=1, ttl_ms=ttl_ms) is True
    assert store("scoped_keys", "rotate", new_key="k2", expected_generation=1, rotated_at=2) == 2


def _seen(client: Client) -> dict[str, Json]:
    """What `client` sees of them."""
    return {
        "session": client.invoke("admin_sessions", None, "is_valid", {"session_id": "s:1"}).result,
        "hit": client.invoke("rate_limits", "k", "hit", {"limit": 1, "window_ms": LONG_MS}).result,
        "may_try": client.invoke("login_backoff", "k", "may_try", {}).result,
        "revoked": client.invoke("scoped_keys", "k", "revoke_previous", {}).result,
    }


def _connection(store: Store) -> Any:
    from redis import Redis

    return Redis.from_url(str(store.backend.connection()["url"]), decode_responses=True)

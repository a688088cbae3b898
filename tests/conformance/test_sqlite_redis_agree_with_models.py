"""One client alone sees what the models say: random programs with awkward values, on each store.

Every answer is compared with all that the model allows in the window from the call to the return. The programs are
the same for all stores; their seeds are in the test ids.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping

import pytest

from lawful.conformance.adapter import Answer, Backend, Client
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.backends.redis_naive import NaiveRedisBackend
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.programs.awkward import AWKWARD_INTEGERS
from lawful.models.model import Window
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

from .awkward_programs import SHORT_MS, run_program, silent

STORES: dict[str, Callable[[], Backend]] = {
    "sqlite": lambda: SqliteBackend(synchronous="off"),
    "redis": lambda: RedisBackend(appendfsync="no"),
    "redis-naive": lambda: NaiveRedisBackend(appendfsync="no"),
}
"""None waits for the disk: nothing crashes here."""
OFFERED = [(store, table) for store, build in STORES.items() for table in TABLES if table in build().tables]
CALLS, MOST_CALLS = 120, 1000
CLOCK_ERROR_NS = 3_000_000


def run_alone(client: Client, table: str, seed: int, calls: int = CALLS) -> dict[str, set[str]]:
    """Run a program and check each answer; the different answers of each function."""
    choice = random.Random(f"{table}/{seed}/pauses")

    def invoke(table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> tuple[Json, Window]:
        called_ns = time.monotonic_ns()
        result = client.invoke(table, key, function, arguments).result
        window = Window(called_ns, time.monotonic_ns())
        if SHORT_MS in arguments.values() and choice.random() < 0.7:
            time.sleep(0.010)
        return result, window

    return run_program(invoke, table, seed, calls=calls, most_calls=MOST_CALLS, clock_error_ns=CLOCK_ERROR_NS)


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


@pytest.fixture
def open_client(group: ProcessGroup) -> Iterator[Callable[[str], Client]]:
    opened: list[tuple[Backend, Client]] = []

    def open_store(name: str) -> Client:
        backend = STORES[name]()
        backend.start(group.workspace())
        client = backend.connect(backend.connection(), 5.0)
        opened.append((backend, client))
        return client

    yield open_store
    for backend, client in opened:
        client.close()
        backend.stop()


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("store", "table"), OFFERED)
def test_every_answer_is_one_that_the_model_allows(
    store: str, table: str, seed: int, open_client: Callable[[str], Client]
) -> None:
    answers = run_alone(open_client(store), table, seed)
    assert silent(table, answers) == [], "these gave one answer only: the program does not put them to the test"


@pytest.mark.parametrize("store", STORES)
def test_ages_are_compared_as_integers_of_64_bits(store: str, open_client: Callable[[str], Client]) -> None:
    client = open_client(store)
    row: dict[str, Json] = {"status": "failed", "node_tasks": {}, "error": None}
    for age in AWKWARD_INTEGERS:
        assert client.invoke("tasks", None, "insert", {"id": f"task {age}", "created_at": age, **row}).result is True
    bounds = sorted(AWKWARD_INTEGERS)
    assert client.invoke("tasks", None, "prune", {"before": bounds[0]}).result == 0
    assert [client.invoke("tasks", None, "prune", {"before": bound}).result for bound in bounds[1:]] == [1] * (
        len(bounds) - 1
    )


@pytest.mark.parametrize("finish", ["complete", "fail"])
@pytest.mark.parametrize("store", STORES)
def test_a_finished_job_is_not_claimed_when_its_claim_would_have_expired(
    store: str, finish: str, open_client: Callable[[str], Client]
) -> None:
    client = open_client(store)
    client.invoke("jobs", None, "enqueue", {"id": "a", "type": "t", "params": None})
    ttl_ms = 50
    assert client.invoke("jobs", None, "claim", {"worker": "w", "ttl_ms": ttl_ms}).result is not None
    assert client.invoke("jobs", None, finish, {"id": "a", "worker": "w"}).result is True
    time.sleep((ttl_ms + 10) / 1000)
    assert client.invoke("jobs", None, "claim", {"worker": "v", "ttl_ms": ttl_ms}).result is None


class Corrupted:
    """A store whose answers pass through a fault."""

    def __init__(self, client: Client, corrupt: Callable[[str, Json], Json]) -> None:
        self._client = client
        self._corrupt = corrupt

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        answer = self._client.invoke(table, key, function, arguments)
        return Answer(self._corrupt(function, answer.result), answer.server)

    def close(self) -> None:
        self._client.close()


def through_doubles(function: str, result: Json) -> Json:
    if isinstance(result, dict):
        return {name: through_doubles(function, value) for name, value in result.items()}
    if isinstance(result, list):
        return [through_doubles(function, value) for value in result]
    return int(float(result)) if isinstance(result, int) and not isinstance(result, bool) else result


def empty_maps_become_arrays(function: str, result: Json) -> Json:
    if isinstance(result, dict):
        return {name: empty_maps_become_arrays(function, value) for name, value in result.items()} or []
    if isinstance(result, list):
        return [empty_maps_become_arrays(function, value) for value in result]
    return result


def lists_turned_round(function: str, result: Json) -> Json:
    return result[::-1] if isinstance(result, list) else result


def claims_never_expire(function: str, result: Json) -> Json:
    return True if function == "heartbeat" else result


def tokens_stand_still(function: str, result: Json) -> Json:
    return 1 if function == "acquire" and result is not None else result


def every_advance_moves(function: str, result: Json) -> Json:
    return True if function == "advance" else result


def empty_arrays_become_maps(function: str, result: Json) -> Json:
    if isinstance(result, dict):
        return {name: empty_arrays_become_maps(function, value) for name, value in result.items()}
    return {} if result == [] and function == "get" else result


def histories_are_newest_first(function: str, result: Json) -> Json:
    return {**result, "history": result["history"][::-1]} if isinstance(result, dict) else result


def versions_stand_still(function: str, result: Json) -> Json:
    return {**result, "version": 1} if isinstance(result, dict) else result


def nulls_become_empty(function: str, result: Json) -> Json:
    if isinstance(result, dict):
        return {name: "" if value is None else value for name, value in result.items()}
    return result


def counts_are_one_too_many(function: str, result: Json) -> Json:
    return int(result) + 1 if function == "count" and isinstance(result, int) else result


def conflicts_are_replays(function: str, result: Json) -> Json:
    return {**result, "status": "replay"} if isinstance(result, dict) and result["status"] == "conflict" else result


def every_record_is_the_first(function: str, result: Json) -> Json:
    return {**result, "status": "recorded"} if isinstance(result, dict) and function == "record" else result


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("tasks", through_doubles),
        ("tasks", empty_maps_become_arrays),
        ("tasks", lists_turned_round),
        ("jobs", through_doubles),
        ("jobs", empty_maps_become_arrays),
        ("jobs", claims_never_expire),
        ("leader_lease", through_doubles),
        ("leader_lease", tokens_stand_still),
        ("node_settings_version", through_doubles),
        ("node_settings_version", every_advance_moves),
        ("node_settings_version", lists_turned_round),
        ("aliases", empty_arrays_become_maps),
        ("aliases", histories_are_newest_first),
        ("aliases", versions_stand_still),
        ("sessions", through_doubles),
        ("sessions", nulls_become_empty),
        ("sessions", counts_are_one_too_many),
        ("idempotency_cache", conflicts_are_replays),
        ("idempotency_cache", every_record_is_the_first),
    ],
    ids=lambda part: part if isinstance(part, str) else part.__name__,
)
def test_a_store_with_a_fault_is_caught(
    table: str, fault: Callable[[str, Json], Json], open_client: Callable[[str], Client]
) -> None:
    store = Corrupted(open_client("sqlite"), fault)
    with pytest.raises(AssertionError, match="answered"):
        run_alone(store, table, 1, calls=1000)

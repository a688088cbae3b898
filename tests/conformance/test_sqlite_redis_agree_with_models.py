"""One client alone sees what the models say: random programs with awkward values, on each store.

Every answer is compared with all that the model allows in the window from the call to the return. The programs are
the same for all stores; their seeds are in the test ids.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from lawful.conformance.adapter import Answer, Backend, Client
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.backends.redis_naive import NaiveRedisBackend
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.conformance.processes import ProcessGroup
from lawful.models.catalogue import MODELS
from lawful.models.model import Call, Window, state_after, transitions
from lawful.models.values import Json, canonical
from lawful.specs.task_store import TABLES
from lawful.specs.task_store.jobs import JOB_STATES
from lawful.specs.task_store.tasks import STATUSES

STORES: dict[str, Callable[[], Backend]] = {
    "sqlite": lambda: SqliteBackend(synchronous="off"),
    "redis": lambda: RedisBackend(appendfsync="no"),
    "redis-naive": lambda: NaiveRedisBackend(appendfsync="no"),
}
"""None waits for the disk: nothing crashes here."""
CALLS = 200
CLOCK_ERROR_NS = 3_000_000
LONG_MS, SHORT_MS = 10**9, 4

TEXTS = (
    *("", "a", "b", "a:b", "a/b", "_index", "_queued", "__index", "node_uid:a", "lease:a", " ", "null", "0", "1e3"),
    *(
        "quote ' \" ` ;--",
        "line\r\nbreak",
        "nul \x00 byte",
        "%s {} ?1 $",
        "ünïcödé",
        "ﬁ",
        "日本語",
        "😀",
        "\u2028",
        "x" * 20_000,
    ),
)
INTEGERS = (0, 1, -1, 2, 10, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1)
NESTED: Json = [None, [1, {"x": [True, 2**63 - 1]}]]
VALUES: tuple[Json, ...] = (
    *(None, True, False, 1.0, 0.1, -0.0, 1e300, [], {}, [[]], [{}], {"": None}, {"a": {"b": []}}),
    *(NESTED, {"ü": "😀", "nul": "\x00"}, [0, -0.0, False], *INTEGERS, *TEXTS),
)
TRICKY: tuple[Json, ...] = ({}, [], {"empty": {}}, 2**53 + 1, 1.0, None, "null")
"""Values that stores are known to confuse: half of all values."""

Program = Callable[[random.Random, Sequence[str]], tuple[str | None, str, dict[str, Json]]]
"""From a source of choices and the ids to choose from to a key, a function and its arguments."""


def tasks_call(choice: random.Random, ids: Sequence[str]) -> tuple[str | None, str, dict[str, Json]]:
    function = choice.choice(("insert", "insert", "insert", "get", "update_status", "update_node", "update_node",
                              "update_node", "set_error", "list", "list", "delete", "prune"))  # fmt: skip
    optional: dict[str, Json] = {
        "insert": choice.choice((None, *TEXTS)),
        "set_error": choice.choice((None, *TEXTS)),
    }
    nodes = {choice.choice(TEXTS): node_task(choice) for _ in range(choice.randrange(4))}
    values: dict[str, Json] = {
        "id": choice.choice(ids),
        "created_at": choice.choice(INTEGERS),
        "status": choice.choice((None, *STATUSES)) if function == "list" else choice.choice(STATUSES),
        "node_tasks": nodes,
        "error": optional.get(function),
        "node": choice.choice(TEXTS[:4]),
        "uid": choice.choice(TEXTS),
        "limit": choice.choice((None, None, 0, 1, 3, 2**40)),
        "offset": choice.choice((None, None, 0, 1, 3)),
        "before": choice.choice(INTEGERS),
    }
    return None, function, arguments_of("tasks", function, values)


def node_task(choice: random.Random) -> Json:
    return {"uid": choice.choice(TEXTS), "status": choice.choice(STATUSES)}


def jobs_call(choice: random.Random, ids: Sequence[str]) -> tuple[str | None, str, dict[str, Json]]:
    function = choice.choice(("enqueue", "enqueue", "claim", "claim", "claim", "heartbeat", "heartbeat", "progress",
                              "progress", "complete", "fail", "get", "list", "queue_depth"))  # fmt: skip
    values: dict[str, Json] = {
        "id": choice.choice(ids),
        "type": choice.choice(TEXTS),
        "params": choice.choice(choice.choice((VALUES, TRICKY))),
        "worker": choice.choice(("", "_index")),
        "ttl_ms": choice.choice((LONG_MS, LONG_MS, LONG_MS, SHORT_MS)),
        "progress": choice.choice(choice.choice((VALUES, TRICKY))),
        "state": choice.choice((None, *JOB_STATES)),
        "limit": choice.choice((None, None, 0, 1, 3, 2**40)),
    }
    return None, function, arguments_of("jobs", function, values)


def leader_lease_call(choice: random.Random, ids: Sequence[str]) -> tuple[str | None, str, dict[str, Json]]:
    function = choice.choice(("acquire", "acquire", "renew", "release", "get", "guarded_write", "guarded_read"))
    values: dict[str, Json] = {
        "holder": choice.choice(("", "ünïcödé:1")),
        "ttl_ms": choice.choice((LONG_MS, LONG_MS, SHORT_MS)),
        "token": choice.choice((*range(12), -(2**63), 2**63 - 1)),
        "value": choice.choice(choice.choice((VALUES, TRICKY))),
    }
    return choice.choice(ids[:3]), function, arguments_of("leader_lease", function, values)


def arguments_of(table: str, function: str, values: Mapping[str, Json]) -> dict[str, Json]:
    described = TABLES[table].function(function)
    assert described is not None
    return {argument.name: values[argument.name] for argument in described.arguments}


PROGRAMS: dict[str, Program] = {"tasks": tasks_call, "jobs": jobs_call, "leader_lease": leader_lease_call}


def run_program(client: Client, table: str, seed: int, calls: int = CALLS) -> dict[str, int]:
    """Run one program and check each answer; how many different answers each function gave."""
    choice = random.Random(f"{table}/{seed}")
    ids = choice.sample(TEXTS, 8)
    model = MODELS[table](None, CLOCK_ERROR_NS)
    states: dict[str | None, set[Any]] = {}
    answers: dict[str, set[str]] = {}
    for number in range(calls):
        key, function, arguments = PROGRAMS[table](choice, ids)
        call_ns = time.monotonic_ns()
        result = client.invoke(table, key, function, arguments).result
        window = Window(call_ns, time.monotonic_ns())
        call = Call(function, arguments)
        before = states.get(key, {model.initial()})
        allowed = [step for state in before for step in transitions(model, state, call, window)]
        after = {state_after(step, result) for step in allowed} - {None}
        assert after, f"call {number} of seed {seed}: {table}/{key} {call} answered {result!r}; allowed: {allowed}"
        assert len(after) < 50
        states[key] = after
        answers.setdefault(function, set()).add(canonical(result))
        if arguments.get("ttl_ms") == SHORT_MS and choice.random() < 0.7:
            time.sleep(0.010)
    return {function: len(different) for function, different in answers.items()}


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


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("table", PROGRAMS)
@pytest.mark.parametrize("store", STORES)
def test_every_answer_is_one_that_the_model_allows(
    store: str, table: str, seed: int, open_client: Callable[[str], Client]
) -> None:
    answers = run_program(open_client(store), table, seed)
    silent = {function.name for function in TABLES[table].functions if answers.get(function.name, 0) < 2}
    assert silent == set(), "these functions gave one answer only: the program does not put them to the test"


@pytest.mark.parametrize("store", STORES)
def test_ages_are_compared_as_integers_of_64_bits(store: str, open_client: Callable[[str], Client]) -> None:
    client = open_client(store)
    row: dict[str, Json] = {"status": "failed", "node_tasks": {}, "error": None}
    for age in INTEGERS:
        assert client.invoke("tasks", None, "insert", {"id": f"task {age}", "created_at": age, **row}).result is True
    bounds = sorted(INTEGERS)
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
    ],
    ids=lambda part: part if isinstance(part, str) else part.__name__,
)
def test_a_store_with_a_fault_is_caught(
    table: str, fault: Callable[[str, Json], Json], open_client: Callable[[str], Client]
) -> None:
    store = Corrupted(open_client("sqlite"), fault)
    with pytest.raises(AssertionError, match="answered"):
        run_program(store, table, 1, calls=1000)

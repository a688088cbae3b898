"""Clients at the same time: of those who may only win one at a time, one wins, in each round, on each store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Barrier
from typing import Any

import pytest

from lawful.conformance.adapter import Backend, Client
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.conformance.processes import ProcessGroup
from lawful.models.values import Json

CLIENTS, ROUNDS = 4, 12
STORES: dict[str, Callable[[], Backend]] = {
    "sqlite": lambda: SqliteBackend(synchronous="off"),
    "redis": lambda: RedisBackend(appendfsync="no"),
}
Work = Callable[[Client, int, int], Any]
"""What a client does, by its number and that of the round."""


Connect = Callable[[], Client]


@pytest.fixture(scope="module", params=STORES)
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    with ProcessGroup() as group, ExitStack() as stack:
        backend = STORES[request.param]()
        backend.start(group.workspace())
        stack.callback(backend.stop)
        yield lambda: backend.connect(backend.connection(), 10.0)


@pytest.fixture
def client(connect: Connect) -> Iterator[Client]:
    with closing(connect()) as opened:
        yield opened


def at_the_same_time(connect: Connect, work: Work) -> list[list[Any]]:
    """In each round all clients start together; the answers of each round."""
    barrier = Barrier(CLIENTS)

    def play(number: int) -> list[Json]:
        answers = []
        with closing(connect()) as client:
            for one in range(ROUNDS):
                barrier.wait(timeout=10)
                answers.append(work(client, number, one))
        return answers

    with ThreadPoolExecutor(CLIENTS) as pool:
        by_client = list(pool.map(play, range(CLIENTS)))
    return [list(answers) for answers in zip(*by_client, strict=True)]


def call(client: Client, table: str, function: str, **arguments: Json) -> Any:
    key = "i" if table == "node_settings_version" else None
    return client.invoke(table, key, function, arguments).result


def test_of_flips_from_one_version_one_wins(connect: Connect, client: Client) -> None:
    call(client, "aliases", "create", name="a", current_uid="i", created_at=0)

    def flip(client: Client, number: int, one: int) -> Any:
        target = f"{one}/{number}"
        return call(client, "aliases", "flip", name="a", expected_version=one + 1, current_uid=target, retention=99)

    rounds = at_the_same_time(connect, flip)
    winners = [f"{one}/{answers.index(True)}" for one, answers in enumerate(rounds)]
    assert [answers.count(True) for answers in rounds] == [1] * ROUNDS
    row = call(client, "aliases", "get", name="a")
    assert row["version"] == ROUNDS + 1
    assert [*(prior["current_uid"] for prior in row["history"]), row["current_uid"]] == ["i", *winners]


def test_of_creates_of_one_name_one_wins(connect: Connect, client: Client) -> None:
    def create(client: Client, number: int, one: int) -> Any:
        return call(client, "aliases", "create", name=f"n{one}", current_uid=str(number), created_at=0)

    for one, answers in enumerate(at_the_same_time(connect, create)):
        assert answers.count(True) == 1
        assert call(client, "aliases", "get", name=f"n{one}")["current_uid"] == str(answers.index(True))


def test_of_records_of_one_key_one_wins_and_the_others_are_told(connect: Connect) -> None:
    def record(client: Client, number: int, one: int) -> Any:
        given: dict[str, Json] = {"key": f"k{one}", "body_sha256": "h", "miroir_task_id": str(number)}
        return call(client, "idempotency_cache", "record", **given, ttl_ms=60_000)

    for answers in at_the_same_time(connect, record):
        statuses = [answer["status"] for answer in answers]
        assert sorted(statuses) == ["recorded", *["replay"] * (CLIENTS - 1)]
        assert {answer["miroir_task_id"] for answer in answers} == {str(statuses.index("recorded"))}


def test_a_version_ends_at_the_largest_that_anybody_brought(connect: Connect, client: Client) -> None:
    def advance(client: Client, number: int, one: int) -> Any:
        version = 10 * one + number
        return call(client, "node_settings_version", "advance", node_id="n", version=version, updated_at=-version)

    rounds = at_the_same_time(connect, advance)
    assert all(answers[CLIENTS - 1] is True for answers in rounds), "the largest of a round always moves it"
    largest = 10 * (ROUNDS - 1) + CLIENTS - 1
    row = call(client, "node_settings_version", "get", node_id="n")
    assert row == {"node_id": "n", "version": largest, "updated_at": -largest}


def test_no_more_sessions_are_kept_than_may_be(connect: Connect, client: Client) -> None:
    def upsert(client: Client, number: int, one: int) -> Any:
        fields: dict[str, Json] = {"last_write_mtask_id": None, "last_write_at": None, "pinned_group": None}
        limits: dict[str, Json] = {"min_settings_version": 0, "ttl_ms": 60_000, "max_sessions": CLIENTS}
        name = f"s{one}/{number}"
        is_new = call(client, "sessions", "upsert", session_id=name, **fields, **limits)
        return is_new and call(client, "sessions", "count") <= CLIENTS

    assert at_the_same_time(connect, upsert) == [[True] * CLIENTS] * ROUNDS
    kept = [call(client, "sessions", "get", session_id=f"s{ROUNDS - 1}/{one}", ttl_ms=9) for one in range(CLIENTS)]
    assert None not in kept, "those of the last round were used last"

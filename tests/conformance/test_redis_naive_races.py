"""Clients side by side: the naive Redis backend breaks its promises within seconds, the real one keeps them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lawful.conformance.adapter import Client
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.backends.redis_naive import NaiveRedisBackend
from lawful.conformance.processes import ProcessGroup

CLIENTS = 4
MOST_ROUNDS = 150
"""Bound on the rounds in which a race may show; nearly every round shows one."""
LAWFUL_ROUNDS = 15

Race = Callable[["Arena", int], bool]
"""One round, by its number; whether a promise was broken."""


class Arena:
    """A store and a few clients, each with a thread of its own while it acts."""

    def __init__(self, backend: RedisBackend) -> None:
        self.clients = [backend.connect(backend.connection(), 10.0) for _ in range(CLIENTS)]

    def all_at_once(self, act: Callable[[Client, int], Any]) -> list[Any]:
        """The results of `act` by each client, started together."""
        gate = threading.Barrier(CLIENTS)

        def run(client: Client, number: int) -> Any:
            gate.wait(10)
            return act(client, number)

        with ThreadPoolExecutor(CLIENTS) as threads:
            return list(threads.map(run, self.clients, range(CLIENTS)))

    def ask(self, table: str, key: str | None, function: str, **arguments: Any) -> Any:
        return self.clients[0].invoke(table, key, function, arguments).result

    def close(self) -> None:
        for client in self.clients:
            client.close()


def double_claim(arena: Arena, number: int) -> bool:
    arena.ask("jobs", None, "enqueue", id=f"job-{number}", type="t", params=None)
    claims = arena.all_at_once(
        lambda client, worker: client.invoke("jobs", None, "claim", {"worker": f"{worker}", "ttl_ms": 60_000}).result
    )
    return sum(claim is not None for claim in claims) > 1


def lost_node(arena: Arena, number: int) -> bool:
    id = f"task-{number}"
    arena.ask("tasks", None, "insert", id=id, created_at=1, status="enqueued", node_tasks={}, error=None)
    arena.all_at_once(
        lambda client, node: client.invoke(
            "tasks", None, "update_node", {"id": id, "node": f"{node}", "uid": "u", "status": "processing"}
        )
    )
    row = arena.ask("tasks", None, "get", id=id)
    return len(row["node_tasks"]) < CLIENTS


def double_insert(arena: Arena, number: int) -> bool:
    row = {"id": f"twin-{number}", "type": "t", "params": None}
    inserted = arena.all_at_once(lambda client, _: client.invoke("jobs", None, "enqueue", row).result)
    return inserted.count(True) > 1


def two_leaders(arena: Arena, number: int) -> bool:
    grants = arena.all_at_once(
        lambda client, holder: (
            client.invoke(
                "leader_lease", f"scope-{number}", "acquire", {"holder": f"{holder}", "ttl_ms": 60_000}
            ).result
        )
    )
    return Counter(grant is not None for grant in grants)[True] > 1


RACES: dict[str, Race] = {
    "double claim": double_claim,
    "lost node": lost_node,
    "double insert": double_insert,
    "two leaders": two_leaders,
}


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


@pytest.fixture(scope="module")
def naive(group: ProcessGroup) -> Iterator[Arena]:
    yield from open_arena(group, NaiveRedisBackend(appendfsync="no"))


@pytest.fixture(scope="module")
def real(group: ProcessGroup) -> Iterator[Arena]:
    yield from open_arena(group, RedisBackend(appendfsync="no"))


def open_arena(group: ProcessGroup, backend: RedisBackend) -> Iterator[Arena]:
    backend.start(group.workspace())
    arena = Arena(backend)
    yield arena
    arena.close()
    backend.stop()


@pytest.mark.parametrize("race", RACES)
def test_the_naive_backend_breaks_its_promise(race: str, naive: Arena) -> None:
    assert any(RACES[race](naive, number) for number in range(MOST_ROUNDS))


@pytest.mark.parametrize("race", RACES)
def test_the_real_backend_keeps_its_promise(race: str, real: Arena) -> None:
    assert not any(RACES[race](real, number) for number in range(LAWFUL_ROUNDS))

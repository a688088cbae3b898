"""The Redis backend under faults: what was acknowledged stays, and what is unknown is called so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import redis

from lawful.conformance.adapter import Client, OperationFailed, OutcomeUnknown
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.models.values import Json

SERVER = "redis-1"


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


@pytest.fixture
def backend(group: ProcessGroup) -> Iterator[RedisBackend]:
    backend = RedisBackend()
    backend.start(group.workspace())
    yield backend
    backend.stop()


@pytest.fixture
def client(backend: RedisBackend) -> Iterator[Client]:
    client = backend.connect(backend.connection(), 1.0)
    yield client
    client.close()


@pytest.fixture
def administrator(backend: RedisBackend) -> Iterator[Any]:
    with redis.Redis.from_url(str(backend.connection()["url"]), decode_responses=True) as connection:
        yield connection


def job(id: str) -> Mapping[str, Json]:
    return {"id": id, "type": "index", "params": {}}


def ids(client: Client) -> set[str]:
    result = client.invoke("jobs", None, "list", {"state": None, "limit": None}).result
    assert isinstance(result, list)
    return {row["id"] for row in result}


def test_an_answer_names_its_server(client: Client, backend: RedisBackend) -> None:
    assert client.invoke("jobs", None, "queue_depth", {}).server == SERVER
    assert backend.servers() == (SERVER,)


def test_a_killed_server_that_is_started_again_has_its_data_and_needs_its_scripts_anew(
    backend: RedisBackend, client: Client
) -> None:
    client.invoke("jobs", None, "enqueue", job("before"))
    token = client.invoke("leader_lease", "s", "acquire", {"holder": "h", "ttl_ms": 60_000}).result
    backend.kill(SERVER)
    with pytest.raises(OperationFailed):
        client.invoke("jobs", None, "enqueue", job("while it was down"))
    backend.restart(SERVER)
    client.invoke("jobs", None, "enqueue", job("after"))
    assert ids(client) == {"before", "after"}
    assert client.invoke("leader_lease", "s", "get", {}).result == {"holder": "h", "token": token}
    assert client.invoke("leader_lease", "s", "release", {"holder": "h"}).result is True
    later = client.invoke("leader_lease", "s", "acquire", {"holder": "i", "ttl_ms": 60_000}).result
    assert isinstance(later, int)
    assert isinstance(token, int)
    assert later > token


def test_a_restart_is_over_when_all_data_has_been_read(
    backend: RedisBackend, client: Client, administrator: Any
) -> None:
    administrator.eval("for i = 1, 200000 do redis.call('SET', 'ballast:' .. i, i) end", 0)
    backend.kill(SERVER)
    backend.restart(SERVER)
    assert client.invoke("jobs", None, "enqueue", job("a")).result is True


def test_a_claim_runs_on_while_the_server_is_down(backend: RedisBackend, client: Client) -> None:
    client.invoke("jobs", None, "enqueue", job("a"))
    client.invoke("jobs", None, "claim", {"worker": "first", "ttl_ms": 30})
    backend.kill(SERVER)
    backend.restart(SERVER)
    time.sleep(0.03)
    assert client.invoke("jobs", None, "claim", {"worker": "second", "ttl_ms": 60_000}).result is not None
    assert client.invoke("jobs", None, "complete", {"id": "a", "worker": "first"}).result is False


def test_no_acknowledged_write_is_lost_by_kills_in_the_midst_of_writing(backend: RedisBackend) -> None:
    acknowledged: set[str] = set()
    unknown: set[str] = set()
    over = threading.Event()

    def write(worker: int) -> None:
        client = backend.connect(backend.connection(), 1.0)
        for number in range(10_000):
            if over.is_set():
                break
            try:
                client.invoke("jobs", None, "enqueue", job(f"{worker}/{number}"))
                acknowledged.add(f"{worker}/{number}")
            except OperationFailed:
                time.sleep(0.001)
            except OutcomeUnknown:
                unknown.add(f"{worker}/{number}")
        client.close()

    writers = [threading.Thread(target=write, args=(worker,)) for worker in range(3)]
    for writer in writers:
        writer.start()
    for _ in range(3):
        time.sleep(0.15)
        backend.kill(SERVER)
        backend.restart(SERVER)
    over.set()
    for writer in writers:
        writer.join()
    kept = ids(backend.connect(backend.connection(), 2.0))
    assert len(acknowledged) > 20
    assert acknowledged - kept == set()
    assert kept - acknowledged <= unknown


def test_a_paused_server_leaves_the_outcome_unknown_and_may_carry_it_out_later(
    backend: RedisBackend, client: Client
) -> None:
    client.invoke("jobs", None, "enqueue", job("early"))  # the server knows the script from here on
    backend.pause(SERVER)
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        client.invoke("jobs", None, "enqueue", job("late"))
    assert time.monotonic() - started < 1.0
    backend.resume(SERVER)
    deadline = time.monotonic() + 5
    while "late" not in ids(client) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "late" in ids(client)


def test_a_new_connection_to_a_paused_server_sends_nothing(backend: RedisBackend) -> None:
    backend.pause(SERVER)
    client = backend.connect(backend.connection(), 0.5)
    started = time.monotonic()
    with pytest.raises(OperationFailed, match="cannot connect"):
        client.invoke("jobs", None, "enqueue", job("never"))
    assert time.monotonic() - started < 0.5
    backend.resume(SERVER)
    assert ids(backend.connect(backend.connection(), 2.0)) == set()


def test_a_server_without_memory_refuses_each_write_whole(client: Client, administrator: Any) -> None:
    for id in ("claimed", "queued"):
        client.invoke("jobs", None, "enqueue", job(id))
        client.invoke("jobs", None, "claim", {"worker": "w", "ttl_ms": 60_000}) if id == "claimed" else None
    client.invoke("tasks", None, "insert", task("t", "processing"))
    before = sorted(administrator.keys("*")), ids(client), administrator.hgetall("miroir:jobs:claimed")
    administrator.config_set("maxmemory", "1")
    attempts: tuple[tuple[str, str | None, str, Mapping[str, Json]], ...] = (
        ("jobs", None, "enqueue", job("new")),
        ("jobs", None, "claim", {"worker": "v", "ttl_ms": 1000}),
        ("jobs", None, "heartbeat", {"id": "claimed", "worker": "w", "ttl_ms": 99_000}),
        ("jobs", None, "progress", {"id": "claimed", "worker": "w", "progress": 1}),
        ("jobs", None, "complete", {"id": "claimed", "worker": "w"}),
        ("tasks", None, "insert", task("u", "processing")),
        ("tasks", None, "update_status", {"id": "t", "status": "failed"}),
        ("tasks", None, "update_node", {"id": "t", "node": "n", "uid": "1", "status": "failed"}),
        ("tasks", None, "set_error", {"id": "t", "error": "e"}),
        ("leader_lease", "s", "acquire", {"holder": "h", "ttl_ms": 60_000}),
        ("leader_lease", "s", "guarded_write", {"token": 5, "value": 1}),
    )
    for attempt in attempts:
        with pytest.raises(OperationFailed, match="memory"):
            client.invoke(*attempt)
    administrator.config_set("maxmemory", "0")
    assert (sorted(administrator.keys("*")), ids(client), administrator.hgetall("miroir:jobs:claimed")) == before
    row = client.invoke("tasks", None, "get", {"id": "t"}).result
    assert row == {"id": "t", "created_at": 1, "status": "processing", "node_tasks": {}, "error": None}


def task(id: str, status: str) -> Mapping[str, Json]:
    return {"id": id, "created_at": 1, "status": status, "node_tasks": {}, "error": None}


def test_a_replica_refuses_writes(client: Client, administrator: Any) -> None:
    administrator.execute_command("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(OperationFailed, match="read only"):
        client.invoke("jobs", None, "enqueue", job("a"))
    administrator.execute_command("REPLICAOF", "NO", "ONE")
    assert ids(client) == set()


def test_a_script_that_fails_half_way_leaves_the_outcome_unknown(client: Client, administrator: Any) -> None:
    administrator.set("miroir:jobs:_index", "not a set")
    with pytest.raises(OutcomeUnknown):
        client.invoke("jobs", None, "enqueue", job("a"))
    assert administrator.exists("miroir:jobs:a") == 1, "what it wrote before the error stays, as the adapter assumes"


def test_rows_and_indexes_keep_to_the_keyspace_of_the_contract(client: Client, administrator: Any) -> None:
    client.invoke("jobs", None, "enqueue", job("a:b"))
    client.invoke("jobs", None, "enqueue", job("_queued"))
    client.invoke("tasks", None, "insert", task("t", "enqueued"))
    client.invoke("leader_lease", "s", "acquire", {"holder": "h", "ttl_ms": 60_000})
    assert administrator.hget("miroir:jobs:a:b", "state") == "queued"
    assert administrator.smembers("miroir:jobs:_queued") == {"a:b", "_queued"}
    assert administrator.smembers("miroir:tasks:_index") == {"t"}
    assert administrator.get("miroir:lease:s") == "h"
    assert 0 < administrator.pttl("miroir:lease:s") <= 60_000


def test_a_server_that_cannot_start_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\necho 'Failed listening on port'\nexit 1\n")
    program.chmod(0o755)
    backend = RedisBackend(server=str(program))
    with ProcessGroup() as group, pytest.raises(BackendError, match="redis-1") as caught:
        backend.start(group.workspace())
    assert caught.value.cause == "Failed listening on port"


def test_an_unknown_server_is_refused(backend: RedisBackend) -> None:
    with pytest.raises(UsageError, match="redis-2"):
        backend.kill("redis-2")

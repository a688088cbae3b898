"""What the layout of SQLite and Redis could confuse in tables 8 to 13: composed keys, 64-bit order, hidden keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from lawful.conformance.adapter import Client, OperationFailed
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.conformance.processes import ProcessGroup
from lawful.models.values import Json


class Store:
    """One store with one client, and everything that it holds."""

    def __init__(self, name: str, processes: ProcessGroup) -> None:
        self._workspace = processes.workspace()
        self._backend = SqliteBackend("off") if name == "sqlite" else RedisBackend(appendfsync="no")
        self._backend.start(self._workspace)
        self._client: Client = self._backend.connect(self._backend.connection(), 5.0)

    def __call__(self, table: str, function: str, key: str | None = None, **arguments: Json) -> Any:
        return self._client.invoke(table, key, function, arguments).result

    def contents(self) -> str:
        if isinstance(self._backend, SqliteBackend):
            files = self._workspace.folder.glob("task-store.sqlite3*")
            return "".join(file.read_bytes().decode("latin-1") for file in files)
        link = Link(self._backend.connection(), 5.0)
        link.begin()
        keys = link.call("KEYS", "*")
        dump = "return redis.call('TYPE', KEYS[1]).ok == 'hash' and redis.call('HGETALL', KEYS[1]) or {}"
        return "".join(f"{key} {link.call('EVAL', dump, 1, key)}" for key in keys)

    def stop(self) -> None:
        self._client.close()
        self._backend.stop()


@pytest.fixture(scope="module", params=["sqlite", "redis"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with ProcessGroup() as processes:
        store = Store(request.param, processes)
        yield store
        store.stop()


def insert(store: Store, canary: str, *instants: int, keep: int = 100) -> list[bool]:
    run: dict[str, Json] = {"status": "pass", "latency_ms": 1, "failed_assertions_json": None, "keep": keep}
    return [store("canary_runs", "insert", canary, ran_at=ran_at, **run) for ran_at in instants]


def listed(store: Store, canary: str, limit: int | None = None) -> list[int]:
    rows: Sequence[Any] = store("canary_runs", "list", canary, limit=limit)
    return [row["ran_at"] for row in rows]


EXTREMES = (2**63 - 1, 2**63 - 2, 2**53 + 1, 2**53, 1, 0, -1, -(2**53) - 1, -(2**63) + 1, -(2**63))


def test_instants_that_are_equal_as_doubles_are_told_apart(store: Store) -> None:
    assert insert(store, "extremes", *EXTREMES[::2]) == [True] * 5
    assert insert(store, "extremes", *EXTREMES) == [False, True] * 5
    assert listed(store, "extremes") == list(EXTREMES)
    assert store("canary_runs", "prune", "extremes", before=2**53 + 1) == 7
    assert store("canary_runs", "prune", "extremes", before=2**63 - 1) == 2
    assert listed(store, "extremes") == [2**63 - 1]


def test_numbers_of_runs_may_be_negative_or_huge(store: Store) -> None:
    insert(store, "few", 1, 2, 3, keep=2**63 - 1)
    assert listed(store, "few", limit=2**63 - 1) == [3, 2, 1]
    assert listed(store, "few", limit=-1) == []
    assert insert(store, "few", 4, keep=-(2**63)) == [True]
    assert listed(store, "few") == []


@pytest.mark.parametrize("canary", ["_index", "__index", "", "a:b"])
def test_runs_of_canaries_with_awkward_names_stand_apart(store: Store, canary: str) -> None:
    assert insert(store, canary, len(canary)) == [True]
    assert listed(store, canary) == [len(canary)]


def test_sinks_and_indexes_with_colons_stand_apart(store: Store) -> None:
    pairs = [("a:b", "c"), ("a", "b:c"), ("a%3Ab", "c"), ("a%3Ab:c", ""), ("", "a:b:c"), ("_index", "a"), ("_", "x:y")]
    for seq, (sink, index) in enumerate(pairs):
        going: dict[str, Json] = {"index_uid": index, "expected_seq": None, "updated_at": -seq}
        assert store("cdc_cursors", "advance", sink, seq=seq, **going) is True
    for seq, (sink, index) in enumerate(pairs):
        row = {"index_uid": index, "last_event_seq": seq, "updated_at": -seq}
        assert store("cdc_cursors", "get", sink, index_uid=index) == row
        assert store("cdc_cursors", "list", sink) == [row]


def test_cursors_are_compared_as_integers_of_64_bits(store: Store) -> None:
    at: int | None = None
    for seq in reversed(EXTREMES):
        going: dict[str, Json] = {"index_uid": "i", "expected_seq": at, "updated_at": 0}
        assert store("cdc_cursors", "advance", "wide", seq=seq, **going) is True
        back: dict[str, Json] = {**going, "expected_seq": seq}
        assert store("cdc_cursors", "advance", "wide", seq=seq, **back) is False
        assert store("cdc_cursors", "advance", "wide", seq=max(seq - 1, -(2**63)), **back) is False
        at = seq


def test_a_field_that_is_null_does_not_keep_its_old_value(store: Store) -> None:
    assert store("tenant_map", "upsert", api_key="null", tenant_id="t", group_id="g") is True
    assert store("tenant_map", "upsert", api_key="null", tenant_id="t", group_id=None) is False
    assert store("tenant_map", "get", api_key="null")["group_id"] is None


def test_the_store_holds_no_key_of_a_tenant(store: Store) -> None:
    store("tenant_map", "upsert", api_key="sk-very-secret", tenant_id="acme", group_id=None)
    store("tenant_map", "get", api_key="sk-very-secret")
    held = store.contents()
    assert "acme" in held
    assert "very-secret" not in held


@pytest.mark.parametrize("function", ["get", "delete"])
def test_a_key_without_a_digest_fails_and_does_nothing(store: Store, function: str) -> None:
    with pytest.raises(OperationFailed):
        store("tenant_map", function, api_key="\ud800")

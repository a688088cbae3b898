"""The SQLite backend: locks, commits, killed clients, and clients side by side."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown, Unsupported
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.conformance.backends.sqlite.client import SqliteClient
from lawful.conformance.backends.sqlite.database import Database
from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.models.values import Json

ROW: dict[str, Json] = {"id": "a", "type": "t", "params": {"n": 2**63 - 1}}


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


@pytest.fixture
def backend(group: ProcessGroup) -> SqliteBackend:
    return started(group, "FULL")


def started(group: ProcessGroup, synchronous: str) -> SqliteBackend:
    backend = SqliteBackend(synchronous=synchronous)
    backend.start(group.workspace())
    return backend


@pytest.fixture
def path(backend: SqliteBackend) -> Path:
    return Path(str(backend.connection()["path"]))


def test_a_write_that_does_not_get_the_lock_in_time_has_failed(backend: SqliteBackend, path: Path) -> None:
    client = backend.connect(backend.connection(), 0.4)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with pytest.raises(OperationFailed, match="locked"):
            client.invoke("jobs", None, "enqueue", ROW)
        assert time.monotonic() - started < 0.4
        assert client.invoke("jobs", None, "queue_depth", {}).result == 0
        other.execute("ROLLBACK")
    assert client.invoke("jobs", None, "enqueue", ROW).result is True


def test_an_error_of_the_commit_leaves_the_outcome_unknown(backend: SqliteBackend, path: Path) -> None:
    class FailsToCommit(Database):
        def execute(self, statement: str, *values: str | int | None) -> sqlite3.Cursor:
            cursor = super().execute(statement, *values)
            if statement == "COMMIT":
                raise sqlite3.OperationalError("disk I/O error")
            return cursor

    database = FailsToCommit(path, "FULL", 1.0)
    with pytest.raises(OutcomeUnknown, match="while committing"):
        database.write(lambda: database.execute("INSERT INTO jobs (id, type, params) VALUES ('a', 't', '1')"))
    client = backend.connect(backend.connection(), 1.0)
    assert client.invoke("jobs", None, "queue_depth", {}).result == 1


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), OverflowError("too large")])
def test_an_error_before_the_commit_takes_everything_back(backend: SqliteBackend, path: Path, error: Exception) -> None:
    database = Database(path, "FULL", 1.0)

    def half() -> None:
        database.execute("INSERT INTO jobs (id, type, params) VALUES ('a', 't', '1')")
        raise error

    with pytest.raises(OperationFailed):
        database.write(half)
    client = backend.connect(backend.connection(), 1.0)
    assert client.invoke("jobs", None, "queue_depth", {}).result == 0


def test_nobody_writes_between_what_a_transaction_reads_and_what_it_writes(backend: SqliteBackend, path: Path) -> None:
    database = Database(path, "FULL", 1.0)
    backend.connect(backend.connection(), 1.0).invoke("jobs", None, "enqueue", ROW)

    def read_then_let_another_write() -> None:
        database.execute("SELECT count(*) FROM jobs").fetchone()
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
            other.execute("DELETE FROM jobs")

    with pytest.raises(OperationFailed, match="locked"):
        database.write(read_then_let_another_write)
    assert backend.connect(backend.connection(), 1.0).invoke("jobs", None, "queue_depth", {}).result == 1


def test_a_defect_of_the_adapter_does_not_keep_the_lock(backend: SqliteBackend, path: Path) -> None:
    database = Database(path, "FULL", 1.0)
    with pytest.raises(ZeroDivisionError):
        database.write(lambda: 1 // 0)
    client = backend.connect(backend.connection(), 0.2)
    assert client.invoke("jobs", None, "enqueue", ROW).result is True


@pytest.mark.parametrize("params", ["half a pair: \ud83d", {"n": 2**63 - 1}], ids=["no encoding", "64 bits"])
def test_what_has_no_place_in_a_column_fails_whole_and_the_rest_comes_back_exactly(
    backend: SqliteBackend, params: Json
) -> None:
    client = backend.connect(backend.connection(), 1.0)
    row = {"id": "a", "type": "t", "params": params}
    if isinstance(params, str):
        with pytest.raises(OperationFailed):
            client.invoke("jobs", None, "enqueue", row)
        assert client.invoke("jobs", None, "queue_depth", {}).result == 0
    else:
        client.invoke("jobs", None, "enqueue", row)
        claimed: Any = client.invoke("jobs", None, "claim", {"worker": "w", "ttl_ms": 2**70}).result
        assert claimed["params"] == params


def test_an_integer_beyond_64_bits_fails_whole(backend: SqliteBackend) -> None:
    client = backend.connect(backend.connection(), 1.0)
    row: dict[str, Json] = {"id": "a", "created_at": 2**63, "status": "enqueued", "node_tasks": {}, "error": None}
    with pytest.raises(OperationFailed):
        client.invoke("tasks", None, "insert", row)
    assert client.invoke("tasks", None, "get", {"id": "a"}).result is None


def test_a_file_that_is_gone_is_not_made_anew(backend: SqliteBackend, path: Path) -> None:
    path.unlink()
    client = backend.connect(backend.connection(), 1.0)
    with pytest.raises(OperationFailed, match="unable to open"):
        client.invoke("jobs", None, "enqueue", ROW)
    assert not path.exists()


@pytest.mark.parametrize(("option", "level"), [("FULL", 2), ("normal", 1), ("OFF", 0)])
def test_each_client_writes_as_the_option_says(group: ProcessGroup, option: str, level: int) -> None:
    backend = started(group, option)
    client = backend.connect(backend.connection(), 1.0)
    assert isinstance(client, SqliteClient)
    assert client._database.execute("PRAGMA synchronous").fetchone() == (level,)
    assert client._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    client.close()


def test_an_unknown_option_value_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'NORMAL'"):
        SqliteBackend(synchronous="nromal")


def test_there_is_no_server_to_kill(backend: SqliteBackend) -> None:
    assert backend.servers() == ()
    for fault in (backend.kill, backend.restart, backend.pause, backend.resume):
        with pytest.raises(BackendError, match="no server"):
            fault("sqlite-1")


def test_what_is_not_offered_is_unsupported(backend: SqliteBackend) -> None:
    client = backend.connect(backend.connection(), 1.0)
    for table, function in (("no_such_table", "get"), ("jobs", "steal")):
        with pytest.raises(Unsupported):
            client.invoke(table, None, function, {})


WRITER = """
import json, sys
from lawful.conformance.backends.sqlite import SqliteBackend
client = SqliteBackend.connect(json.loads(sys.argv[1]), 2.0)
for number in range(100_000):
    client.invoke("jobs", None, "enqueue", {"id": str(number), "type": "t", "params": None})
    print(number, flush=True)
"""


def test_no_acknowledged_write_of_a_killed_client_is_lost(backend: SqliteBackend, path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, json.dumps(backend.connection())], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "0\n"
    time.sleep(0.2)
    writer.kill()
    acknowledged = writer.stdout.read().splitlines()
    writer.stdout.close()
    writer.wait()
    client = backend.connect(backend.connection(), 2.0)
    kept: Any = client.invoke("jobs", None, "list", {"state": "queued", "limit": None}).result
    assert len(acknowledged) > 5
    assert {row["id"] for row in kept} >= {line for line in acknowledged if line}
    assert len(kept) <= len(acknowledged) + 2, "at most the write under way was stored without an answer"
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def side_by_side(backend: SqliteBackend, count: int, work: Callable[[SqliteClient, int], None]) -> None:
    """Run `work` in threads with a client each, all starting at once."""
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        client = backend.connect(backend.connection(), 10.0)
        assert isinstance(client, SqliteClient)
        gate.wait(10)
        work(client, number)
        client.close()

    with ThreadPoolExecutor(count) as threads:
        for _ in threads.map(run, range(count)):
            pass


def test_clients_side_by_side_claim_each_job_once(group: ProcessGroup) -> None:
    backend = started(group, "off")
    setup = backend.connect(backend.connection(), 1.0)
    for number in range(40):
        setup.invoke("jobs", None, "enqueue", {"id": f"{number}", "type": "t", "params": None})
    claims: list[str] = []

    def claim(client: SqliteClient, number: int) -> None:
        arguments: dict[str, Json] = {"worker": f"{number}", "ttl_ms": 60_000}
        while (job := client.invoke("jobs", None, "claim", arguments).result) is not None:
            claims.append(json.dumps(job))

    side_by_side(backend, 4, claim)
    assert len(claims) == len(set(claims)) == 40


def test_nodes_updated_side_by_side_all_survive(group: ProcessGroup) -> None:
    backend = started(group, "off")
    setup = backend.connect(backend.connection(), 1.0)
    row: dict[str, Json] = {"id": "t", "created_at": 1, "status": "enqueued", "node_tasks": {}, "error": None}
    setup.invoke("tasks", None, "insert", row)

    def update(client: SqliteClient, number: int) -> None:
        for part in range(10):
            node = {"id": "t", "node": f"{number}/{part}", "uid": "u", "status": "processing"}
            client.invoke("tasks", None, "update_node", node)

    side_by_side(backend, 4, update)
    seen: Any = setup.invoke("tasks", None, "get", {"id": "t"}).result
    assert len(seen["node_tasks"]) == 40

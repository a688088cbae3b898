"""Redis Cluster: clients find the node that has a key, follow a failover, and lose what a cut off primary took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.adapter import Client, OperationFailed, OutcomeUnknown
from lawful.conformance.backends.redis_cluster import RedisClusterBackend
from lawful.conformance.backends.registry import choose
from lawful.conformance.errors import UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run.execute import execute
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.workloads.objects import OBJECTS

PATIENCE_S = 40.0


@pytest.fixture(scope="module")
def backend() -> Iterator[RedisClusterBackend]:
    backend = RedisClusterBackend()
    with ProcessGroup() as group:
        try:
            backend.start(group.workspace())
            yield backend
        finally:
            backend.stop()


def insert(client: Client, value: str) -> str | None:
    """Insert until it is acknowledged; the server that did."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            return client.invoke("set", "a", "insert", {"value": value}).server
        except (OperationFailed, OutcomeUnknown):
            time.sleep(0.05)
    raise AssertionError(f"nobody acknowledged {value!r}")


@pytest.mark.slow
def test_a_client_finds_the_primary_of_each_table_from_any_place(backend: RedisClusterBackend) -> None:
    assert backend.cluster.await_recovery(PATIENCE_S) is None
    found: set[tuple[str, str | None]] = set()
    for _ in backend.cluster.places:
        with closing(backend.connect(backend.connection(), 2.0)) as client:
            found |= {
                ("jobs", client.invoke("jobs", None, "queue_depth", {}).server),
                ("tasks", client.invoke("tasks", None, "get", {"id": "t"}).server),
                ("set", client.invoke("set", "a", "contains", {"value": 1}).server),
                ("fifo-queue", client.invoke("fifo-queue", "a", "dequeue", {}).server),
            }
    assert len(found) == 4, "each is at one primary, wherever it is asked from"
    assert len({server for _, server in found}) > 1
    assert {server for _, server in found} <= set(backend.cluster.primaries())


@pytest.mark.slow
def test_a_client_follows_the_replica_that_takes_over(backend: RedisClusterBackend) -> None:
    cluster = backend.cluster
    assert cluster.await_recovery(PATIENCE_S) is None
    with closing(backend.connect(backend.connection(), 1.0)) as client:
        primary = insert(client, "before")
        assert primary is not None
        replicas = cluster.replicas_of(primary)
        backend.kill(primary)
        assert insert(client, "after") in replicas
        backend.restart(primary)
        assert cluster.await_recovery(PATIENCE_S) is None
        assert insert(client, "whole again") in cluster.members


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_primary_that_is_cut_off_with_its_clients_loses_what_it_acknowledged(tmp_path: Path) -> None:
    faults = parse_faults("partition-primary")
    plan = RunPlan(choose("redis-cluster"), (OBJECTS["set"],), 5, seconds=10, faults=faults)
    result = execute(plan, tmp_path, Budget(30), lambda _: None)
    assert result.judgement.verdict.verdict is Verdict.VIOLATION


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"primaries": 2}, "from 3 to 5"),
        ({"appendfsync": "never"}, "did you mean 'everysec'"),
        ({"replicas": "x"}, "a number"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, str | int], complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        RedisClusterBackend(**options)  # type: ignore[arg-type]
    assert complaint in str(caught.value)

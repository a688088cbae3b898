"""A cluster with Sentinels: its life, a client that follows failover, and what a cut off primary loses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.adapter import Client, OperationFailed, OutcomeUnknown
from lawful.conformance.backends.redis_sentinel import SentinelBackend
from lawful.conformance.backends.registry import choose
from lawful.conformance.clusters.sentinel import SentinelCluster
from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run.execute import execute
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.workloads.objects import OBJECTS

PATIENCE_S = 40.0


@pytest.fixture(scope="module")
def backend() -> Iterator[SentinelBackend]:
    backend = SentinelBackend()
    with ProcessGroup() as group:
        try:
            backend.start(group.workspace())
            yield backend
        finally:
            backend.stop()


@pytest.fixture
def cluster(backend: SentinelBackend) -> SentinelCluster:
    assert backend.cluster.await_recovery(PATIENCE_S) is None
    return backend.cluster


def server_names(cluster: SentinelCluster) -> set[str]:
    return {server.name for server in cluster.servers}


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
def test_a_client_follows_the_primary_when_it_dies(backend: SentinelBackend, cluster: SentinelCluster) -> None:
    (primary,) = cluster.primaries()
    with closing(backend.connect(backend.connection(), 1.0)) as client:
        assert insert(client, "before") == primary
        backend.kill(primary)
        successor = insert(client, "after")
        assert successor in cluster.replicas_of(primary)
        backend.restart(primary)
        assert cluster.await_recovery(PATIENCE_S) is None
        assert insert(client, "whole again") in server_names(cluster)


@pytest.mark.slow
def test_a_server_lives_and_dies_on_loopback_only(backend: SentinelBackend, cluster: SentinelCluster) -> None:
    with pytest.raises(UsageError, match="did you mean 'sentinel-1'"):
        backend.kill("sentinal-1")
    sentinel = cluster.member("sentinel-3")
    sentinel.kill()
    assert not sentinel.runs
    sentinel.wipe()
    sentinel.start()
    assert "Sentinel" in sentinel.log()
    with pytest.raises(BackendError, match="runs"):
        sentinel.wipe()
    sentinel.pause()
    assert not sentinel.runs
    assert sentinel.name not in [name for name in cluster.members if cluster.member(name).runs]
    sentinel.resume()
    assert cluster.await_recovery(PATIENCE_S) is None
    for process in psutil.Process().children(recursive=True):
        for connection in process.net_connections(kind="inet"):
            assert connection.laddr.ip == "127.0.0.1"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_primary_that_is_cut_off_with_its_clients_loses_what_it_acknowledged(tmp_path: Path) -> None:
    plan = RunPlan(
        choose("redis-sentinel"),
        (OBJECTS["set"],),
        5,
        seconds=8,
        faults=parse_faults("partition-primary"),
    )
    result = execute(plan, tmp_path, Budget(30), lambda _: None)
    assert result.judgement.verdict.verdict is Verdict.VIOLATION
    faults = [fault.fault for fault in result.judgement.history.faults]
    assert faults[:2] == ["partition", "heal"]
    assert faults[-1] == "recover"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"servers": 1}, "from 2 to 9"),
        ({"appendfsync": "allways"}, "did you mean 'always'"),
        ({"wait": 3}, "from 0 to 2"),
        ({"apart": "yes"}, "on or off"),
        ({"sentinels": "many"}, "a number"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, str | int], complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        SentinelBackend(**options)  # type: ignore[arg-type]
    assert complaint in str(caught.value)

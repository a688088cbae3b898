"""The Raft group over links: a leader that is cut off acknowledges nothing, and a run under partitions is lawful."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.adapter import Client, OperationFailed, OutcomeUnknown
from lawful.conformance.backends.raft import RaftBackend
from lawful.conformance.backends.registry import choose
from lawful.conformance.errors import UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run.execute import execute
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.partitions import isolated
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.workloads import WORKLOADS
from lawful.conformance.workloads.objects import OBJECTS
from lawful.models.values import Json

PATIENCE_S = 30.0


@pytest.fixture
def backend() -> Iterator[RaftBackend]:
    backend = RaftBackend(links="on")
    with ProcessGroup() as group:
        try:
            backend.start(group.workspace())
            yield backend
        finally:
            backend.stop()


def client_at(backend: RaftBackend, place: str, server: str) -> Client:
    """A client at a place that knows one node only."""
    (node,) = (node for node in backend.cluster.nodes if node.name == server)
    address: list[Json] = list(backend.cluster.address_from(place, node))
    return backend.connect({"nodes": [address]}, 2.0)


def acquire(client: Client, holder: str) -> Json:
    return client.invoke("leader_lease", "s", "acquire", {"holder": holder, "ttl_ms": 10**9}).result


@pytest.mark.slow
def test_a_leader_that_is_cut_off_acknowledges_nothing_and_the_others_go_on(backend: RaftBackend) -> None:
    cluster = backend.cluster
    deadline = time.monotonic() + PATIENCE_S
    while (leader := backend.leader()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert leader is not None
    place = cluster.member(leader).place
    others = [node for node in cluster.nodes if node.name != leader]
    cluster.network.hold(isolated([place], cluster.places))
    with (
        closing(client_at(backend, place, leader)) as cut_off,
        closing(client_at(backend, others[0].place, others[0].name)) as connected,
    ):
        with pytest.raises((OperationFailed, OutcomeUnknown)):
            acquire(cut_off, "alone")
        granted = None
        while granted is None and time.monotonic() < deadline:
            try:
                granted = acquire(connected, "with a majority")
            except (OperationFailed, OutcomeUnknown):
                time.sleep(0.05)
        assert granted is not None
        cluster.network.heal()
        assert cluster.await_recovery(PATIENCE_S) is None
        assert cut_off.invoke("leader_lease", "s", "get", {}).result == {"holder": "with a majority", "token": granted}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_with_leaders_cut_off_is_lawful(tmp_path: Path) -> None:
    faults = parse_faults("partition-primary,kill-primary")
    workloads = (WORKLOADS["leader_lease"], OBJECTS["cas-register"])
    plan = RunPlan(choose("raft,links=on"), workloads, 21, seconds=8, faults=faults)
    result = execute(plan, tmp_path, Budget(60), lambda _: None)
    assert result.judgement.verdict.verdict is Verdict.LAWFUL
    assert result.faults > 0


def test_links_are_on_or_off() -> None:
    with pytest.raises(UsageError, match="on or off"):
        RaftBackend(links="maybe")

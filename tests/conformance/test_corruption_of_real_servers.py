"""Runs in which the files of real servers are damaged, or the disk is full: they end, with final reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.backends.registry import choose
from lawful.conformance.history.file import read_history
from lawful.conformance.judging import check_objects
from lawful.conformance.model_choice import models_for
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.run.record import record_run
from lawful.conformance.run.tally import Tally
from lawful.conformance.stable_storage.disk import why_not
from lawful.conformance.workloads import workload_named
from lawful.models.history import History

pytestmark = pytest.mark.slow


def recorded(path: Path, backend: str, faults: str, seconds: float = 6.0) -> History:
    plan = RunPlan(
        choose(backend), (workload_named("set"),), 3, clients=4, seconds=seconds, faults=parse_faults(faults)
    )
    record_run(plan, path, Tally(), lambda progress: None)
    history = read_history(path)
    assert not history.truncated
    return history


def verdict(history: History) -> Verdict:
    return check_objects(history.by_object(), models_for(history.header), Budget(20.0)).verdict


@pytest.mark.parametrize("backend", ["redis", "redis-sentinel", "etcd"])
def test_a_run_outlasts_damaged_files(tmp_path: Path, backend: str) -> None:
    history = recorded(tmp_path / "history.jsonl", backend, "truncate-log,flip-bit")
    damaged = [event for event in history.faults if event.fault in ("truncate-log", "flip-bit")]
    assert damaged
    assert all(event.error is None and event.details["file"] for event in damaged)
    refused = [event for event in history.faults if event.fault == "restart" and event.error is not None]
    restored = [event for event in history.faults if event.fault == "restore"]
    assert [event.target for event in refused] == [event.target for event in restored]
    last = {event.target: event for event in history.faults if event.fault == "restart"}
    assert all(event.error is None for event in last.values())


def test_redis_loses_what_is_cut_off_its_log(tmp_path: Path) -> None:
    assert verdict(recorded(tmp_path / "history.jsonl", "redis", "truncate-log")) is Verdict.VIOLATION


@pytest.mark.skipif((reason := why_not()) is not None, reason=f"no disk can be simulated: {reason}")
@pytest.mark.parametrize("backend", ["redis", "sqlite"])
def test_nothing_is_lost_when_the_disk_is_full(tmp_path: Path, backend: str) -> None:
    history = recorded(tmp_path / "history.jsonl", backend, "full-disk")
    heals = [event for event in history.faults if event.fault == "heal"]
    assert any(event.details.get("refused_writes") for event in heals)
    assert verdict(history) is Verdict.LAWFUL

"""Every model of the catalogue that is said to have a monitor has the right one, and numpy waits until it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lawful.checkers.linearizability.monitors import monitor_for
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.catalogue import MODELS
from lawful.models.history import Operation, Outcome
from lawful.models.task_store.declared import model_of
from lawful.specs.task_store import TABLES

WITH_MONITOR = {
    "append-list",
    "cas-register",
    "counter",
    "fifo-queue",
    "key-value",
    "priority-queue",
    "register",
    "semaphore",
    "set",
    "stack",
}
WITHOUT_MONITOR = {"tasks", "jobs", "leader_lease"}


@pytest.mark.parametrize("name", sorted(WITH_MONITOR))
def test_a_monitor_is_made_for_the_model_of_its_name(name: str) -> None:
    model = MODELS[name](None, 0)
    monitor = monitor_for(model)
    assert monitor is not None
    assert monitor.applies([], model) is None
    assert monitor.check_object([], model).verdict is Verdict.NOTHING_CHECKED


@pytest.mark.parametrize("name", sorted(WITHOUT_MONITOR))
def test_the_tables_of_the_task_store_have_no_monitor(name: str) -> None:
    assert monitor_for(MODELS[name](None, 0)) is None


@pytest.mark.parametrize("name", sorted(WITH_MONITOR))
def test_a_monitor_refuses_another_model(name: str) -> None:
    monitor = monitor_for(MODELS[name](None, 0))
    assert monitor is not None
    assert monitor.applies([], model_of(TABLES["tasks"])) == "the model 'tasks' is not the one of the monitor"


def test_numpy_is_imported_when_a_monitor_is_asked_for() -> None:
    program = (
        "import sys; from lawful.checkers.linearizability import monitors; from lawful.models.register import Register;"
        "early = 'numpy' in sys.modules; monitors.monitor_for(Register());"
        "sys.exit(0 if (early, 'numpy' in sys.modules, 'numba' in sys.modules) == (False, True, False) else 1)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_there_is_no_monitor_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("lawful.checkers.linearizability.monitors.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "lawful.checkers.columns")
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert monitor_for(MODELS["register"](None, 0)) is None


def test_a_budget_that_is_too_small_is_told() -> None:
    read = Operation(0, 0, "register", "read", {}, Outcome.OK, 0, 1)
    model = MODELS["register"](None, 0)
    monitor = monitor_for(model)
    assert monitor is not None
    verdict = monitor.check_object([read] * 1000, model, Budget(memory_mb=0.1))
    assert verdict.verdict is Verdict.INCONCLUSIVE
    assert verdict.progress == "the check needs 0.2 MB of the memory budget of 0.1 MB"
    assert monitor.check_object([read], model, Budget(seconds=0.0)).verdict is Verdict.INCONCLUSIVE

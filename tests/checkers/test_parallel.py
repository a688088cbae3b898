"""Objects checked by processes: the same verdicts in the same order, and no worker that dies or lingers is a secret."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import psutil
import pytest
from benchmarks.histories import WORKLOADS, corrupt, generate

from lawful.checkers.cores import can_fork
from lawful.checkers.linearizability.check import check
from lawful.checkers.verdict import Budget, HistoryVerdict, Verdict
from lawful.checkers.verdict_json import decoded, encoded
from lawful.models.history import History, Operation
from lawful.models.model import Call, Transition, UnknownCall, Window, transitions

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork")

INNER = WORKLOADS["register"].model


def many_objects(seed: int, spoilt: bool) -> History:
    """A history of six objects, two of which are spoilt."""
    operations: list[Operation] = []
    for key in range(6):
        part = generate(WORKLOADS["register"], operations=20 + 9 * key, clients=4, seed=seed + key, unknown=0.1)
        if spoilt and key in (1, 4):
            part = corrupt(part, seed)
        operations += [replace(one, key=f"k{key}", index=len(operations) + i) for i, one in enumerate(part)]
    return History(tuple(operations))


def without_time(verdict: HistoryVerdict) -> list[Any]:
    """What has to be the same in each run."""
    return [replace(part, seconds=0.0) for part in verdict.objects]


@pytest.mark.parametrize("spoilt", [False, True])
def test_workers_change_nothing(spoilt: bool) -> None:
    for seed in range(5):
        history = many_objects(seed, spoilt)
        model = WORKLOADS["register"].model
        alone = check(history, model)
        assert without_time(check(history, model, workers=3)) == without_time(alone)
        for part in alone.objects:
            assert replace(decoded(encoded(part)), seconds=part.seconds) == part


@dataclass(frozen=True)
class Deadly:
    """A register, local to this test, that kills the process in which a `die` is looked at."""

    name: str = "deadly"

    def initial(self) -> Any:
        return INNER.initial()

    def step(self, state: Any, call: Call) -> Sequence[Transition[Any]]:
        if call.function == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if call.function == "sleep":
            time.sleep(60)
        return transitions(INNER, state, call, Window(0, 0))


def with_one(history: History, key: str, function: str) -> History:
    """`history` with the first operation on `key` replaced."""
    position = next(i for i, one in enumerate(history.operations) if one.key == key)
    changed = replace(history.operations[position], function=function, arguments={})
    return replace(history, operations=(*history.operations[:position], changed, *history.operations[position + 1 :]))


def children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def test_a_worker_that_is_killed_leaves_its_object_undecided() -> None:
    before = children()
    history = with_one(many_objects(1, spoilt=False), "k2", "die")
    found = check(history, Deadly(), workers=2)
    assert [part.verdict for part in found.objects if part.key.key != "k2"] == [Verdict.LAWFUL] * 5
    dead = found.objects[2]
    assert (dead.key.key, dead.verdict) == ("k2", Verdict.INCONCLUSIVE)
    assert dead.progress is not None and "memory" in dead.progress
    assert children() == before


def test_an_error_of_a_worker_is_raised_here_and_ends_the_others() -> None:
    before = children()
    history = with_one(many_objects(1, spoilt=False), "k3", "raed")
    with pytest.raises(UnknownCall, match="raed"):
        check(history, Deadly(), workers=2)
    assert children() == before


def test_each_object_has_a_budget_of_its_own() -> None:
    found = check(many_objects(1, spoilt=False), WORKLOADS["register"].model, Budget(seconds=1e-9), workers=2)
    assert {part.verdict for part in found.objects} == {Verdict.INCONCLUSIVE}
    assert all(part.progress and "time budget" in part.progress for part in found.objects)


SLEEPER = """
import os, sys, time
from lawful.checkers import parallel
def question():
    os.write(1, b"asleep\\n")  # in one piece: two workers share the stream
    time.sleep(600)
try:
    list(parallel.in_processes([question, question], [1, 1], 2))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_caller(sent: signal.Signals) -> None:
    path = os.pathsep.join(one for one in sys.path if one)
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    ) as caller:
        assert caller.stdout is not None
        assert [caller.stdout.readline() for _ in range(2)] == ["asleep\n", "asleep\n"]
        workers = psutil.Process(caller.pid).children(recursive=True)
        assert len(workers) == 2
        caller.send_signal(sent)
        assert caller.wait(20) == (130 if sent is signal.SIGINT else -sent)
        _, alive = psutil.wait_procs(workers, timeout=20)
        assert alive == []

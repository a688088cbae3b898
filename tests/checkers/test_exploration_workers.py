"""Several processes search as one does: the same counts, the same behaviours, and nothing is left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from lawful.checkers.cores import can_fork
from lawful.checkers.exploration import explorer, pieces
from lawful.checkers.exploration.behaviour import guided
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.frontier import Steps
from lawful.checkers.exploration.pieces import Found
from lawful.checkers.exploration.result import Exploration
from lawful.checkers.exploration.team import Team
from lawful.checkers.verdict import Budget, Verdict
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.properties import PROPERTIES, properties_of
from lawful.models.raft.raft import Bounds, Raft

from .drawn_models import Drawn, drawn_properties

pytestmark = pytest.mark.skipif(not can_fork(), reason="workers are forked")

UNLIMITED = Budget(None, None)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces so small that small models have many of them."""
    monkeypatch.setattr(explorer, "PIECE", 256)


def outcome(found: Exploration) -> Exploration:
    """All but what was measured."""
    return replace(found, cpu_seconds=0.0, seconds=0.0, bytes_per_state=0.0)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize(("workers", "symmetric"), [(2, False), (2, True), (3, False)])
def test_several_processes_find_the_same_states(workers: int, symmetric: bool) -> None:
    model = Raft(Bounds(servers=2, terms=3))
    alone, together = (explore(model, PROPERTIES, symmetric=symmetric, workers=number) for number in (1, workers))
    assert alone.distinct > 9000
    assert outcome(together) == outcome(alone)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("name", ["quorum-of-half", "late-vote-counts", "pre-votes-count", "read-before-own-commit"])
def test_several_processes_find_the_same_behaviour(name: str) -> None:
    mistake = MISTAKES[name]
    model = mistake.model()
    scene = guided(model, mistake.scene)
    alone, together = (
        explore(model, properties_of(mistake.features), UNLIMITED, after=scene, workers=number) for number in (1, 2)
    )
    assert alone.verdict is Verdict.VIOLATION
    assert outcome(together) == outcome(alone)


def test_several_processes_agree_on_drawn_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """With deadlocks and forbidden steps among them."""
    monkeypatch.setattr(explorer, "PIECE", 2)
    for seed in range(6):
        model = Drawn(seed)
        for one in drawn_properties(model)[::5]:
            alone, together = (explore(model, [one], workers=number) for number in (1, 2))
            assert outcome(together) == outcome(alone), (seed, one.id)


def test_a_worker_that_dies_costs_nothing_but_time() -> None:
    caller = os.getpid()

    def work(number: int) -> bytes:
        if os.getpid() != caller and number % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.002)
        return bytes([number])

    team = Team(work, bytes, bytes, pieces=40, workers=3)
    assert list(team.results()) == [bytes([number]) for number in range(40)]
    assert _children() == []


def test_what_the_work_raises_reaches_the_caller_in_its_turn() -> None:
    def work(number: int) -> bytes:
        if number == 7:
            raise ZeroDivisionError
        return bytes([number])

    results = Team(work, bytes, bytes, pieces=20, workers=2).results()
    found = []
    with pytest.raises(ZeroDivisionError):
        for result in results:
            found.append(result)
    assert found == [bytes([number]) for number in range(len(found))]
    assert len(found) <= 7
    assert _children() == []


def test_workers_end_with_the_one_who_started_them(tmp_path: Path) -> None:
    """Even where that one is killed and has no time to end them."""
    script = """
import os, sys, time
from lawful.checkers.exploration.team import Team
caller = os.getpid()
def work(number):
    if os.getpid() == caller:
        time.sleep(600)
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(0.1)
    return bytes(1)
list(Team(work, bytes, bytes, 1_000, 3).results())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        workers = {int(process.stdout.readline()) for _ in range(4)}
        process.kill()
        process.wait()
        deadline = time.monotonic() + 60
        while any(map(_is_running, workers)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(_is_running, workers))


def _is_running(process: int) -> bool:
    return psutil.pid_exists(process) and psutil.Process(process).status() != psutil.STATUS_ZOMBIE


def _children() -> list[psutil.Process]:
    return psutil.Process().children()


def test_what_a_worker_sends_arrives_as_it_was() -> None:
    steps = Steps(np.array([0, 16_383]), np.array([5, 70_000]), np.array([-1, 3], np.int8))
    found = Found(
        steps,
        np.array([1, 2**64 - 1], np.uint64),
        generated=2**40,
        represented=6,
        taken=np.array([3, 0, 4]),
        visits=np.array([16_384, 0, 1]),
        stuck=7,
        forbidden=(1, 2, 3),
    )
    again: Any = pieces.read(pieces.written(found))
    for name in ("marks", "generated", "represented", "taken", "visits", "stuck", "forbidden"):
        assert np.array_equal(getattr(again, name), getattr(found, name)), name
    assert all(map(np.array_equal, again.steps, found.steps))


@pytest.mark.slow
def test_two_processes_count_the_states_of_the_specification_in_tla() -> None:
    found = explore(Raft(Bounds()), PROPERTIES, UNLIMITED, workers=2)
    assert (found.distinct, found.generated, found.depth) == (1_931_973, 22_844_275, 53)

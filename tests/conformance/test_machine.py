"""Faults of the disk, done to a program that writes a log."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lawful.checkers.durability import server_crashes
from lawful.conformance.backends.external.backend import ExternalBackend
from lawful.conformance.backends.raft import RaftBackend
from lawful.conformance.errors import UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run import machine as machine_module
from lawful.conformance.run.fault_language import STRIKES, DiskFault, parse_faults
from lawful.conformance.run.machine import Machine, OnDisk, needs_disk, refuse_disk_faults
from lawful.conformance.run.scene import Scene
from lawful.conformance.run.target import Blow, Target
from lawful.conformance.stable_storage import SimulatedDisk
from lawful.conformance.stable_storage.disk import why_not
from lawful.models.history import FaultEvent

REASON = why_not()
needs_simulation = pytest.mark.skipif(REASON is not None, reason=f"no disk can be simulated: {REASON}")
WRITER = """
import os, time
log = open("log", "ab", buffering=0)
log.write(b"s");
try: os.fsync(log.fileno())
except OSError: open("failed", "w")
log.write(b"u"); open("ready", "w")
time.sleep(60)
"""


class Writer:
    """A server that writes a synced byte and one that is not, each time it starts."""

    def __init__(self, processes: OnDisk, folder: Path) -> None:
        self._processes = processes
        self._folder = folder
        self._pid = 0
        self.target = Target("writer", self.kill, self.start, self.kill, self.start)

    def start(self) -> None:
        (self._folder / "ready").unlink(missing_ok=True)
        program = f"import os; os.chdir({str(self._folder)!r})\n{WRITER}"
        self._pid = self._processes.spawn("writer", [sys.executable, "-I", "-S", "-c", program])
        until((self._folder / "ready").exists)

    def kill(self) -> None:
        self._processes.kill(self._pid)

    @property
    def log(self) -> bytes:
        return (self._folder / "log").read_bytes()


def until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.005)


@pytest.fixture
def scene() -> Iterator[tuple[Scene, Writer]]:
    with ProcessGroup() as processes:
        workspace = processes.workspace()
        with SimulatedDisk(workspace.folder, processes.workspace().folder, may_be_full=True) as disk:
            writer = Writer(OnDisk(processes, disk), workspace.folder)
            writer.start()
            yield Scene([[writer.target]], machine=Machine(disk)), writer
            writer.kill()


def begin(scene: Scene, fault: str) -> Blow:
    """The blow, with what it strikes done."""
    assert scene.can_suffer(STRIKES[fault])
    blow = scene.blow(STRIKES[fault], random.Random(2))
    assert blow is not None
    for step in blow.strikes:
        step.do()
    return blow


def heal(blow: Blow) -> None:
    for step in blow.heals:
        step.do()


@needs_simulation
def test_a_power_loss_takes_what_was_not_synced(scene: tuple[Scene, Writer]) -> None:
    where, writer = scene
    assert writer.log == b"su"
    blow = begin(where, "power-loss")
    assert writer.log == b"s"
    (step,) = blow.strikes
    assert step.details["files"] == {"log": 1}
    assert server_crashes([FaultEvent(step.name, step.target, 0, 1, details=step.details)])
    heal(blow)
    assert writer.log == b"ssu"


@needs_simulation
def test_a_disk_that_lies_is_found_out_when_the_power_fails(scene: tuple[Scene, Writer]) -> None:
    where, writer = scene
    blow = begin(where, "lying-sync")
    writer.kill()
    writer.start()
    assert writer.log == b"susu"
    heal(blow)
    assert writer.log == b"ssu"


@needs_simulation
def test_syncs_fail_until_the_servers_are_started_anew(scene: tuple[Scene, Writer], tmp_path: Path) -> None:
    where, writer = scene
    blow = begin(where, "failing-sync")
    writer.kill()
    writer.start()
    failed = writer._folder / "failed"
    assert failed.exists()
    failed.unlink()
    heal(blow)
    assert not failed.exists()
    assert [(step.name, step.target) for step in blow.heals] == [
        ("heal", "disk"),
        ("kill", "writer"),
        ("restart", "writer"),
    ]


@needs_simulation
def test_a_full_disk_has_room_again_in_the_end(scene: tuple[Scene, Writer]) -> None:
    where, writer = scene
    blow = begin(where, "full-disk")
    assert where.machine is not None
    program = [sys.executable, "-I", "-S", "-c", "open('log', 'ab', buffering=0).write(b'!')"]
    command = where.machine.disk.launched(program)
    ended = subprocess.run(command, cwd=writer._folder, capture_output=True, text=True, timeout=20, check=False)
    assert "No space left on device" in ended.stderr
    heal(blow)
    assert blow.heals[0].details["refused_writes"] == 1
    assert writer.log == b"susu"
    assert [(step.name, step.target) for step in blow.heals] == [
        ("heal", "disk"),
        ("kill", "writer"),
        ("restart", "writer"),
    ]


@needs_simulation
def test_a_slow_disk_is_fast_again_in_the_end(scene: tuple[Scene, Writer]) -> None:
    where, writer = scene
    blow = begin(where, "slow-sync")
    (step,) = blow.strikes
    slow_ms = step.details["slow_ms"]
    assert isinstance(slow_ms, int)
    writer.kill()
    begun_s = time.monotonic()
    writer.start()
    assert time.monotonic() - begun_s >= slow_ms / 1000
    heal(blow)


def test_nobody_suffers_faults_of_a_disk_that_is_not_simulated() -> None:
    assert not any(Scene([]).can_suffer(STRIKES[fault]) for fault in DiskFault)


def test_only_faults_of_the_disk_need_one() -> None:
    assert needs_disk(parse_faults("kill,slow-sync+kill-all"))
    assert not needs_disk(parse_faults("kill,pause"))


def test_what_cannot_be_simulated_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_module, "why_not", lambda: "the kernel refused")
    with pytest.raises(UsageError, match="this machine cannot inject") as refused:
        refuse_disk_faults(parse_faults("power-loss"), RaftBackend(), "raft")
    assert refused.value.cause == "the kernel refused"
    external: Any = object.__new__(ExternalBackend)
    with pytest.raises(UsageError, match="cannot suffer faults of the disk"):
        refuse_disk_faults(parse_faults("power-loss"), external, "exec:./adapter")
    refuse_disk_faults(parse_faults("kill"), external, "exec:./adapter")

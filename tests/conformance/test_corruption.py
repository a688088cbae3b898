"""Damage to the files of servers: what is done to them, and how a run goes on when a server refuses to start."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lawful.checkers.durability import server_crashes
from lawful.conformance.backends.raft import RaftBackend
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.backends.sqlite import SqliteBackend
from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.history.file import read_history
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.processes import ProcessGroup, log_tail
from lawful.conformance.run import faults
from lawful.conformance.run.fault_language import STRIKES, DataFault, parse_faults
from lawful.conformance.run.faults import FaultInjector
from lawful.conformance.run.machine import Machine, OnDisk
from lawful.conformance.run.pace import Pace
from lawful.conformance.run.scene import Scene, refuse_impossible
from lawful.conformance.run.target import Blow, Target
from lawful.conformance.stable_storage import SimulatedDisk
from lawful.conformance.stable_storage.disk import why_not
from lawful.models.history import FaultEvent, Header

RECORD = b"0123456789abcdef"
RECORDS = 64
RESERVED_BYTES = 4096
FINICKY = """
import os, sys, time
log = open("log.wal", "r+b")
text = log.read().rstrip(bytes(1))
if text != b"0123456789abcdef" * (len(text) // 16): sys.exit("error: the log makes no sense")
open("ready", "w")
time.sleep(60)
"""
"""Refuses to start on a log that does not consist of whole records."""
CARELESS = FINICKY.replace("if text", "if False and text")
"""Starts on whatever is there."""


class Server:
    """A program with a log, behind which it has reserved room."""

    def __init__(self, name: str, program: str, processes: ProcessGroup | OnDisk, parent: Path) -> None:
        self.folder = parent / name
        self.folder.mkdir()
        self.log = self.folder / "log.wal"
        self.log.write_bytes(RECORD * RECORDS + bytes(RESERVED_BYTES))
        self._processes = processes
        self._program = f"import os; os.chdir({str(self.folder)!r})\n{program}"
        self._pid = 0
        self.target = Target(name, self.kill, self.start, self.kill, self.start, folder=self.folder)

    def start(self) -> None:
        (self.folder / "ready").unlink(missing_ok=True)
        self._pid = self._processes.spawn(self.target.name, [sys.executable, "-I", "-S", "-c", self._program])
        end_s = time.monotonic() + 20
        while not (self.folder / "ready").exists():
            if not self._processes.is_running(self._pid):
                raise BackendError("it ended", cause=log_tail(self._processes.log_of(self.target.name)))
            assert time.monotonic() < end_s
            time.sleep(0.005)

    def kill(self) -> None:
        self._processes.kill(self._pid)

    @property
    def runs(self) -> bool:
        return self._processes.is_running(self._pid)

    @property
    def written(self) -> bytes:
        return self.log.read_bytes().rstrip(b"\0")


@pytest.fixture
def processes() -> Iterator[ProcessGroup]:
    with ProcessGroup() as group:
        yield group


def server(program: str, processes: ProcessGroup, name: str = "one") -> Server:
    made = Server(name, program, processes, processes.workspace().folder)
    made.start()
    return made


def blow_of(scene: Scene, fault: str, seed: int = 1) -> Blow:
    assert scene.can_suffer(STRIKES[fault])
    blow = scene.blow(STRIKES[fault], random.Random(seed))
    assert blow is not None
    return blow


def strike(blow: Blow) -> None:
    for step in blow.strikes:
        step.do()


def test_the_end_of_what_was_written_is_cut_off(processes: ProcessGroup) -> None:
    careless = server(CARELESS, processes)
    blow = blow_of(Scene([[careless.target]]), "truncate-log")
    strike(blow)
    kill, cut = blow.strikes
    assert (kill.name, cut.name) == ("kill", "truncate-log")
    assert not careless.runs
    left = cut.details["offset"]
    assert isinstance(left, int)
    assert careless.log.read_bytes() == (RECORD * RECORDS)[:left]
    assert cut.details["cut_bytes"] == len(RECORD) * RECORDS - left > 0
    assert cut.details["file"] == "log.wal"
    assert server_crashes([FaultEvent(kill.name, kill.target, 0, 1, details=kill.details)])


def test_one_bit_flips(processes: ProcessGroup) -> None:
    careless = server(CARELESS, processes)
    blow = blow_of(Scene([[careless.target]]), "flip-bit")
    strike(blow)
    differing = [
        (offset, one ^ other)
        for offset, (one, other) in enumerate(zip(careless.written, RECORD * RECORDS, strict=True))
        if one != other
    ]
    details = blow.strikes[1].details
    bit = details["bit"]
    assert isinstance(bit, int)
    assert differing == [(details["offset"], 1 << bit)]


def test_the_seed_decides_what_is_damaged(processes: ProcessGroup) -> None:
    careless = server(CARELESS, processes)

    def offset(seed: int) -> object:
        blow = blow_of(Scene([[careless.target]]), "flip-bit", seed)
        strike(blow)
        return blow.strikes[1].details["offset"]

    assert offset(3) == offset(3)
    assert len({offset(seed) for seed in range(6)}) > 1


def test_a_server_that_starts_on_damaged_files_keeps_them(processes: ProcessGroup) -> None:
    careless = server(CARELESS, processes)
    blow = blow_of(Scene([[careless.target]]), "truncate-log")
    strike(blow)
    cut = careless.written
    restart, restore, again = blow.heals
    restart.do()
    assert careless.runs
    assert not restore.is_needed()
    assert not again.is_needed()
    assert careless.written == cut


def test_a_server_that_refuses_to_start_gets_its_file_back(
    processes: ProcessGroup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "_CALM_S", (0.0, 0.01))
    finicky = server(FINICKY, processes)
    now_s = time.monotonic()
    with Recorder(tmp_path / "history.jsonl", Header()) as recorder:
        pace = Pace(now_s, now_s + 20, 0.005)
        injector = FaultInjector(parse_faults("flip-bit"), Scene([[finicky.target]]), recorder, 1, pace)
        injector.start()
        while not injector.injected and time.monotonic() < now_s + 20:
            time.sleep(0.002)
        injector.stop()
    assert injector.failure is None
    assert finicky.runs
    assert finicky.log.read_bytes() == RECORD * RECORDS + bytes(RESERVED_BYTES)
    events = read_history(tmp_path / "history.jsonl").faults[:5]
    assert [event.fault for event in events] == ["kill", "flip-bit", "restart", "restore", "restart"]
    errors = [event.error for event in events]
    assert errors == [None, None, "it ended: error: the log makes no sense", None, None]


def test_of_several_servers_those_that_refuse_are_put_back(processes: ProcessGroup) -> None:
    servers = [server(program, processes, name) for name, program in (("careless", CARELESS), ("finicky", FINICKY))]
    careless, finicky = servers
    blow = blow_of(Scene([[one.target for one in servers]]), "flip-bit-all")
    strike(blow)
    for step in blow.heals:
        if step.is_needed():
            try:
                step.do()
            except BackendError:
                assert step.may_fail
    assert careless.runs
    assert careless.written != RECORD * RECORDS
    assert finicky.runs
    assert finicky.written == RECORD * RECORDS


def test_a_server_without_a_log_is_not_chosen(processes: ProcessGroup) -> None:
    careless = server(CARELESS, processes)
    careless.log.write_bytes(bytes(RESERVED_BYTES))
    assert Scene([[careless.target]]).blow(STRIKES["truncate-log"], random.Random(1)) is None


@pytest.mark.skipif((reason := why_not()) is not None, reason=f"no disk can be simulated: {reason}")
def test_a_power_loss_does_not_undo_the_damage(processes: ProcessGroup) -> None:
    workspace = processes.workspace()
    with SimulatedDisk(workspace.folder, processes.workspace().folder) as disk:
        careless = Server("one", CARELESS, OnDisk(processes, disk), workspace.folder)
        careless.start()
        disk.keep()
        blow = blow_of(Scene([[careless.target]], machine=Machine(disk)), "truncate-log")
        strike(blow)
        cut = careless.written
        disk.lose_power()
        assert careless.written == cut
        assert len(cut) < len(RECORD) * RECORDS


@pytest.mark.parametrize("fault", list(DataFault))
def test_stores_without_servers_of_their_own_are_refused(fault: DataFault) -> None:
    choices = parse_faults(fault)
    refuse_impossible(choices, RedisBackend(), "redis")
    refuse_impossible(choices, RaftBackend(), "raft")
    with pytest.raises(UsageError, match=f"'sqlite' cannot suffer {fault}-one"):
        refuse_impossible(choices, SqliteBackend(), "sqlite")
    with pytest.raises(UsageError, match="cannot suffer"):
        refuse_impossible(choices, RedisBackend(url="redis://127.0.0.1:1/0"), "redis")

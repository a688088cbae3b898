"""A simulated disk that is full: no file of its folder gets longer, and everything else goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.machine import may_be_full
from lawful.conformance.stable_storage import Behaviour, SimulatedDisk
from lawful.conformance.stable_storage.disk import why_not

pytestmark = pytest.mark.skipif((reason := why_not()) is not None, reason=f"no disk can be simulated: {reason}")
FULL = Behaviour(full=True)
TRIED = """
import errno, os, socket
try: {}
except OSError as error: print(errno.errorcode[error.errno])
else: print('done')
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir()
    (path / "log").write_bytes(b"0123456789")
    return path


@pytest.fixture
def disk(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedDisk]:
    with SimulatedDisk(folder, tmp_path_factory.mktemp("own"), may_be_full=True) as disk:
        yield disk


def tried(disk: SimulatedDisk, folder: Path, statement: str) -> str:
    """How a statement of Python ends in `folder`: `done`, or the name of its error."""
    command = disk.launched([sys.executable, "-I", "-S", "-c", TRIED.format(statement)])
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


GROWING = [
    "open('log', 'ab', buffering=0).write(b'more')",
    "open('log', 'wb', buffering=0).write(b'other')",
    "os.pwrite(os.open('log', os.O_RDWR), b'xyz', 8)",
    "os.pwritev(os.open('log', os.O_RDWR), [b'x', b'y'], 10)",
    "os.writev(os.open('log', os.O_WRONLY | os.O_APPEND), [b'x'])",
    "os.posix_fallocate(os.open('log', os.O_RDWR), 0, 4096)",
    "open('log', 'r+b').truncate(11)",
    "open('new', 'wb', buffering=0).write(b'x')",
]
OTHER = [
    "os.pwrite(os.open('log', os.O_RDWR), b'xyz', 7)",
    "os.write(os.open('log', os.O_RDWR), b'abc')",
    "open('log', 'r+b').truncate(3)",
    "open('../elsewhere', 'wb').write(b'x')",
    "a, b = socket.socketpair(); a.send(b'x'); os.write(a.fileno(), b'x')",
    "r, w = os.pipe(); os.write(w, b'x')",
]


@pytest.mark.parametrize("statement", GROWING)
def test_what_takes_room_is_refused_while_the_disk_is_full(disk: SimulatedDisk, folder: Path, statement: str) -> None:
    disk.behave(FULL)
    assert tried(disk, folder, statement) == "ENOSPC"
    assert len((folder / "log").read_bytes()) <= 10
    assert disk.take_refused() == 1
    disk.behave()
    assert tried(disk, folder, statement) == "done"
    assert disk.take_refused() == 0


@pytest.mark.parametrize("statement", OTHER)
def test_what_takes_no_room_is_done(disk: SimulatedDisk, folder: Path, statement: str) -> None:
    disk.behave(FULL)
    assert tried(disk, folder, statement) == "done"
    assert disk.take_refused() == 0


def test_a_power_loss_takes_what_was_not_synced_all_the_same(disk: SimulatedDisk, folder: Path) -> None:
    tried(disk, folder, "f = open('log', 'ab', buffering=0); f.write(b'one'); os.fsync(f.fileno()); f.write(b'two')")
    disk.behave(FULL)
    assert tried(disk, folder, "open('log', 'ab', buffering=0).write(b'three')") == "ENOSPC"
    disk.lose_power()
    assert (folder / "log").read_bytes() == b"0123456789one"


def test_writes_are_asked_for_only_where_the_disk_may_be_full() -> None:
    assert may_be_full(parse_faults("kill,full-disk+kill-all"))
    assert not may_be_full(parse_faults("kill,failing-sync"))

"""What is on the simulated disk after programs wrote and synced, and the power failed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from lawful.conformance.stable_storage import Behaviour, SimulatedDisk
from lawful.conformance.stable_storage.disk import why_not
from lawful.conformance.stable_storage.images import Images, Lost

REASON = why_not()
needs_disk = pytest.mark.skipif(REASON is not None, reason=f"no disk can be simulated: {REASON}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir()
    return path


@pytest.fixture
def disk(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedDisk]:
    (folder / "before").write_text("was there")
    with SimulatedDisk(folder, tmp_path_factory.mktemp("own")) as disk:
        yield disk


def run(disk: SimulatedDisk, folder: Path, program: str) -> str:
    """What a Python program in `folder` prints, once it has ended."""
    text = f"import mmap, os, threading\n{program}"
    command = disk.launched([sys.executable, "-I", "-S", "-c", text])
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@needs_disk
@pytest.mark.parametrize("flags", ["'wb'", "'ab'"])
@pytest.mark.parametrize("sync", ["os.fsync(f.fileno())", "os.fdatasync(f.fileno())"])
def test_what_was_not_synced_is_lost(disk: SimulatedDisk, folder: Path, flags: str, sync: str) -> None:
    run(disk, folder, f"f = open('log', {flags}, buffering=0)\nf.write(b'one'); {sync}; f.write(b'two'); {sync}")
    run(disk, folder, "open('log', 'ab').write(b'three'); open('new', 'wb').write(b'new')")
    assert (folder / "log").read_bytes() == b"onetwothree"
    assert disk.lose_power() == [Lost(Path("log"), 5), Lost(Path("new"), 3)]
    assert (folder / "log").read_bytes() == b"onetwo"
    assert (folder / "new").read_bytes() == b""
    assert (folder / "before").read_text() == "was there"
    assert disk.syncs == 2


@needs_disk
@pytest.mark.parametrize("cut", ["f.truncate(6)", "os.truncate('log', 6)"])
def test_a_log_that_was_truncated_and_grew_again_is_kept_as_it_is(disk: SimulatedDisk, folder: Path, cut: str) -> None:
    """As a server does that finds half a record at the end of its log."""
    run(disk, folder, "f = open('log', 'ab', buffering=0); f.write(b'whole.hal'); os.fsync(f.fileno())")
    program = f"f = open('log', 'ab', buffering=0); {cut}; f.write(b'other.'); os.fsync(f.fileno()); f.write(b'!')"
    run(disk, folder, program)
    disk.lose_power()
    assert (folder / "log").read_bytes() == b"whole.other."


@needs_disk
def test_a_mapped_file_is_synced_by_its_address(disk: SimulatedDisk, folder: Path) -> None:
    program = (
        "f = open('mapped', 'w+b'); f.truncate(8192); m = mmap.mmap(f.fileno(), 8192)\n"
        "m[0:3] = b'one'; m.flush(); m[0:3] = b'two'"
    )
    run(disk, folder, program)
    disk.lose_power()
    assert (folder / "mapped").read_bytes()[:3] == b"one"


@needs_disk
def test_a_file_that_was_renamed_keeps_what_was_synced_of_it(disk: SimulatedDisk, folder: Path) -> None:
    program = (
        "f = open('a', 'wb', buffering=0); f.write(b'a'); os.fsync(f.fileno()); f.write(b'!'); os.rename('a', 'b')\n"
        "open('c', 'wb').write(b'c'); os.rename('c', 'before')"
    )
    run(disk, folder, program)
    disk.lose_power()
    assert (folder / "b").read_bytes() == b"a"
    assert (folder / "before").read_bytes() == b""
    assert not (folder / "a").exists()


@needs_disk
def test_what_was_there_in_place_comes_back(disk: SimulatedDisk, folder: Path) -> None:
    run(disk, folder, "f = open('before', 'r+b'); f.seek(4); f.write(b'will')")
    assert (folder / "before").read_text() == "was wille"
    assert disk.lose_power(Random(0)) == [Lost(Path("before"), 9)]
    assert (folder / "before").read_text() == "was there"
    assert disk.lose_power() == []


@needs_disk
def test_a_disk_that_lies_keeps_nothing(disk: SimulatedDisk, folder: Path) -> None:
    disk.behave(Behaviour(lies=True))
    run(disk, folder, "f = open('log', 'wb', buffering=0); f.write(b'one'); os.fsync(f.fileno())")
    disk.lose_power()
    assert (folder / "log").read_bytes() == b""


@needs_disk
def test_a_disk_that_fails_says_so(disk: SimulatedDisk, folder: Path) -> None:
    disk.behave(Behaviour(fails=True))
    program = (
        "f = open('log', 'wb', buffering=0); f.write(b'one')\n"
        "try: os.fsync(f.fileno())\nexcept OSError as error: print(error.errno)"
    )
    assert run(disk, folder, program) == "5\n"
    disk.behave()
    assert run(disk, folder, "f = open('log', 'ab'); os.fsync(f.fileno()); print('fine')") == "fine\n"


@needs_disk
def test_a_slow_disk_keeps_one_thread_waiting_and_no_other(disk: SimulatedDisk, folder: Path) -> None:
    disk.behave(Behaviour(slow_s=0.5))
    program = (
        "f = open('log', 'wb', buffering=0); f.write(b'one'); done = []\n"
        "t = threading.Thread(target=lambda: (os.fsync(f.fileno()), done.append(1))); t.start()\n"
        "f.write(b'two'); print(done); t.join(); print(done)"
    )
    begun_s = time.monotonic()
    assert run(disk, folder, program) == "[]\n[1]\n"
    assert time.monotonic() - begun_s >= 0.5


@needs_disk
def test_files_elsewhere_are_left_to_the_kernel(disk: SimulatedDisk, folder: Path) -> None:
    run(disk, folder, "f = open('../elsewhere', 'wb', buffering=0); f.write(b'one'); os.fsync(f.fileno())")
    assert disk.syncs == 0
    disk.lose_power()
    assert (folder.parent / "elsewhere").read_bytes() == b"one"


@needs_disk
def test_children_of_a_program_are_on_the_same_disk(disk: SimulatedDisk, folder: Path) -> None:
    run(
        disk,
        folder,
        "f = open('log', 'wb', buffering=0); f.write(b'x')\nif not os.fork(): os.fsync(f.fileno())\nelse: os.wait()",
    )
    disk.lose_power()
    assert (folder / "log").read_bytes() == b"x"


def test_some_of_what_was_appended_may_be_there(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With a seed: the same bytes at each run, from the first one on."""
    kept = set()
    for seed in range(20):
        images = Images(folder, tmp_path_factory.mktemp("copies"))
        log = folder / "log"
        log.write_bytes(b"synced")
        images.all_synced()
        log.write_bytes(b"synced" + bytes(range(10)))
        images.lose(Random(seed))
        assert (b"synced" + bytes(range(10))).startswith(log.read_bytes())
        kept.add(len(log.read_bytes()))
        images.close()
    assert min(kept) >= len(b"synced")
    assert len(kept) > 5


def test_a_program_that_does_not_exist_is_named(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    if REASON is not None:
        pytest.skip(REASON)
    with SimulatedDisk(folder, tmp_path_factory.mktemp("own")) as disk:
        ended = subprocess.run(disk.launched(["no-such-server"]), capture_output=True, text=True, check=False)
    assert ended.stderr.strip() == "cannot start no-such-server: No such file or directory"

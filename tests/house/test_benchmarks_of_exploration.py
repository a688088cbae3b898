"""The benchmark of the search through Raft measures what it says: on few states, and without TLC."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="the search needs numpy")

from benchmarks.exploration import naive, ours, tlc
from benchmarks.exploration.__main__ import Group
from benchmarks.exploration.document import documented, words
from benchmarks.exploration.measured import Measured

from lawful.checkers.exploration.explorer import explore
from lawful.models.raft.properties import PROPERTIES
from lawful.models.raft.raft import Bounds, Raft

FEW = Bounds(servers=2)
COUNTS = (1_645, 12_861, 28)
SAID = """TLC2 Version 2.18 of 20 March 2023
Progress(31) at 2026-11-21 19:17:07: 22,000,470 states generated (7,470 s/min), 1,900,109 distinct states found.
Model checking completed. No error has been found.
22844275 states generated, 1931973 distinct states found, 0 states left on queue.
The depth of the complete state graph search is 53.
Finished in 03min 39s at (2026-11-21 19:17:08)
"""
needs_tlc = pytest.mark.skipif(tlc.unavailable() is not None, reason=str(tlc.unavailable()))


def test_what_tlc_says_is_read() -> None:
    found = tlc.read(SAID, (219.0, 430.0))
    assert found.counts == (1_931_973, 22_844_275, 53)
    assert (found.seconds, found.cpu_seconds, found.note) == (219.0, 430.0, "version 2.18 of 20 March 2023")
    assert tlc.read(SAID.replace("22844275", "22,844,275"), (1.0, 1.0)).generated == 22_844_275


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("Model checking completed. No error has been found.", "Error: Invariant LogMatching is violated."),
        ("0 states left", "17 states left"),
        ("The depth of", "Nothing of"),
    ],
)
def test_a_search_of_tlc_that_did_not_end_well_is_not_a_measurement(said: str, instead: str) -> None:
    with pytest.raises(tlc.NotMeasured, match="did not finish without an error"):
        tlc.read(SAID.replace(said, instead), (1.0, 1.0))


def test_without_a_jar_the_way_to_get_one_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TLC_JAR", raising=False)
    assert "TLC_JAR is not set: set TLC_JAR to a jar with TLC" in str(tlc.unavailable())
    monkeypatch.setenv("TLC_JAR", str(tmp_path / "none.jar"))
    assert "TLC_JAR names no file" in str(tlc.unavailable())


def test_the_plain_search_counts_the_same_states() -> None:
    assert naive.measure(Raft(FEW), 60.0).counts == COUNTS
    found = explore(Raft(FEW), PROPERTIES)
    assert (found.distinct, found.generated, found.depth) == COUNTS


def test_the_plain_search_says_when_it_was_stopped() -> None:
    assert not naive.measure(Raft(Bounds()), 0.01).is_whole


def test_our_side_is_the_command() -> None:
    found = ours.measure("lawful", FEW)
    assert found.counts == COUNTS
    assert found.cpu_seconds > 0
    with pytest.raises(RuntimeError, match="exit code 2"):
        ours.measure("lawful", FEW, ("--symmetri",))


@needs_tlc
@pytest.mark.slow
@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("bounds", [FEW, Bounds(servers=2, terms=2, log=2, messages=2)])
def test_tlc_counts_the_same_states(bounds: Bounds, symmetric: bool, tmp_path: Path) -> None:
    found = tlc.measure(bounds, tmp_path, workers=2, symmetric=symmetric, limit_s=300.0)
    own = explore(Raft(bounds), PROPERTIES, symmetric=symmetric)
    assert found.counts == (own.distinct, own.generated, own.depth)


def test_different_counts_are_an_error_and_those_of_a_search_that_was_stopped_are_not() -> None:
    one, other = Measured("one", 3, 4, 5, 1.0, 1.0), Measured("other", 3, 5, 5, 1.0, 1.0)
    stopped = Measured("stopped", 1, 1, 1, 1.0, 1.0, is_whole=False)
    assert Group("few", (one, one, stopped)).errors() == []
    assert Group("few", (one, other)).errors() == ["few: other counts (3, 5, 5), one (3, 4, 5)"]


def test_a_document_without_a_place_for_the_table_is_an_error() -> None:
    results = {
        "machine": {"system": "Linux", "processor": "x86_64", "cores": 2, "versions": {"Python": "3"}},
        "load": [0.5, 1.0],
        "tlc": "there is no java here",
        "groups": [],
    }
    made = documented("before\n<!-- begin explorer -->\nold\n<!-- end explorer -->\nafter", results)
    assert made.startswith("before\n<!-- begin explorer -->\nLinux on x86_64, 2 cores; Python 3; load average 0.5")
    assert made.endswith("TLC was not measured in this run: there is no java here.\n<!-- end explorer -->\nafter")
    with pytest.raises(ValueError, match="no place"):
        documented("nothing", results)
    assert words(FEW) == "2 servers, 2 terms, logs of up to 1, 1 message in flight"


@pytest.mark.slow
def test_the_command_prints_every_group(repository: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.exploration", "--quick"]
    environment = {name: value for name, value in os.environ.items() if name != "TLC_JAR"}
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert "TLC is left out: TLC_JAR is not set" in done.stderr
    assert done.stdout.count("1,645") == 3

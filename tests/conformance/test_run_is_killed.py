"""A run that dies, by whatever signal, leaves no process behind, and a history that says so and can be checked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lawful.conformance.history.file import read_history

_RUN = ["-m", "lawful.conformance.cli", "run", "--backend", "redis", "--workload", "jobs", "--clients", "4"]
_TIMING = ["--seconds", "30", "--rate", "200", "--faults", "pause", "--seed", "5", "--runs", "runs"]


@pytest.fixture
def running(tmp_path: Path) -> subprocess.Popen[bytes]:
    """A `lawful run` that has recorded something, in a session of its own."""
    process = subprocess.Popen(
        [sys.executable, *_RUN, *_TIMING],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "CI": "true"},
    )
    deadline_s = time.monotonic() + 20
    while time.monotonic() < deadline_s and process.poll() is None:
        files = list(tmp_path.glob("runs/*/history.jsonl"))
        if files and files[0].read_bytes().count(b"\n") > 100:
            return process
        time.sleep(0.05)
    process.kill()
    raise AssertionError(f"the run did not record anything: {process.communicate()}")


def descendants(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The guardian, servers and clients of a run."""
    return psutil.Process(process.pid).children(recursive=True)


def test_kill_9_leaves_no_process_and_a_truncated_history(running: subprocess.Popen[bytes], tmp_path: Path) -> None:
    family = descendants(running)
    assert any("valkey" in " ".join(one.cmdline()) for one in family)
    running.send_signal(signal.SIGKILL)
    running.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert alive == []
    (path,) = tmp_path.glob("runs/*/history.jsonl")
    assert read_history(path).truncated
    check = subprocess.run(
        [sys.executable, "-m", "lawful.conformance.cli", "check", "--format", "json", str(path)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert check.returncode == 0, check.stdout + check.stderr
    (file,) = json.loads(check.stdout)["files"]
    assert file["history"]["truncated"] is True
    assert file["verdict"] == "lawful"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_in_order(
    running: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals
) -> None:
    family = descendants(running)
    running.send_signal(number)
    output, errors = running.communicate(timeout=30)
    assert running.returncode == 130, (output, errors)
    _, alive = psutil.wait_procs(family, timeout=15)
    assert alive == []
    (path,) = tmp_path.glob("runs/*/history.jsonl")
    assert not read_history(path).truncated
    assert (path.parent / "report.md").is_file()

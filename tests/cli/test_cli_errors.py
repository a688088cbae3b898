"""Errors that nobody expected, interruptions, and an output that nobody reads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.conformance.cli import check_file
from lawful.conformance.errors import ExitCode, exit_code_table

from .conftest import Run

_COMMAND = [sys.executable, "-m", "lawful.conformance.cli"]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in this program: reading any history divides by zero."""
    monkeypatch.setattr(check_file, "load", lambda *_, **__: 1 // 0)


@pytest.mark.usefixtures("broken")
def test_a_bug_exits_70_and_says_how_to_report_it(lawful: Callable[[str], Run]) -> None:
    run = lawful("lawful check lawful-lease.jsonl")
    assert run.code == 70
    assert "this is a bug in lawful: ZeroDivisionError" in run.stderr
    assert "LAWFUL_DEBUG=1" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.usefixtures("broken")
def test_a_bug_shows_its_traceback_where_asked_to(
    lawful: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAWFUL_DEBUG", "1")
    assert "Traceback" in lawful("lawful check lawful-lease.jsonl").stderr


def test_a_bug_outside_of_a_file_exits_70_too(lawful: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lawful.conformance.cli.config.effective", lambda: 1 // 0)
    run = lawful("lawful config")
    assert (run.code, run.stdout) == (70, "")
    assert run.stderr.startswith("error: this is a bug in lawful: ZeroDivisionError")


def test_help_lists_every_exit_code(lawful: Callable[[str], Run]) -> None:
    printed = lawful("lawful --help").stdout
    assert {int(code) for code, _ in exit_code_table()} == set(ExitCode)
    assert all(f"  {code.ljust(5)}" in printed for code, _ in exit_code_table())


def test_ctrl_c_ends_a_check_with_130(folder: Path) -> None:
    # A named pipe that nobody writes to: the check waits for it until it is interrupted.
    os.mkfifo(folder / "slow.jsonl")
    process = subprocess.Popen(
        [*_COMMAND, "check", "lawful-lease.jsonl", "slow.jsonl"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert "lawful-lease.jsonl" in process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert errors.strip() == "interrupted"


def test_a_closed_output_ends_quietly(folder: Path) -> None:
    process = subprocess.Popen(
        [*_COMMAND, "check", *["stale-read.jsonl"] * 2000],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=20) == 141

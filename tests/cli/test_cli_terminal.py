"""Colour is for people at a terminal; what a program or a log reads is plain."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="pseudo-terminals are POSIX")

ESCAPE = "\x1b["


def on_a_terminal(folder: Path, **environment: str) -> str:
    """The output of a check whose standard output is a terminal."""
    try:
        leader, follower = pty.openpty()
    except OSError as error:
        pytest.skip(f"no pseudo-terminals here: {error}")
    plain = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "lawful.conformance.cli", "check", "lawful-lease.jsonl"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=follower, stderr=follower, env=plain | {"TERM": "xterm-256color"} | environment
    )
    os.close(follower)
    printed = b""
    try:
        while chunk := os.read(leader, 4096):
            printed += chunk
    except OSError:  # Linux reports the end of a terminal as an error
        pass
    finally:
        os.close(leader)
    assert process.wait(timeout=20) == 0
    return printed.decode()


def test_a_terminal_shows_the_verdict_in_blue(folder: Path) -> None:
    assert f"{ESCAPE}38;5;33m✓ lawful{ESCAPE}0m" in on_a_terminal(folder)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"CI": "true"}, {"TERM": "dumb"}])
def test_no_colour_where_it_is_not_wanted(folder: Path, environment: dict[str, str]) -> None:
    printed = on_a_terminal(folder, **environment)
    assert ESCAPE not in printed
    assert "✓ lawful" in printed


def test_an_encoding_without_the_glyphs_is_no_crash(folder: Path) -> None:
    command = [sys.executable, "-m", "lawful.conformance.cli", "check", "lawful-lease.jsonl"]
    run = subprocess.run(
        command, cwd=folder, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "latin-1"}, check=False
    )
    assert run.returncode == 0
    assert b"\\u2713 lawful" in run.stdout

"""A short run of each store of `make endurance`."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_left_in_the_process() -> None:
    """In a process of its own: others would leave something meanwhile."""
    command = [sys.executable, "-m", "tests.endurance", "--seconds", "60"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr

"""`lawful check --workers`: the same output as without, and a file whose process dies is not decided."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from lawful.checkers.cores import can_fork
from lawful.conformance.cli.check_file import check_file

from .conftest import Run

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork")

FILES = "stale-read.jsonl nowhere.jsonl lawful-lease.jsonl job-claimed-twice.jsonl all-failed.jsonl truncated.jsonl"


@pytest.mark.parametrize("options", ["", "--verbose ", "--quiet ", "--format json "])
def test_workers_print_what_one_process_prints(options: str, lawful: Callable[[str], Run], tmp_path: Any) -> None:
    alone = lawful(f"lawful check {options}--workers 1 {FILES}")
    together = lawful(f"lawful check {options}--workers 3 {FILES}")
    as_if_alone = Run(alone.command, together.code, together.stdout, together.stderr)
    assert as_if_alone.text(tmp_path) == alone.text(tmp_path)
    assert alone.code == 1


def test_a_file_whose_process_dies_is_not_decided(lawful: Callable[[str], Run], monkeypatch: Any) -> None:
    def deadly(path: Any, *given: Any, **named: Any) -> Any:
        if path.name == "truncated.jsonl":
            os.kill(os.getpid(), signal.SIGKILL)
        return check_file(path, *given, **named)

    monkeypatch.setattr("lawful.conformance.cli.check_files.check_file", deadly)
    run = lawful("lawful check --workers 2 truncated.jsonl lawful-lease.jsonl")
    assert run.code == 3
    assert "✓ lawful" in run.stdout
    assert "error: truncated.jsonl is not decided\n  cause: the process that checked it was killed" in run.stderr


@pytest.mark.parametrize("workers", ["0", "two", "1.5"])
def test_workers_are_counted_in_whole_numbers(workers: str, lawful: Callable[[str], Run]) -> None:
    run = lawful(f"lawful check --workers {workers} lawful-lease.jsonl")
    assert run.code == 2
    assert "it has to be a whole number, 1 or more" in run.stderr

"""`lawful explore redis`: what it prints, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from lawful.conformance.errors import ExitCode

from .conftest import Run

pytest.importorskip("numpy")


def test_a_promise_that_is_broken_is_shown_with_its_schedule(lawful: Callable[[str], Run]) -> None:
    run = lawful("lawful explore redis --appendfsync everysec --hazards power-loss")
    assert run.code == ExitCode.VIOLATION
    assert "broken       REDIS-1 durability" in run.stdout
    assert "power loss: data [1] → []" in run.stdout
    assert "kept         REDIS-2 one primary" in run.stdout


def test_the_report_keeps_its_schema(lawful: Callable[[str], Run]) -> None:
    schema: Any = json.loads(lawful("lawful schema redis-exploration").stdout)
    run = lawful("lawful explore redis --replicas 1 --writes 1 --hazards partition --format json")
    report = json.loads(run.stdout)
    jsonschema.validate(report, schema)
    assert report["exit_code"] == run.code == ExitCode.VIOLATION
    assert [one["steps"] for one in report["deployments"][0]["promises"]] == [7, 3]


def test_a_search_that_does_not_end_is_inconclusive(lawful: Callable[[str], Run]) -> None:
    run = lawful("lawful explore redis --replicas 2 --wait 2 --hazards partition --budget-s 0.001")
    assert run.code == ExitCode.INCONCLUSIVE


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--appendfsync sometimes", "unknown value of --appendfsync 'sometimes'"),
        ("--hazards kill,flood", "unknown hazard 'flood'"),
        ("--replicas 1 --wait 2", "there are 1 replicas, and writes wait for more"),
    ],
)
def test_what_makes_no_sense_is_refused(options: str, says: str, lawful: Callable[[str], Run]) -> None:
    run = lawful(f"lawful explore redis {options}")
    assert run.code == ExitCode.USAGE
    assert says in run.stderr


@pytest.mark.slow
def test_the_table_is_searched_to_its_end(lawful: Callable[[str], Run]) -> None:
    run = lawful("lawful explore redis")
    assert run.code == ExitCode.LAWFUL
    assert "always, 2 replicas, WAIT 2, under kill                        ✓ kept" in run.stdout

"""`lawful prove redis`: the table, one setting, the report, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from lawful.conformance.errors import ExitCode

from .conftest import Run

Lawful = Callable[[str], Run]
pytest.importorskip("z3")


def test_the_table_says_which_settings_are_proved(lawful: Lawful) -> None:
    run = lawful("lawful prove redis")
    assert run.code == ExitCode.LAWFUL
    assert "always, under kill and power-loss     ✓ proved, 17 obligations" in run.stdout
    assert "everysec, under kill and slow-sync    ✗ lost in 3 steps: take write, answer, kill" in run.stdout
    assert "16 settings: 7 proved for any number of writes and crashes" in run.stdout


def test_a_loss_is_shown_step_by_step(lawful: Lawful) -> None:
    run = lawful("lawful prove redis --appendfsync everysec --hazards power-loss")
    assert run.code == ExitCode.VIOLATION
    rows = ["".join(line.split()[-4:]) for line in run.stdout.splitlines()[-5:]]
    assert rows == ["0000", "1000", "1100", "1101", "0001"]


def test_a_proof_names_its_lemmas(lawful: Lawful) -> None:
    run = lawful("lawful prove redis --hazards kill,power-loss")
    assert run.code == ExitCode.LAWFUL
    assert "✓ what is acknowledged is there: follows" in run.stdout


@pytest.mark.parametrize("options", ["", "--appendfsync no --hazards power-loss", "--hazards kill"])
def test_the_report_keeps_its_schema(options: str, lawful: Lawful) -> None:
    schema: Any = json.loads(lawful("lawful schema redis-proof").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    run = lawful(f"lawful prove redis {options} --format json")
    report = json.loads(run.stdout)
    jsonschema.validate(report, schema)
    assert report["exit_code"] == run.code
    for one in report["settings"]:
        assert bool(one["behaviour"]) is (one["result"] == "lost")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--appendfsync sometimes", "unknown value of --appendfsync 'sometimes'"),
        ("--hazards kill,flood", "unknown hazard 'flood'"),
        ("--hazards partition", "a partition takes more than one server"),
    ],
)
def test_what_makes_no_sense_is_refused(options: str, says: str, lawful: Lawful) -> None:
    run = lawful(f"lawful prove redis {options}")
    assert run.code == ExitCode.USAGE
    assert says in run.stderr

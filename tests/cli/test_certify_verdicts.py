"""`lawful check --certify`: who came to the same verdict, and exit code 70 where somebody did not."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lawful.checkers.linearizability import search
from lawful.checkers.verdict import ObjectVerdict, Verdict

from .conftest import Run

pytest.importorskip("z3")

COMMANDS = {
    "certify-lawful": "lawful check --certify lawful-lease.jsonl",
    "certify-violation": "lawful check --certify lease-granted-twice.jsonl",
    "certify-mixed": "lawful check --certify stale-read.jsonl all-failed.jsonl",
    "certify-json": "lawful check --certify --format json stale-read.jsonl",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_certified_check_prints_what_it_printed_before(
    name: str, lawful: Callable[[str], Run], snapshot: Callable[[str, Run], None]
) -> None:
    snapshot(name, lawful(COMMANDS[name]))


def test_no_snapshot_of_a_certified_check_is_left_over() -> None:
    assert {path.stem for path in (Path(__file__).parent / "snapshots").glob("certify-*.txt")} == COMMANDS.keys()


def test_a_certified_report_keeps_its_schema(lawful: Callable[[str], Run]) -> None:
    report = json.loads(lawful("lawful check --certify --format json stale-read.jsonl lawful-lease.jsonl").stdout)
    jsonschema.validate(report, json.loads(lawful("lawful schema report").stdout))
    certificates = [part["certificate"] for file in report["files"] for part in file["objects"]]
    assert [one["by"] for one in certificates] == [["reference search", "z3"], ["replay"], ["replay"]]


def test_without_the_solver_the_rest_is_certified(
    lawful: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lawful.checkers.certificate.solver", None)
    run = lawful("lawful check --certify lease-granted-twice.jsonl")
    assert run.code == 1
    assert re.search(r"certified by: reference search in \d+\.\d\d s\n", run.stdout)
    assert "not certified by z3: not installed; python -m pip install 'lawful[prove]'" in run.stdout


@pytest.mark.parametrize(
    ("file", "wrong", "told"),
    [
        ("stale-read.jsonl", Verdict.LAWFUL, "replay refuses the linearization"),
        ("lawful-lease.jsonl", Verdict.VIOLATION, "reference search explains it by the order #0"),
    ],
)
def test_a_wrong_verdict_of_the_search_exits_70_with_both_answers(
    file: str, wrong: Verdict, told: str, lawful: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = search.check_object

    def broken(*arguments: Any) -> ObjectVerdict:
        verdict = right(*arguments)
        return replace(verdict, verdict=wrong, linearization=verdict.linearization or (), method="broken search")

    monkeypatch.setattr("lawful.checkers.linearizability.search.check_object", broken)
    run = lawful(f"lawful check --certify {file}")
    assert run.code == 70
    assert "two of its checkers contradict each other" in run.stderr
    assert "by broken search; " in run.stderr
    assert told in run.stderr

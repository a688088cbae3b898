"""`lawful prove`: what is shown of claims that hold and of claims that do not, and the exit codes."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.finding import Goal
from lawful.conformance.cli import prove
from lawful.specs.property import Invariant
from lawful.specs.task_store import TABLES
from lawful.specs.task_store.twins import DECLARED_TWINS

from .conftest import Run

Lawful = Callable[[str], Run]

COMMANDS = {
    "prove-help": "lawful prove --help",
    "prove-task-store-help": "lawful prove task-store --help",
    "prove-lease": "lawful prove task-store --table leader_lease",
    "prove-each": "lawful prove task-store --table search_ui_config --each",
    "prove-unknown-table": "lawful prove task-store --table job",
}
_MILLISECONDS = re.compile(r"(proved|broken|unknown)( +)\d+ *$", re.MULTILINE)


def steady(run: Run) -> Run:
    """A run with the time that it took made equal."""
    return dataclasses.replace(run, stdout=_MILLISECONDS.sub(r"\1 N", run.stdout))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a mistaken table in the place of the right one."""

    def put(name: str) -> None:
        (table,) = [twin.table for twin in DECLARED_TWINS if twin.name == name]
        monkeypatch.setattr(prove, "TABLES", {**TABLES, table.name: table})

    return put


@pytest.mark.parametrize("name", COMMANDS)
def test_a_proof_prints_what_it_did(name: str, lawful: Lawful, snapshot: Callable[[str, Run], None]) -> None:
    snapshot(name, steady(lawful(COMMANDS[name])))


def test_a_broken_claim_is_shown_as_a_row_a_call_and_the_row_after(
    lawful: Lawful, broken: Callable[[str], None]
) -> None:
    broken("lease-without-owner-check")
    run = lawful("lawful prove task-store --table leader_lease")
    assert run.code == 1
    _, _, shown = run.stdout.partition("✗ leader_lease release: No two clients hold the lease")
    lines = [line.strip() for line in shown.splitlines()]
    assert lines[1].startswith('before  {holder: "holder-')
    assert lines[2].startswith("holder-")
    assert "was told that it is theirs, which ends in " in lines[2]
    assert lines[3].startswith("call    release(holder=")
    assert lines[3].endswith("→ true, as the lease lasts")
    assert lines[4].startswith("after   {holder: null, expires_at: null, ")
    assert lines[5] == "clock   the clock of the store is right"
    assert lines[6] == "The sequential model takes this step as well."


def test_a_case_that_never_applies_is_named(lawful: Lawful, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = TABLES["leader_lease"]
    held = Invariant(
        "TS-LEADER_LEASE-1", "Nobody ever leads.", next(f for f in lease.beside if f.name == "holder").is_(None)
    )
    claiming = dataclasses.replace(lease, properties=(*lease.properties, held))
    monkeypatch.setattr(prove, "TABLES", {"leader_lease": claiming})
    run = lawful("lawful prove task-store")
    assert run.code == 1
    assert "never: {holder} holds the lease" in run.stdout
    assert "nobody" not in run.stderr


@pytest.mark.parametrize("table", ["cdc_cursors", "leader_lease"])
@pytest.mark.parametrize("mistaken", [False, True])
def test_the_json_of_a_proof_keeps_its_schema(
    table: str, mistaken: bool, lawful: Lawful, broken: Callable[[str], None]
) -> None:
    if mistaken:
        broken({"cdc_cursors": "cursor-goes-back", "leader_lease": "lease-without-owner-check"}[table])
    schema: Any = json.loads(lawful("lawful schema proof").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    run = lawful(f"lawful prove task-store --table {table} --format json")
    report = json.loads(run.stdout)
    jsonschema.validate(report, schema)
    assert report["exit_code"] == run.code == int(mistaken)
    found = [one["counterexample"] for one in report["obligations"] if one["result"] == "broken"]
    assert bool(found) == mistaken
    assert all(one["replayed"] for one in found)
    del report["obligations"][0]["goal"]
    with pytest.raises(jsonschema.ValidationError, match="goal"):
        jsonschema.validate(report, schema)


def test_the_schema_has_every_goal(lawful: Lawful) -> None:
    schema = json.loads(lawful("lawful schema proof").stdout)
    assert schema["properties"]["obligations"]["items"]["properties"]["goal"]["enum"] == [one.value for one in Goal]


def test_a_solver_that_gives_up_leaves_the_claims_unknown(lawful: Lawful, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda _: "timeout")
    run = lawful("lawful prove task-store --table leader_lease --limit-s 2")
    assert run.code == 3
    assert "no answer within 2 s (timeout)" in run.stdout
    assert "✗" not in run.stdout


def test_without_the_solver_the_hint_says_how_to_get_it(lawful: Lawful, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    run = lawful("lawful prove task-store")
    assert run.code == 2
    assert "proofs need Z3" in run.stderr
    assert "pip install 'lawful[prove]'" in run.stderr


def test_the_solver_is_not_imported_before_it_is_needed() -> None:
    script = "import sys, lawful.conformance.cli.prove; sys.exit('z3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0


def test_every_goal_is_in_the_document() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "proofs.md").read_text(encoding="utf-8")
    assert [one.value for one in Goal if f"| {one.value} |" not in text] == []


def test_no_snapshot_is_left_over() -> None:
    folder = Path(__file__).parent / "snapshots"
    assert {path.stem for path in folder.glob("prove-*.txt")} == COMMANDS.keys()

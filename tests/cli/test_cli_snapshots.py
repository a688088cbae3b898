"""Golden snapshots of whole runs: what a user sees, and the exit code that a script sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Run

COMMANDS = {
    "help": "lawful --help",
    "no-arguments": "lawful",
    "version": "lawful --version",
    "unknown-command": "lawful chek lawful-lease.jsonl",
    "unknown-option": "lawful check --bugdet-s 3 lawful-lease.jsonl",
    "option-without-value": "lawful check lawful-lease.jsonl --budget-s",
    "wrong-value": "lawful check lawful-lease.jsonl --budget-s soon",
    "wrong-choice": "lawful check lawful-lease.jsonl --format yaml",
    "watch-help": "lawful watch --help",
    "watch-violation": "lawful watch stale-read.jsonl",
    "watch-lawful": "lawful watch lawful-lease.jsonl",
    "watch-unfinished": "lawful watch --once truncated.jsonl",
    "watch-missing-file": "lawful watch nowhere.jsonl",
    "check-help": "lawful check --help",
    "check-no-file": "lawful check",
    "check-lawful": "lawful check lawful-lease.jsonl",
    "check-lawful-quiet": "lawful check --quiet lawful-lease.jsonl",
    "check-lawful-verbose": "lawful check --verbose lawful-lease.jsonl",
    "check-violation": "lawful check lease-granted-twice.jsonl",
    "check-violation-verbose": "lawful check --verbose stale-read.jsonl",
    "check-one-object": "lawful check --only register/y stale-read.jsonl",
    "check-unknown-object": "lawful check --only register/z stale-read.jsonl",
    "check-unknown-model": "lawful check --model leader-lease lawful-lease.jsonl",
    "check-other-model": "lawful check --model tasks job-claimed-twice.jsonl",
    "check-unknown-model-in-header": "lawful check wrong-model.jsonl",
    "check-no-model": "lawful check no-model.jsonl",
    "check-dependent-keys": "lawful check dependent-keys.jsonl",
    "check-logical-clock": "lawful check logical-clock.jsonl",
    "check-misspelt-member": "lawful check misspelt.jsonl",
    "check-missing-file": "lawful check nowhere.jsonl",
    "check-directory": "lawful check .",
    "check-rubbish": "lawful check rubbish.bin",
    "check-empty-file": "lawful check empty.jsonl",
    "check-truncated": "lawful check truncated.jsonl",
    "check-nothing-checked": "lawful check all-failed.jsonl",
    "check-no-operations": "lawful check no-operations.jsonl",
    "check-inconclusive": "lawful check --budget-s 1e-9 hard.jsonl",
    "check-mixed": "lawful check lawful-lease.jsonl nowhere.jsonl stale-read.jsonl all-failed.jsonl truncated.jsonl",
    "check-mixed-json": "lawful check --format json lawful-lease.jsonl nowhere.jsonl stale-read.jsonl all-failed.jsonl",
    "check-durability": "lawful check --durability lost-at-a-crash.jsonl stale-read.jsonl lawful-lease.jsonl",
    "check-durability-json": "lawful check --durability --format json lost-at-a-crash.jsonl stale-read.jsonl",
    "check-mixed-quiet": "lawful check -q lawful-lease.jsonl all-failed.jsonl",
    "lint": "lawful lint lawful-lease.jsonl truncated.jsonl odd.jsonl all-failed.jsonl",
    "lint-errors": "lawful lint misspelt.jsonl lawful-lease.jsonl rubbish.bin nowhere.jsonl",
    "schema-report": "lawful schema report",
    "schema-history": "lawful schema history",
    "schema-clauses": "lawful schema clauses",
    "schema-unknown": "lawful schema histroy",
    "clauses": "lawful clauses",
    "clauses-table": "lawful clauses --table leader_lease --format json",
    "clauses-unknown-table": "lawful clauses --table leaderlease",
    "models": "lawful models",
    "backends-unknown": "lawful backends sqlit",
    "config": "lawful config",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_run_prints_what_it_printed_before(
    name: str, lawful: Callable[[str], Run], snapshot: Callable[[str, Run], None]
) -> None:
    snapshot(name, lawful(COMMANDS[name]))


def test_no_snapshot_is_left_over() -> None:
    folder = Path(__file__).parent / "snapshots"
    # See the tests of these commands.
    others = (
        "run-*.txt",
        "certify-*.txt",
        "convert-*.txt",
        "shrink-*.txt",
        "explore-*.txt",
        "mutants-*.txt",
        "prove-*.txt",
        "raft-proof*.txt",
        "search-raft-*.txt",
        "live-raft*.txt",
        "refine-*.txt",
    )
    runs = {path.stem for pattern in others for path in folder.glob(pattern)}
    assert {path.stem for path in folder.iterdir()} - runs == COMMANDS.keys()

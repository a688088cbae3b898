"""`lawful run`: cheap failures first, what they block is left out, and known failures are told from violations."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.conformance.history.file import read_history

from .conftest import Run

HERE = Path(__file__).parent
RUN = "lawful run --clients 3 --seconds 1 --rate 60 --timeout-s 0.5 --seed 3 --backend"


@pytest.fixture
def adapters(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user with an adapter of their own: it breaks TS-TASKS-1 with one client already."""
    shutil.copy(HERE / "adapters" / "careless.py", folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "careless", raising=False)
    return folder


def test_what_breaks_with_one_client_is_left_out_of_later_stages(adapters: Path, lawful: Callable[[str], Run]) -> None:
    run = lawful(f"{RUN} careless:AcceptsTwice --workload tasks,jobs --faults kill --format json")
    summary = json.loads(run.stdout)
    assert run.code == 1, run
    assert summary["left_out"] == {"tasks": ["with clients at once", "under faults"]}
    assert summary["clauses"]["TS-TASKS-1"]["status"] == "violation"
    assert summary["clauses"]["TS-TASKS-5"]["status"] == "blocked"
    assert summary["clauses"]["TS-JOBS-1"]["status"] == "lawful"
    operations = read_history(Path(summary["history"])).operations
    assert {one.process for one in operations if one.object == "tasks"} == {min(one.process for one in operations)}
    assert len({one.process for one in operations if one.object == "jobs"}) > 3


def test_a_run_says_what_was_not_tried(adapters: Path, lawful: Callable[[str], Run]) -> None:
    run = lawful(f"{RUN} careless:AcceptsTwice --workload tasks --faults kill --brief")
    assert run.code == 1
    told = "… tasks broke a clause with one client at a time: not tried with clients at once or under faults\n"
    assert told in run.stdout


def test_a_known_failure_is_no_violation(adapters: Path, lawful: Callable[[str], Run]) -> None:
    known = adapters / "careless.known-failures.toml"
    known.write_text('[TS-TASKS-1]\nreason = "an insert overwrites"\nlink = "issue 17"\n')
    command = f"{RUN} careless:AcceptsTwice --workload tasks --faults none"
    run = lawful(command)
    assert run.code == 0, run
    assert run.stdout.startswith("⊘ known failures only  careless:AcceptsTwice tasks seed 3:")
    assert "⊘ known failure of TS-TASKS-1: an insert overwrites (issue 17)\n" in run.stdout
    (report,) = adapters.glob("runs/*/report.md")
    assert "| ⊘ known failure: an insert overwrites | TS-TASKS-1 |" in report.read_text("utf-8")
    assert lawful(f"{command} --known-failures none").code == 1


def test_an_unexpected_pass_fails(adapters: Path, lawful: Callable[[str], Run]) -> None:
    (adapters / "known.toml").write_text('[TS-TASKS-1]\nreason = "an insert overwrites"\n')
    run = lawful(f"{RUN} sqlite --workload tasks --faults none --known-failures known.toml --brief")
    assert run.code == 1, run
    assert run.stdout.startswith("✓ lawful")
    assert "✗ unexpected pass of TS-TASKS-1: it is kept; take it out of the known failures\n" in run.stdout


def test_tables_that_a_store_does_not_offer_are_shown(adapters: Path, lawful: Callable[[str], Run]) -> None:
    run = lawful(f"{RUN} careless:OnlyJobs --faults none --format json")
    summary = json.loads(run.stdout)
    assert run.code == 0, run
    assert {"the table leader_lease", "the table tasks"} <= set(summary["unsupported"])
    assert summary["workload"] == "jobs"

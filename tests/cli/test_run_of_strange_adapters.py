"""`lawful run` and adapters that misbehave: named as such, recorded honestly, and never the end of the run."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lawful.conformance.history.file import read_history
from lawful.conformance.run import record
from lawful.models.history import Outcome

from .conftest import Run

ADAPTERS = Path(__file__).parent / "adapters" / "strange.py"
RUN = "lawful run --workload jobs --clients 2 --seconds 0.5 --rate 60 --timeout-s 0.3 --faults none --seed 3 --backend"


@pytest.fixture
def adapters(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a user has an adapter of their own."""
    shutil.copy(ADAPTERS, folder / "strange.py")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is about claims that expire, or processes that are paused."""
    monkeypatch.setattr(record, "_SETTLE_S", 0.1)
    monkeypatch.setattr(record, "_SEQUENTIAL_LIMIT_S", 2.0)
    monkeypatch.setattr(record, "_FINAL_LIMIT_S", 2.0)


@pytest.fixture
def unpaused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is waited for for little longer than the time-out of the client."""
    monkeypatch.setattr(record, "_LONGEST_PAUSE_S", 0.7)


def summary_of(run: Run) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(run.stdout)
    return summary


@pytest.mark.parametrize(
    ("backend", "code", "defect"),
    [
        ("Raising", 4, r"jobs\.queue_depth: raised KeyError: 'depth'"),
        ("WrongType", 4, r"jobs\.queue_depth: answered a JSON string where the contract has integer"),
        pytest.param("NoAnswer", 4, r"jobs\.queue_depth: returned int instead of Answer", marks=pytest.mark.slow),
        ("NotJson", 4, r"jobs\.queue_depth: answered what is not a JSON value"),
        pytest.param(
            "Hanging",
            4,
            r"jobs\.queue_depth: gave no answer within 1\.0 s, although its own time-out is shorter",
            marks=pytest.mark.slow,
        ),
        ("Printing", 0, None),
        ("Double", 1, None),
    ],
)
def test_an_adapter_that_misbehaves_is_named(
    request: pytest.FixtureRequest,
    adapters: Path,
    lawful: Callable[[str], Run],
    backend: str,
    code: int,
    defect: str | None,
) -> None:
    if backend == "Hanging":
        request.getfixturevalue("unpaused")
    run = lawful(f"{RUN} strange:{backend} --format json")
    summary = summary_of(run)
    assert (run.code, summary["exit_code"]) == (code, code), run
    told = [text for text in summary["defects"] if defect is not None and re.match(defect, text)]
    assert bool(told) == (defect is not None), summary["defects"]
    history = read_history(Path(summary["history"]))
    assert not history.truncated
    spoilt = [one for one in history if one.function == "queue_depth"]
    if defect is not None:
        assert spoilt
        assert {one.outcome for one in spoilt} == {Outcome.UNKNOWN}
    # What came before and after the defect was recorded and checked all the same.
    assert sum(one.outcome is Outcome.OK for one in history) > 10


def test_a_client_that_exits_is_started_again_and_its_operation_is_unknown(
    adapters: Path, lawful: Callable[[str], Run]
) -> None:
    summary = summary_of(lawful(f"{RUN} strange:Exiting --format json"))
    history = read_history(Path(summary["history"]))
    depths = {one.outcome for one in history if one.function == "queue_depth"}
    assert depths == {Outcome.UNKNOWN}
    assert {fault.fault for fault in history.faults} == {"restart"}


def test_what_an_adapter_declines_is_recorded_as_not_done(adapters: Path, lawful: Callable[[str], Run]) -> None:
    run = lawful(f"{RUN} strange:Declining --format json")
    summary = summary_of(run)
    assert run.code == 0
    assert summary["unsupported"] == ["jobs.queue_depth"]
    assert summary["clauses"]["TS-JOBS-5"]["status"] == "not exercised"


def test_a_server_that_does_not_come_back_ends_the_run_and_loses_nothing(
    adapters: Path, lawful: Callable[[str], Run]
) -> None:
    # Seed 3 strikes the server first; the run ends then, and gets 20 s since a busy machine may be slow to start it.
    command = RUN.replace("--faults none", "--faults kill").replace("--seconds 0.5", "--seconds 20")
    run = lawful(f"{command} strange:CannotRestart")
    assert run.code == 4, run
    assert "error: server-1 does not come back\n  cause: its data folder is gone" in run.stderr
    (report,) = adapters.glob("runs/*/report.md")
    history = read_history(report.parent / "history.jsonl")
    assert history.truncated
    assert history.faults[-1].error is not None
    assert len(history) > 5
    assert "**Truncated:**" in report.read_text(encoding="utf-8")


PRINTED = {
    "run-no-backend": "lawful run",
    "run-unknown-backend": "lawful run --backend redsi",
    "run-unknown-workload": "lawful run --backend sqlite --workload job",
    "run-unknown-fault": "lawful run --backend sqlite --faults kil",
    "run-unknown-backend-option": "lawful run --backend sqlite,sync=FULL",
    "run-option-without-value": "lawful run --backend sqlite,synchronous",
    "run-wrong-option-value": "lawful run --backend sqlite,synchronous=SOMETIMES",
    "run-wrong-number": "lawful run --backend sqlite --clients 0",
    "run-no-module": "lawful run --backend nowhere:Store",
    "run-no-class": "lawful run --backend strange:Raisin",
    "run-not-a-backend": "lawful run --backend strange:NotABackend",
    "run-cannot-start": f"{RUN} strange:CannotStart",
    "run-cannot-connect": f"{RUN} strange:CannotConnect",
    "run-raises": f"{RUN} strange:Raising --brief",
    "run-hangs": f"{RUN} strange:Hanging --brief",
    "run-answers-nonsense": f"{RUN} strange:WrongType --brief",
    "run-missing-server": f"{RUN} redis,server=nowhere/redis-server",
}
"""What each of these prints, by the name of the snapshot."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name == "run-hangs" else ()) for name in PRINTED]
)
def test_a_run_that_cannot_go_well_says_why(
    request: pytest.FixtureRequest,
    adapters: Path,
    lawful: Callable[[str], Run],
    snapshot: Callable[[str, Run], None],
    name: str,
) -> None:
    if name == "run-hangs":
        request.getfixturevalue("unpaused")
    snapshot(name, lawful(PRINTED[name]))

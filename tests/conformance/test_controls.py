"""Controls: what a run tells of losses, and that a side which does not come out as it must is seen to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from lawful.checkers.verdict import Verdict
from lawful.conformance.cli import controls as command
from lawful.conformance.cli import main
from lawful.conformance.controls.catalogue import CONTROLS, Side
from lawful.conformance.controls.running import UNAVAILABLE, Outcome, outcomes, plan_of
from lawful.conformance.controls.told import Told, told
from lawful.conformance.errors import ExitCode
from lawful.models.history import FaultEvent, History, Operation
from lawful.models.history import Outcome as Known
from lawful.models.values import Json

NS_PER_S = 10**9


def operation(index: int, function: str, value: str, result: Json, at_s: float, server: str = "a") -> Operation:
    at_ns = round(at_s * NS_PER_S)
    arguments: dict[str, Json] = {"value": value}
    return Operation(
        index, 0, "set", function, arguments, Known.OK, at_ns, at_ns, key="k", result=result, server=server
    )


def test_values_that_are_gone_at_the_end_are_lost() -> None:
    operations = (
        operation(0, "insert", "x", True, 1.0),
        operation(1, "insert", "y", True, 2.0),
        operation(2, "insert", "z", True, 2.5),
        operation(3, "contains", "y", True, 2.6),
        operation(4, "contains", "x", True, 5.0),
        operation(5, "contains", "y", False, 5.0),
        operation(6, "contains", "z", False, 5.0),
    )
    crash = FaultEvent("power-loss", "machine", 3 * NS_PER_S, 3 * NS_PER_S, details={"role": "server"})
    assert told(History(operations, (crash,))) == Told(3, 2, 1.0, 2.0, two_primaries=False)


def test_servers_that_acknowledge_by_turns_are_two_primaries() -> None:
    servers = ["a", "a", "b", "a", "b", "a"]
    by_turns = tuple(operation(i, "insert", str(i), True, i, server) for i, server in enumerate(servers))
    assert told(History(by_turns)).two_primaries
    assert not told(History(by_turns[:3])).two_primaries


def test_each_control_has_a_side_that_keeps_and_one_that_loses() -> None:
    for control in CONTROLS.values():
        assert {side.expected for side in control.sides} == {Verdict.LAWFUL, Verdict.VIOLATION}, control.name
        for side in control.sides:
            assert plan_of(side, 0).command()


def fake(verdicts: dict[str, str]) -> Any:
    """Runs that come out as they must, but for those of some stores."""

    def run(plans: Sequence[tuple[Side, int]], workers: int) -> Iterator[Outcome]:
        for side, _ in plans:
            figures = Told(100, 30, 0.5, 0.25, two_primaries=False)
            verdict = verdicts.get(side.backend, side.expected.value)
            yield Outcome(verdict, "no server" if verdict == UNAVAILABLE else "", figures)

    return run


@pytest.mark.parametrize(
    ("verdicts", "code", "says"),
    [
        ({}, ExitCode.LAWFUL, "✓ redis,appendfsync=everysec set --faults power-loss"),
        ({"redis,appendfsync=everysec": "lawful"}, ExitCode.VIOLATION, "caught:  0 of 2"),
        ({"redis,appendfsync=always": "inconclusive"}, ExitCode.VIOLATION, "lawful:  0 of 2"),
        ({"redis,appendfsync=no": UNAVAILABLE}, ExitCode.LAWFUL, "unavailable"),
    ],
)
def test_what_does_not_come_out_as_it_must_is_said(
    verdicts: dict[str, str],
    code: ExitCode,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("numpy")
    monkeypatch.setattr(command, "outcomes", fake(verdicts))
    assert main(["controls", "--only", "aof", "--runs", "2"]) == code
    assert says in capsys.readouterr().out


def test_a_model_that_says_otherwise_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "outcomes", fake({}))
    monkeypatch.setattr(command, "_model_says", lambda deployment: Verdict.LAWFUL)
    assert main(["controls", "--only", "aof", "--runs", "1"]) == ExitCode.VIOLATION


def test_the_page_and_the_report_have_each_side(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("numpy")
    monkeypatch.setattr(command, "outcomes", fake({}))
    main(["controls", "--markdown", "--runs", "2"])
    page = capsys.readouterr().out
    main(["controls", "--format", "json", "--runs", "2"])
    report = json.loads(capsys.readouterr().out)
    sides = [side for control in CONTROLS.values() for side in control.sides]
    assert [one["backend"] for one in report["sides"]] == [side.backend for side in sides]
    assert all(f"| `{side.backend}` | `{side.faults}` |" in page for side in sides)
    assert "| 100 | 30, 30 | 0.50 s |  | 0.25 s |" in page


def test_an_unknown_control_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["controls", "--only", "aoff"]) == ExitCode.USAGE
    assert "unknown control 'aoff'" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["aof", "lying-disk", "sqlite", "raft-disk"])
def test_controls_come_out_as_they_must(name: str) -> None:
    sides = CONTROLS[name].sides
    found = [one.verdict for one in outcomes([(side, 1) for side in sides], workers=1)]
    assert found == [side.expected.value for side in sides]

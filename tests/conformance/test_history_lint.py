"""Linting: every rule finds what it is there for, with its line, and nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from lawful.conformance.errors import UsageError
from lawful.conformance.history import lines
from lawful.conformance.history.file import read_history, write_history
from lawful.conformance.history.lint import MAX_FINDINGS, lint
from lawful.conformance.history.lint_rules import RULES, Severity
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.history.strategies import histories, register_calls
from lawful.models.history import Header, History, Outcome

HEADER: dict[str, Any] = {"record": "header", "format": 1, "model": "register"}


def invoke(index: int, process: int = 0, at: int | None = None, **members: Any) -> dict[str, Any]:
    record = {"record": "invoke", "index": index, "process": process, "object": "x", "function": "read"}
    return record | {"time_ns": 10 * index if at is None else at} | members


def back(index: int, at: int | None = None, outcome: str = "ok", **members: Any) -> dict[str, Any]:
    at = 10 * index + 5 if at is None else at
    return {"record": "return", "index": index, "outcome": outcome, "time_ns": at} | members


def whole(call: int, end: int | None, process: int = 0, outcome: str = "ok", **members: Any) -> dict[str, Any]:
    record = {"record": "operation", "process": process, "object": "x", "function": "read", "outcome": outcome}
    return record | {"call_ns": call, "return_ns": end} | members


def footer(operations: int, faults: int = 0) -> dict[str, Any]:
    return {"record": "footer", "operations": operations, "faults": faults}


FAULT = {"record": "fault", "fault": "kill", "target": "n1", "call_ns": 1}

Content = list[dict[str, Any] | str | bytes]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Content], Path]:
    def written(content: Content) -> Path:
        encoded = [json.dumps(line) if isinstance(line, dict) else line for line in content]
        data = b"\n".join(line.encode() if isinstance(line, str) else line for line in encoded)
        path = tmp_path / "history.jsonl"
        path.write_bytes(data + (b"" if data.endswith(b"cut off") else b"\n"))
        return path

    return written


CASES: list[tuple[str, int, Content]] = [
    ("not-text", 2, [HEADER, b"\xff\xfe", invoke(0), back(0), footer(1)]),
    ("not-json", 2, [HEADER, "{", invoke(0), back(0), footer(1)]),
    ("not-json", 3, [HEADER, invoke(0), '{"a":NaN}', back(0), footer(1)]),
    ("wrong-record", 2, [HEADER, {"record": "invok"}, invoke(0), back(0), footer(1)]),
    ("result-without-ok", 5, [HEADER, invoke(0), back(0), invoke(1), back(1, outcome="fail", result=1), footer(2)]),
    ("error-with-ok", 5, [HEADER, invoke(0), back(0), invoke(1), back(1, error="x"), footer(2)]),
    ("missing-header", 1, [invoke(0), back(0), footer(1)]),
    ("missing-header", 0, [""]),
    ("second-header", 2, [HEADER, HEADER, invoke(0), back(0), footer(1)]),
    ("after-footer", 5, [HEADER, invoke(0), back(0), footer(1), FAULT]),
    ("missing-footer", 0, [HEADER, invoke(0), back(0)]),
    ("cut-off", 4, [HEADER, invoke(0), back(0), b"cut off"]),
    ("wrong-count", 4, [HEADER, invoke(0), back(0), footer(2)]),
    ("wrong-count", 4, [HEADER, invoke(0), back(0), footer(1, 1)]),
    ("repeated-index", 3, [HEADER, invoke(0), invoke(0, at=1), back(0), footer(1)]),
    ("missing-index", 0, [HEADER, invoke(1), back(1), footer(1)]),
    ("mixed-numbering", 4, [HEADER, invoke(0), back(0), whole(10, 15), footer(2)]),
    ("mixed-numbering", 4, [HEADER, whole(10, 15), whole(16, 17), whole(0, 5, index=0), footer(3)]),
    ("return-without-call", 2, [HEADER, back(7), invoke(0), back(0), footer(1)]),
    ("second-return", 4, [HEADER, invoke(0), back(0), back(0), footer(1)]),
    ("return-before-call", 3, [HEADER, invoke(0, at=9), back(0, at=8), footer(1)]),
    ("time-backwards", 4, [HEADER, invoke(0, at=9), back(0, at=20), invoke(1, process=1, at=8), footer(2)]),
    ("overlapping-process", 4, [HEADER, invoke(0), invoke(1, process=1), invoke(2), back(1), footer(3)]),
    ("overlapping-process", 3, [HEADER, whole(0, 10), whole(5, 15), footer(2)]),
    ("process-after-unknown", 4, [HEADER, invoke(0), back(0, outcome="unknown"), whole(10, 12, index=1), footer(2)]),
    ("unknown-model", 1, [HEADER | {"model": "registre"}, invoke(0), back(0), footer(1)]),
    ("unknown-object", 2, [HEADER | {"model": "jobs"}, invoke(0), back(0), footer(1)]),
    ("no-model", 2, [HEADER | {"model": None}, invoke(0), back(0), footer(1)]),
    ("unknown-call", 2, [HEADER, invoke(0, function="raed"), back(0), footer(1)]),
    ("unknown-call", 2, [HEADER, invoke(0, function="write", arguments={"val": 1}), back(0), footer(1)]),
    (
        "timeout-as-failure",
        5,
        [HEADER, invoke(0), back(0), invoke(1), back(1, outcome="fail", error="Read timed out"), footer(2)],
    ),
    ("nothing-known", 0, [HEADER, invoke(0), back(0, outcome="fail", error="refused"), footer(1)]),
]


@pytest.mark.parametrize(("rule", "line", "content"), CASES, ids=[f"{case[0]}-{at}" for at, case in enumerate(CASES)])
def test_a_rule_finds_what_it_is_for(rule: str, line: int, content: Content, write: Callable[[Content], Path]) -> None:
    found = lint(write(content))
    assert (rule, line) in [(finding.rule, finding.line) for finding in found]
    for finding in found:
        assert finding.severity is RULES[finding.rule].severity
        assert finding.problem
        assert finding.why


@pytest.mark.parametrize(("rule", "line", "content"), CASES, ids=[f"{case[0]}-{at}" for at, case in enumerate(CASES)])
def test_a_fault_is_not_taken_for_another(
    rule: str, line: int, content: Content, write: Callable[[Content], Path]
) -> None:
    """But a header that is lost takes the model along, and so on."""
    rules = {finding.rule for finding in lint(write(content))}
    consequences = {
        "missing-header": {"no-model"},
        "after-footer": {"wrong-count"},
        "mixed-numbering": {"overlapping-process"},
    }
    assert rules <= {rule} | consequences.get(rule, set())


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in CASES} | {"line-too-long", "too-many"} == set(RULES)


@pytest.mark.parametrize("error", ["refused", "Connection refused", "wrong type", "not the leader", "no such key"])
def test_a_failure_that_a_client_can_know_is_no_finding(error: str, write: Callable[[Content], Path]) -> None:
    content: Content = [HEADER, invoke(0), back(0), invoke(1), back(1, outcome="fail", error=error), footer(2)]
    assert lint(write(content)) == []


@pytest.mark.parametrize(
    "error",
    [
        "timeout",
        "Timed out after 3 s",
        "i/o time-out",
        "context deadline exceeded",
        "Connection reset by peer",
        "connection to server lost",
        "[Errno 32] Broken pipe",
        "no response",
        "unexpected EOF",
    ],
)
def test_a_failure_that_a_client_cannot_know_is_a_warning(error: str, write: Callable[[Content], Path]) -> None:
    failed = back(1, outcome="fail", error=error)
    (finding,) = lint(write([HEADER, invoke(0), back(0), invoke(1), failed, footer(2)]))
    assert (finding.rule, finding.severity) == ("timeout-as-failure", Severity.WARNING)


def test_a_value_written_twice_is_no_finding(write: Callable[[Content], Path]) -> None:
    content: Content = [HEADER]
    for index in range(3):
        content += [invoke(index, function="write", arguments={"value": 1}), back(index)]
    assert lint(write([*content, footer(3)])) == []


def test_a_wrong_function_is_found_once(write: Callable[[Content], Path]) -> None:
    content: Content = [HEADER]
    for index in range(50):
        content += [invoke(index, function="raed"), back(index)]
    assert len(lint(write([*content, footer(50)]))) == 1


def test_the_model_can_be_given(write: Callable[[Content], Path]) -> None:
    path = write([HEADER | {"model": None}, invoke(0), back(0), footer(1)])
    assert [finding.rule for finding in lint(path)] == ["no-model"]
    assert lint(path, model="register") == []


def test_a_return_of_a_call_that_cannot_be_read_is_no_second_finding(write: Callable[[Content], Path]) -> None:
    (finding,) = lint(write([HEADER, invoke(0) | {"process": "0"}, back(0), invoke(1), back(1), footer(1)]))
    assert (finding.line, finding.rule) == (2, "wrong-record")


def test_a_long_line_ends_the_examination(write: Callable[[Content], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 2**20)
    found = lint(write([HEADER, b" " * 2**20 + b" ", "{"]))
    assert [(finding.rule, finding.line) for finding in found] == [("line-too-long", 2)]


def test_a_file_of_nonsense_is_given_up(write: Callable[[Content], Path]) -> None:
    found = lint(write([*["nonsense"] * 10 * MAX_FINDINGS]))
    assert len(found) == MAX_FINDINGS + 1
    assert found[-1].rule == "too-many"


def test_an_absent_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        lint(tmp_path / "absent")


def test_what_the_recorder_writes_is_clean(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with Recorder(path, Header()) as recorder:
        for process, outcome in enumerate(Outcome):
            index = recorder.invoke(process, "jobs", None, "queue_depth", {})
            recorder.complete(index, outcome, result=0 if outcome is Outcome.OK else None)
        recorder.fault("kill", "n1", time.monotonic_ns(), time.monotonic_ns())
        recorder.invoke(0, "jobs", None, "queue_depth", {})
    assert lint(path) == []


@pytest.mark.timeout(20)
def test_a_long_history_takes_a_second_and_not_minutes(write: Callable[[Content], Path]) -> None:
    content: Content = [HEADER]
    for index in range(30_000):
        content += [invoke(index), back(index)]
    assert lint(write([*content, footer(30_000)])) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(history=histories(register_calls()))
def test_what_can_be_read_has_no_errors(history: History, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    write_history(History(history.operations, history.faults, Header(model="cas-register")), path)
    read_history(path)
    assert {finding.rule for finding in lint(path)} <= {"nothing-known", "timeout-as-failure"}

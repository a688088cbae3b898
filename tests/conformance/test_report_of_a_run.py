"""The report of a run shows everything it must, and nothing in a history can become markup."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.history.file import write_history
from lawful.conformance.report.columns import MOST_OPERATIONS, columns
from lawful.conformance.report.markdown import escaped, fenced, markdown
from lawful.conformance.run.judgement import Judgement, judge
from lawful.models.history import FaultEvent, Header, History, Operation, Outcome
from lawful.models.values import Json

HOSTILE = "<script>alert(1)</script> | ``` **x** [a](b)\n# title \x1b[31m\u202e"


def enqueue(index: int, job_id: str, params: Json, at: int) -> Operation:
    arguments: dict[str, Json] = {"id": job_id, "type": "x", "params": params}
    return Operation(index, index, "jobs", "enqueue", arguments, Outcome.OK, at, at + 1, result=True)


def claim(index: int, job_id: str, params: Json, call_ns: int, return_ns: int) -> Operation:
    answer: Json = {"id": job_id, "type": "x", "params": params}
    arguments: dict[str, Json] = {"worker": f"w{index}", "ttl_ms": 9000}
    return Operation(index, index, "jobs", "claim", arguments, Outcome.OK, call_ns, return_ns, result=answer)


def lost(index: int, error: str, at: int) -> Operation:
    return Operation(index, index, "jobs", "queue_depth", {}, Outcome.UNKNOWN, at, None, error=error)


def judged(path: Path, *operations: Operation, name: str = HOSTILE) -> Judgement:
    header = Header(backend=name, workload="jobs", seed=3, versions={"server": name}, options={"backend": name})
    history = History(operations, (FaultEvent("kill", name, 11, 12),), header)
    write_history(history, path)
    return judge(path, Budget(10), Counter({name: 2}), "lawful run --seed 3")


@pytest.fixture
def violation(tmp_path: Path) -> Judgement:
    operations = (
        enqueue(0, HOSTILE, HOSTILE, 0),
        lost(1, HOSTILE, 5),
        claim(2, HOSTILE, HOSTILE, 10, 20),
        claim(3, HOSTILE, HOSTILE, 12, 22),
    )
    return judged(tmp_path / "history.jsonl", *operations)


def test_a_violation_shows_clause_columns_answer_and_how_to_reproduce_it(violation: Judgement) -> None:
    text = markdown(violation)
    for part in (
        ": violation",
        "✗ violation | TS-JOBS-1 |",
        "… blocked | TS-JOBS-5 |",
        "## Violation on `jobs`",
        "answered",
        "allowed   null",
        "## Reproduce with",
        f"lawful check {violation.path}",
        "lawful run --seed 3",
        "| seed | 3 |",
        "4: 3 ok, 0 failed, 1 unknown",
        "1 injected",
        "## Defects of the adapter",
    ):
        assert part in text, part


def test_what_a_store_answers_cannot_become_markup(violation: Judgement) -> None:
    text = markdown(violation)
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert "<script>" not in outside
    assert "**x**" not in outside
    assert "[a](b)" not in outside
    assert "\n# title" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(re.findall(r"^# ", text, flags=re.MULTILINE)) == 1


def test_a_lawful_run_has_no_violation_section(tmp_path: Path) -> None:
    judgement = judged(tmp_path / "history.jsonl", enqueue(0, "j", 1, 0), claim(1, "j", 1, 5, 6), name="store")
    text = markdown(judgement)
    assert judgement.verdict.verdict is Verdict.LAWFUL
    assert "## Violation" not in text
    assert "✓ lawful | TS-JOBS-6 |" in text
    assert "○ not exercised | TS-JOBS-4 |" in text


def test_a_truncated_recording_says_so(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    judged(path, enqueue(0, "j", 1, 0), name="store")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert "**Truncated:**" in markdown(judge(path, Budget(10)))


def test_a_code_block_is_longer_than_any_fence_in_it() -> None:
    assert fenced("a\n````\nb").startswith("`````text\n")


def test_escaped_text_is_one_line() -> None:
    assert escaped("a\n\nb\t`c`") == "a b \\`c\\`"


def test_a_picture_of_many_clients_is_a_list_and_is_capped() -> None:
    operations = [enqueue(i, f"j{i}", None, 10 * i) for i in range(MOST_OPERATIONS + 5)]
    lines = columns(operations).splitlines()
    assert len(lines) == MOST_OPERATIONS + 1
    assert lines[-1] == "… and 5 more operations"
    assert max(map(len, columns(operations[:3]).splitlines())) <= 120

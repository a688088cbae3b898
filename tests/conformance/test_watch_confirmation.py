"""What a watch asks of the whole file: the verdict by what was known when one operation returned, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.history.file import write_history
from lawful.conformance.watching.confirmation import verdict_at
from lawful.conformance.watching.watch import Settings, Watch
from lawful.models.history import Header, History, Operation, Outcome
from lawful.models.register import Register
from lawful.models.values import Json


def operation(index: int, function: str, value: Json, call_ns: int, return_ns: int, name: str = "x") -> Operation:
    arguments: dict[str, Json] = {"value": value} if function == "write" else {}
    result = value if function == "read" else None
    return Operation(
        index, index, "register", function, arguments, Outcome.OK, call_ns, return_ns, key=name, result=result
    )


WRITE = operation(0, "write", 1, 0, 10)
WRONG_AND_LATE = operation(1, "read", 7, 5, 40)
RIGHT = operation(2, "read", 1, 20, 30)
WRONG_ELSEWHERE = operation(3, "read", 9, 21, 25, "y")
WRONG_AND_LATER = operation(4, "read", 8, 50, 60)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    operations = (WRITE, WRONG_AND_LATE, RIGHT, WRONG_ELSEWHERE, WRONG_AND_LATER)
    write_history(History(operations, header=Header(model="register", initial=0)), tmp_path / "history.jsonl")
    return tmp_path / "history.jsonl"


def test_answers_that_were_not_there_yet_do_not_count(file: Path) -> None:
    """Nor do operations that were called later, nor other objects: each of them is wrong here."""
    assert verdict_at(file, WRITE, Register(0), Budget()) is Verdict.LAWFUL
    assert verdict_at(file, RIGHT, Register(0), Budget()) is Verdict.LAWFUL


def test_all_that_was_known_counts(file: Path) -> None:
    assert verdict_at(file, WRONG_AND_LATE, Register(0), Budget()) is Verdict.VIOLATION
    assert verdict_at(file, WRONG_ELSEWHERE, Register(0), Budget()) is Verdict.VIOLATION


def test_a_watch_asks_its_own_file_by_its_own_model(file: Path) -> None:
    with Watch(file, Settings(Budget())) as watch:
        list(watch.read())
        confirm = watch.objects.objects[RIGHT.object_key].confirm
        assert confirm is not None
        assert confirm(RIGHT) is Verdict.LAWFUL
        assert confirm(WRONG_AND_LATE) is Verdict.VIOLATION

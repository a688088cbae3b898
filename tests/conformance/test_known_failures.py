"""The file of known failures: found beside its adapter, strict both ways, and exact about what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from lawful.checkers.clause_verdicts import ClauseStatus, ClauseVerdict
from lawful.conformance.backends.registry import choose
from lawful.conformance.errors import UsageError
from lawful.conformance.known_failures import beside, compare, known_failures, load
from lawful.specs.task_store import CLAUSES

FILE = '[TS-JOBS-1]\nreason = "a claim reads, then writes"\nlink = "https://example.org/17"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "adapter.known-failures.toml"
    path.write_text(FILE)
    return path


def verdicts(**statuses: ClauseStatus) -> Sequence[ClauseVerdict]:
    return [ClauseVerdict(CLAUSES[name.replace("_", "-")], status, 1) for name, status in statuses.items()]


def test_a_broken_clause_that_is_known_is_excused_and_another_is_not(file: Path) -> None:
    broken = ClauseStatus.VIOLATION
    known = load(file)
    assert compare(verdicts(TS_JOBS_1=broken), known).excuses
    both = compare(verdicts(TS_JOBS_1=broken, TS_JOBS_5=broken), known)
    assert (both.excuses, both.violations, list(both.known)) == (False, ("TS-JOBS-5",), ["TS-JOBS-1"])
    assert not compare(verdicts(TS_JOBS_5=broken), {}).excuses


def test_a_known_failure_that_passes_is_unexpected_and_one_that_was_not_tried_is_not(file: Path) -> None:
    known = load(file)
    assert compare(verdicts(TS_JOBS_1=ClauseStatus.LAWFUL), known).unexpected_passes == ("TS-JOBS-1",)
    for status in (ClauseStatus.NOT_EXERCISED, ClauseStatus.BLOCKED, ClauseStatus.INCONCLUSIVE):
        assert compare(verdicts(TS_JOBS_1=status), known).unexpected_passes == ()


@pytest.mark.parametrize(
    "program", ["{0}/adapter", "{0}/adapter.js", "node {0}/adapter.js --fast", "sh -x {0}/adapter"]
)
def test_it_is_found_beside_a_program(file: Path, program: str) -> None:
    for name in ("adapter", "adapter.js"):
        (file.parent / name).write_text("")
    choice = choose(f"exec:{program.format(file.parent)},mode=1")
    assert beside(choice) == file
    assert list(known_failures(choice)) == ["TS-JOBS-1"]
    assert known_failures(choice, "none") == {}


def test_it_is_found_beside_a_module_and_inside_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    text = "from lawful.conformance.backends.sqlite import SqliteBackend\n"
    (tmp_path / "lone_store.py").write_text(text)
    (tmp_path / "packed_store").mkdir()
    (tmp_path / "packed_store" / "__init__.py").write_text(text)
    assert beside(choose("lone_store:SqliteBackend")) == tmp_path / "lone_store.known-failures.toml"
    assert beside(choose("packed_store:SqliteBackend")) == tmp_path / "packed_store" / "known-failures.toml"
    for name in ("lone_store", "packed_store"):
        sys.modules.pop(name, None)


def test_where_there_is_no_file_nothing_is_known(tmp_path: Path) -> None:
    assert known_failures(choose("sqlite")) == {}
    assert known_failures(choose("tcp://127.0.0.1:1")) == {}
    with pytest.raises(UsageError, match="cannot read"):
        known_failures(choose("sqlite"), str(tmp_path / "nowhere.toml"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[TS-JOB-1]\nreason = 'x'\n", "unknown clause 'TS-JOB-1'\n  hint: did you mean 'TS-JOBS-"),
        ("[TS-JOBS-1]\nreson = 'x'\n", "unknown key 'reson' of TS-JOBS-1\n  hint: did you mean 'reason'"),
        ("[TS-JOBS-1]\nlink = 'x'\n", "TS-JOBS-1 has no reason"),
        ("[TS-JOBS-1]\nreason = 3\n", "reason of TS-JOBS-1 is no text"),
        ("TS-JOBS-1 = 3\n", "TS-JOBS-1 is no table"),
        ("[TS-JOBS-1\n", "cannot read the known failures"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(file: Path, text: str, problem: str) -> None:
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        load(file)
    assert problem in str(caught.value)

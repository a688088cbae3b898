"""`lawful mutants raft`: the matrix, the exit codes, and the page that is printed from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lawful.conformance.cli.mutants_raft_markdown import known_lines
from lawful.conformance.raft_mutants import subject, unmutated
from lawful.conformance.raft_mutants.attempt import Check, Engine
from lawful.conformance.raft_mutants.known import KNOWN
from lawful.conformance.raft_mutants.subject import PROVED_AS, subjects
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.mistakes_of_liveness import MISTAKES_OF_LIVENESS
from lawful.models.raft.raft import Bounds
from lawful.models.raft.rules import RAFT_RULES
from lawful.models.raft_proof.mutants import MUTANTS
from lawful.specs.raft import STATE_MACHINE_SAFETY
from lawful.specs.raft.liveness import KNOWLEDGE

from .conftest import Run

Lawful = Callable[[str], Run]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "raft-mutants.md"
COMMANDS = {
    "mutants-raft-help": "lawful mutants raft --help",
    "mutants-raft-unknown": "lawful mutants raft --mistake vote-thrice",
    "mutants-raft-not-for-engine": "lawful mutants raft --mistake refusal-counts --engine prove",
    "mutants-raft-part-of-page": "lawful mutants raft --mistake refusal-counts --markdown",
}


@pytest.fixture(autouse=True)
def little_of_raft_itself(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search through Raft without a mistake has tests of its own."""
    if "slow" not in request.keywords:
        monkeypatch.setattr(unmutated, "_SMALL", Bounds(servers=1))


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_printed_stays_as_it_is(name: str, lawful: Lawful, snapshot: Callable[[str, Run], None]) -> None:
    snapshot(name, lawful(COMMANDS[name]))


def test_one_mistake_is_rejected_by_the_engine_that_is_asked(lawful: Lawful) -> None:
    run = lawful("lawful mutants raft --mistake quorum-of-half --engine explore")
    assert run.code == 0
    assert re.search(r"^quorum-of-half +● RAFT-1 10 +\d", run.stdout, re.MULTILINE)
    assert "1 mistake, 1 rejected: explore 1" in run.stdout
    again = lawful("lawful mutants raft --mistake propose-over-uncommitted --engine walk")
    assert re.search(r"^propose-over-uncommitted +● RAFT-2 1\d", again.stdout, re.MULTILINE)


def test_a_mistake_that_is_safe_is_rejected_by_liveness(lawful: Lawful, monkeypatch: pytest.MonkeyPatch) -> None:
    run = lawful("lawful mutants raft --mistake pre-vote-of-later-term")
    assert run.code == 0
    assert re.search(r"^pre-vote-of-later-term( +·){3} +● RAFT-L1 10 ", run.stdout, re.MULTILINE)
    assert "RAFT-L1 election: rejects 1" in run.stdout
    blamed = replace(MISTAKES_OF_LIVENESS["pre-vote-of-later-term"], rejected_by=KNOWLEDGE)
    monkeypatch.setattr(subject, "MISTAKES_OF_LIVENESS", {blamed.name: blamed})
    run = lawful("lawful mutants raft --mistake pre-vote-of-later-term --engine liveness")
    assert (run.code, "was rejected by RAFT-L1, and not by RAFT-L4" in run.stdout) == (1, True)
    monkeypatch.setattr(unmutated, "RAFT_RULES", blamed.rules)
    run = lawful("lawful mutants raft --mistake pre-vote-of-later-term --engine liveness")
    assert "✗ raft itself was rejected by RAFT-L1: liveness, 2 servers, 2 terms at once, logs of up to 0" in run.stdout


def test_the_json_keeps_its_schema(lawful: Lawful, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unmutated, "proved", lambda: Check(Engine.PROVE, "left out", None, 0.0))
    run = lawful("lawful mutants raft --mistake leader-of-a-later-term --format json")
    report = json.loads(run.stdout)
    schema: Any = json.loads(lawful("lawful schema raft-mutants").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(report, schema)
    (row,) = report["mistakes"]
    assert (run.code, report["exit_code"], row["name"], row["numbers"]) == (0, 0, "leader-of-a-later-term", [26])
    assert {one["engine"]: one["rejected_by"] for one in row["attempts"]} == {
        "explore": "RAFT-1",
        "prove": "leaders_elected",
        "walk": "RAFT-1",
    }


@pytest.fixture
def with_harmless_mistake(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A twin without a mistake, and one that is blamed on another property."""
    known = MISTAKES["propose-over-uncommitted"]
    small = replace(known.bounds, servers=2, log=0)
    few = {
        "harmless": replace(known, name="harmless", rules=RAFT_RULES, bounds=small),
        "blamed": replace(known, name="blamed", rejected_by=STATE_MACHINE_SAFETY),
    }
    monkeypatch.setattr(subject, "MISTAKES", few)
    yield


@pytest.mark.usefixtures("with_harmless_mistake")
def test_what_nobody_rejects_and_what_another_property_rejects_fail(lawful: Lawful) -> None:
    run = lawful("lawful mutants raft --mistake harmless --engine explore")
    assert (run.code, "✗ harmless was not rejected" in run.stdout) == (1, True)
    run = lawful("lawful mutants raft --mistake blamed --engine explore")
    assert (run.code, "✗ blamed was rejected by RAFT-2, and not by RAFT-5" in run.stdout) == (1, True)


def test_raft_itself_must_not_be_rejected(lawful: Lawful, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unmutated, "RAFT_RULES", MISTAKES["quorum-of-half"].rules)
    run = lawful("lawful mutants raft --mistake quorum-of-half --engine walk")
    assert run.code == 1
    assert "✗ raft itself was rejected by RAFT-1: walk, as for quorum-of-half" in run.stdout


def test_every_known_mistake_has_a_model() -> None:
    assert [one.number for one in KNOWN] == list(range(1, 43))
    assert [one.number for one in KNOWN if not one.names] == []
    assert {name for one in KNOWN for name in one.names} <= subjects().keys()


def test_every_mistake_is_there_once() -> None:
    assert PROVED_AS.keys() <= MISTAKES.keys()
    assert set(PROVED_AS.values()) <= {one.name for one in MUTANTS}
    assert len(subjects()) == len(MISTAKES) + len(MISTAKES_OF_LIVENESS) + len(MUTANTS) - len(PROVED_AS)


def test_the_page_names_only_mistakes_that_there_are_and_lists_all_known_ones() -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)
    assert [name for name in subjects() if name in named] == named
    assert page.endswith("\n".join(known_lines()) + "\n")


@pytest.mark.slow
def test_the_page_is_what_the_command_prints(lawful: Lawful) -> None:
    run = lawful("lawful mutants raft --markdown")
    assert (run.code, run.stdout) == (0, PAGE.read_text(encoding="utf-8"))


def test_no_snapshot_is_left_over() -> None:
    folder = Path(__file__).parent / "snapshots"
    assert {path.stem for path in folder.glob("mutants-raft-*.txt")} == COMMANDS.keys()

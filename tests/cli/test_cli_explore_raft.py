"""`lawful explore raft` and `lawful replay`: what is shown, the exit codes, and the file between the two."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lawful.models.raft.features import Feature
from lawful.models.raft.mistakes import MISTAKES
from lawful.specs.raft.invariants import ALL_PROPERTIES

from .conftest import Run

Lawful = Callable[[str], Run]

COMMANDS = {
    "search-raft-explore-help": "lawful explore raft --help",
    "search-raft-replay-help": "lawful replay --help",
    "search-raft-safe": "lawful explore raft --servers 2 --terms 3",
    "search-raft-safe-symmetry": "lawful explore raft --servers 2 --terms 3 --log 2 --symmetry",
    "search-raft-reduction": "lawful explore raft --servers 2 --reduction",
    "search-raft-reduction-no-loss": "lawful explore raft --reduction --no-loss",
    "search-raft-exact": "lawful explore raft --servers 1 --exact",
    "search-raft-exact-spill": "lawful explore raft --exact --spill .",
    "search-raft-spill": "lawful explore raft --servers 2 --spill . --workers 2",
    "search-raft-spill-nowhere": "lawful explore raft --spill nowhere",
    "search-raft-spill-unlimited": "lawful explore raft --spill . --memory-mb inf",
    "search-raft-inconclusive": "lawful explore raft --servers 5 --budget-s 1e-9",
    "search-raft-mistake": "lawful explore raft --mistake quorum-of-half",
    "search-raft-mistake-output": "lawful explore raft --mistake previous-term-not-compared --output found.json",
    "search-raft-no-output": "lawful explore raft --servers 1 --output found.json",
    "search-raft-unknown-mistake": "lawful explore raft --mistake vote-thrice",
    "search-raft-scene-not-within": "lawful explore raft --mistake old-term-by-counting --terms 2",
    "search-raft-scene-of-others": "lawful explore raft --mistake any-log-may-lead --servers 5",
    "search-raft-too-many-for-symmetry": "lawful explore raft --servers 6 --symmetry",
    "search-raft-leases": "lawful explore raft --servers 2 --with lease --leases 2 --log 0",
    "search-raft-symmetry-of-learners": "lawful explore raft --with learners --symmetry",
    "search-raft-json": "lawful explore raft --servers 1 --format json",
    "search-raft-no-loss": "lawful explore raft --servers 2 --messages 2 --log 0 --no-loss --no-duplication",
    "search-raft-with": "lawful explore raft --servers 2 --with check-quorum,pre-vote",
    "search-raft-with-mistake": "lawful explore raft --mistake pre-votes-count",
    "search-raft-invariants": "lawful explore raft --servers 2 --invariants",
    "search-raft-invariants-mistake": "lawful explore raft --mistake quorum-of-half --invariants --output found.json",
    "search-raft-state-machine": "lawful explore raft --servers 2 --log 2 --with sessions --state-machine jobs",
    "search-raft-state-machine-mistake": "lawful explore raft --mistake answered-before-commit",
    "search-raft-state-machine-unknown": "lawful explore raft --state-machine job",
    "search-raft-state-machine-too-many": "lawful explore raft --state-machine jobs --values 9",
    "search-raft-walks-history": "lawful explore raft --servers 2 --state-machine tasks --walks 20 --depth 40",
    "search-raft-unknown-extension": "lawful explore raft --with prevote",
    "search-raft-output-nowhere": "lawful explore raft --mistake quorum-of-half --output nowhere/found.json",
    "search-raft-walks": "lawful explore raft --servers 2 --walks 20 --depth 40 --seed 3",
    "search-raft-walks-mistake": "lawful explore raft --mistake quorum-of-half --walks 100 --output found.json",
    "search-raft-depth-alone": "lawful explore raft --depth 40",
    "search-raft-walks-json": "lawful explore raft --walks 2 --format json",
    "search-raft-replay-missing": "lawful replay nowhere.json",
    "search-raft-replay-history": "lawful replay stale-read.jsonl",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_printed_stays_as_it_is(name: str, lawful: Lawful, snapshot: Callable[[str, Run], None]) -> None:
    snapshot(name, lawful(COMMANDS[name]))


@pytest.fixture
def behaviour(lawful: Lawful, folder: Path) -> dict[str, Any]:
    """What a search wrote, in the file found.json as well."""
    assert lawful("lawful explore raft --mistake quorum-of-half --output found.json").code == 1
    document: dict[str, Any] = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    return document


def test_a_behaviour_is_replayed_as_it_was_found(behaviour: dict[str, Any], lawful: Lawful) -> None:
    found, again = lawful("lawful explore raft --mistake quorum-of-half"), lawful("lawful replay found.json")
    assert again.code == 1
    diagram = found.stdout[found.stdout.index("    RAFT-1 election safety is violated") :]
    assert again.stdout.endswith(diagram)


def test_counterexamples_that_end_differently_are_written_drawn_and_replayed(lawful: Lawful, folder: Path) -> None:
    run = lawful(
        "lawful explore raft --mistake propose-over-uncommitted --counterexamples 2 --output found.json --svg found.svg"
    )
    assert run.code == 1
    assert "counterexample 2, which ends in another step:" in run.stdout
    found = [json.loads((folder / name).read_text(encoding="utf-8")) for name in ("found.json", "found-2.json")]
    assert found[0]["steps"][-1] != found[1]["steps"][-1]
    assert "RAFT-2 is violated" in (folder / "found-2.svg").read_text(encoding="utf-8")
    again = lawful("lawful replay found-2.json --svg again.svg")
    assert (again.code, (folder / "again.svg").read_text()) == (1, (folder / "found-2.svg").read_text())
    run = lawful("lawful explore raft --mistake propose-over-uncommitted --counterexamples 2 --format json")
    report = json.loads(run.stdout)
    jsonschema.validate(report, json.loads(lawful("lawful schema state-exploration").stdout))
    assert [one["steps"][-1] for one in report["further"]] == [found[1]["steps"][-1]]
    run = lawful("lawful explore raft --walks 2 --counterexamples 2")
    assert (run.code, "--walks shows one counterexample" in run.stderr) == (2, True)
    run = lawful("lawful replay found.json --svg nowhere/found.svg")
    assert (run.code, "cannot write nowhere/found.svg" in run.stderr) == (2, True)


def test_a_behaviour_keeps_its_schema(behaviour: dict[str, Any], lawful: Lawful) -> None:
    schema: Any = json.loads(lawful("lawful schema behaviour").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(behaviour, schema)
    del behaviour["steps"][0]["after"]["term"]
    with pytest.raises(jsonschema.ValidationError, match="term"):
        jsonschema.validate(behaviour, schema)


@pytest.mark.parametrize(
    ("mistake", "extension"),
    [
        ("vote-before-fsync", "fsync"),
        ("read-confirmed-by-earlier-answer", "read-index"),
        ("transfer-without-election", "transfer"),
        ("change-before-own-commit", "membership"),
        ("match-index-falls", "monotonic"),
        ("retry-applied-twice", "sessions"),
        ("commit-by-first-chunk", "snapshots"),
        ("hole-in-log", "torn-writes"),
        ("joint-by-majority-of-union", "joint"),
        ("learner-counts", "learners"),
        ("lease-ignores-drift", "lease"),
    ],
)
def test_a_behaviour_of_an_extension_keeps_the_schema_too(
    mistake: str, extension: str, lawful: Lawful, folder: Path
) -> None:
    assert lawful(f"lawful explore raft --mistake {mistake} --output found.json").code == 1
    document = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    assert document["with"] == [extension]
    jsonschema.validate(document, json.loads(lawful("lawful schema behaviour").stdout))
    again = lawful("lawful replay found.json")
    assert again.code == 1
    assert f"{MISTAKES[mistake].rejected_by.id} {MISTAKES[mistake].rejected_by.name} is violated" in again.stdout


def test_a_behaviour_of_a_table_names_it(lawful: Lawful, folder: Path) -> None:
    assert lawful("lawful explore raft --mistake applied-by-own-clock --output found.json").code == 1
    document = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    assert document["state_machine"] == "leader_lease"
    jsonschema.validate(document, json.loads(lawful("lawful schema behaviour").stdout))
    again = lawful("lawful replay found.json")
    assert (again.code, 'applies 1: acquire(holder="h-1", ttl_ms=1500) → 1' in again.stdout) == (1, True)


def test_a_behaviour_without_its_end_violates_nothing(behaviour: dict[str, Any], lawful: Lawful, folder: Path) -> None:
    behaviour["steps"].pop()
    (folder / "found.json").write_text(json.dumps(behaviour))
    run = lawful("lawful replay found.json")
    assert run.code == 0
    assert "no property is violated by these 9 steps; RAFT-1 was once" in run.stdout


def test_what_a_broken_twin_did_is_refused_by_raft_itself(
    behaviour: dict[str, Any], lawful: Lawful, folder: Path
) -> None:
    (folder / "found.json").write_text(json.dumps(behaviour | {"mistake": None}))
    run = lawful("lawful replay found.json")
    assert run.code == 2
    assert "step 9 of found.json is not one that the model allows there" in run.stderr


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": 2}, "is not a behaviour of Raft in format 1"),
        ({"model": "paxos"}, "is not a behaviour of Raft in format 1"),
        ({"bounds": {"servers": 3}}, "lacks the bounds"),
        ({"bounds": {"servers": 10**9, "terms": 2, "log": 0, "messages": 1, "values": 1}}, "there can be 1 to 9"),
        ({"bounds": {"servers": 3, "terms": 2, "log": 0, "messages": 1, "values": 1, "loss": 1}}, "lacks the bounds"),
        ({"bounds": {"servers": True, "terms": 2, "log": 0, "messages": 1, "values": 1}}, "lacks the bounds"),
        ({"steps": None}, "lacks its steps"),
        ({"steps": [None]}, "step 1 of found.json is not one"),
        ({"property": 1}, "lacks its steps or its property"),
        ({"mistake": 1}, "a mistake without a name"),
        ({"mistake": "none"}, "unknown mistake 'none'"),
        ({"with": [1]}, "extensions without a name"),
        ({"state_machine": 1}, "a state machine without a name"),
        ({"state_machine": "job"}, "unknown state machine 'job'"),
        ({"with": ["none"]}, "unknown extension 'none'"),
    ],
)
def test_a_file_that_is_no_behaviour_is_an_error_of_use(
    change: dict[str, Any], problem: str, behaviour: dict[str, Any], lawful: Lawful, folder: Path
) -> None:
    (folder / "found.json").write_text(json.dumps(behaviour | change))
    run = lawful("lawful replay found.json")
    assert run.code == 2
    assert problem in run.stderr


@pytest.mark.parametrize(
    "arguments",
    ["--servers 2", "--servers 1 --state-machine tasks", "--mistake any-log-may-lead", "--servers 4 --budget-s 1e-9"],
)
def test_the_json_of_a_search_keeps_its_schema(arguments: str, lawful: Lawful) -> None:
    schema: Any = json.loads(lawful("lawful schema state-exploration").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    run = lawful(f"lawful explore raft {arguments} --format json")
    report = json.loads(run.stdout)
    jsonschema.validate(report, schema)
    assert report["exit_code"] == run.code
    del report["violation"]
    with pytest.raises(jsonschema.ValidationError, match="violation"):
        jsonschema.validate(report, schema)


def test_every_property_and_every_mistake_is_in_the_document() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "raft.md").read_text(encoding="utf-8")
    assert [name for name in (*MISTAKES, *Feature, *(one.id for one in ALL_PROPERTIES)) if name not in text] == []


def test_no_snapshot_is_left_over() -> None:
    folder = Path(__file__).parent / "snapshots"
    assert {path.stem for path in folder.glob("search-*.txt")} == COMMANDS.keys()

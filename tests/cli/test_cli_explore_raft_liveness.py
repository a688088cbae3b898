"""`lawful explore raft --liveness` and `lawful replay` of a lasso: what is shown, the exit codes, and the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lawful.models.raft.fairness import ALWAYS, OWN_ENTRY, WITH_CONTACT
from lawful.models.raft.mistakes_of_liveness import MISTAKES_OF_LIVENESS
from lawful.specs.raft.liveness import ALL_LIVENESS

from .conftest import Run

Lawful = Callable[[str], Run]

COMMANDS = {
    "live-raft": "lawful explore raft --liveness --log 0",
    "live-raft-mistake": "lawful explore raft --liveness --mistake only-longer-log-may-lead",
    "live-raft-mistake-of-extensions": "lawful explore raft --liveness --mistake pre-vote-of-later-term",
    "live-raft-vacuous": "lawful explore raft --liveness --messages 0",
    "live-raft-inconclusive": "lawful explore raft --liveness --budget-s 1e-9",
    "live-raft-not-safe": "lawful explore raft --mistake vote-not-repeated",
    "live-raft-symmetry": "lawful explore raft --liveness --symmetry",
    "live-raft-no-terms": "lawful explore raft --liveness --terms 0",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_printed_stays_as_it_is(name: str, lawful: Lawful, snapshot: Callable[[str, Run], None]) -> None:
    snapshot(name, lawful(COMMANDS[name]))


@pytest.fixture
def lasso(lawful: Lawful, folder: Path) -> dict[str, Any]:
    """What was written, in the file found.json as well."""
    run = lawful("lawful explore raft --liveness --mistake only-longer-log-may-lead --output found.json")
    assert run.code == 1
    document: dict[str, Any] = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    return document


def test_a_lasso_is_replayed_as_it_was_found(lasso: dict[str, Any], lawful: Lawful) -> None:
    found = lawful("lawful explore raft --liveness --mistake only-longer-log-may-lead")
    again = lawful("lawful replay found.json")
    assert again.code == 1
    assert again.stdout.endswith(found.stdout[found.stdout.index("    RAFT-L1 election is violated") :])
    jsonschema.validate(lasso, json.loads(lawful("lawful schema behaviour").stdout))


def test_a_lasso_is_drawn_with_its_loop(lawful: Lawful, folder: Path) -> None:
    run = lawful("lawful explore raft --liveness --mistake only-longer-log-may-lead --svg found.svg")
    assert run.code == 1
    assert "↻ from here on, again and again" in (folder / "found.svg").read_text(encoding="utf-8")


def without_last(document: dict[str, Any]) -> None:
    document["steps"].pop()


def of_nothing(document: dict[str, Any]) -> None:
    document["loop"] = len(document["steps"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (without_last, "the loop does not lead back to where it begins"),
        (of_nothing, "the loop is not fair: own steps"),
        (lambda document: document.update(property="RAFT-L2"), "RAFT-L2 holds of it"),
        (lambda document: document.update(property="RAFT-L9"), "there is no property RAFT-L9"),
    ],
)
def test_what_is_no_fair_lasso_violates_nothing(
    change: Callable[[dict[str, Any]], None], problem: str, lasso: dict[str, Any], lawful: Lawful, folder: Path
) -> None:
    change(lasso)
    (folder / "found.json").write_text(json.dumps(lasso))
    run = lawful("lawful replay found.json")
    assert (run.code, problem in run.stdout) == (0, True), run.stdout


@pytest.mark.parametrize("loop", [-1, 10**6, True, "1"])
def test_a_loop_that_begins_nowhere_is_an_error_of_use(
    loop: Any, lasso: dict[str, Any], lawful: Lawful, folder: Path
) -> None:
    (folder / "found.json").write_text(json.dumps(lasso | {"loop": loop}))
    run = lawful("lawful replay found.json")
    assert (run.code, "has a loop that begins nowhere" in run.stderr) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    ["--log 0", "--mistake pre-vote-of-later-term", "--mistake snapshot-not-sent", "--budget-s 1e-9"],
)
def test_the_json_keeps_its_schema(arguments: str, lawful: Lawful) -> None:
    schema: Any = json.loads(lawful("lawful schema liveness").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    run = lawful(f"lawful explore raft --liveness {arguments} --format json")
    report = json.loads(run.stdout)
    jsonschema.validate(report, schema)
    assert report["exit_code"] == run.code
    del report["properties"]
    with pytest.raises(jsonschema.ValidationError, match="properties"):
        jsonschema.validate(report, schema)


def test_every_property_mistake_and_constraint_is_in_the_document() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "raft.md").read_text(encoding="utf-8")
    names = [*MISTAKES_OF_LIVENESS, *(one.id for one in ALL_LIVENESS)]
    names += [one.name for one in (*ALWAYS, *WITH_CONTACT, OWN_ENTRY)]
    assert [name for name in names if name not in text] == []


def test_no_snapshot_is_left_over() -> None:
    folder = Path(__file__).parent / "snapshots"
    assert {path.stem for path in folder.glob("live-raft*.txt")} == COMMANDS.keys()

"""`lawful explore protocol`: what is shown of losing and safe ways, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lawful.conformance.backends.redis import installation
from lawful.conformance.errors import BackendUnavailable
from lawful.models.protocols.catalogue import PROTOCOLS

from .conftest import Run

Lawful = Callable[[str], Run]

COMMANDS = {
    "explore-help": "lawful explore --help",
    "explore-protocol-help": "lawful explore protocol --help",
    "explore-losing": "lawful explore protocol jobs-claim --variant get-set",
    "explore-losing-crash": "lawful explore protocol lease-acquire --variant setnx-expire",
    "explore-losing-pause": "lawful explore protocol lease-release --variant get-del",
    "explore-losing-sqlite": "lawful explore protocol tasks-update-node --variant begin-after-read",
    "explore-losing-without-clause": "lawful explore protocol cursor-advance --variant get-set",
    "explore-safe": "lawful explore protocol jobs-claim --variant lua",
    "explore-safe-clients": "lawful explore protocol jobs-claim --variant set-nx --clients 3 --crashes 0 --pauses 0",
    "explore-inconclusive": "lawful explore protocol jobs-claim --variant watch --clients 4 --budget-s 1e-9",
    "explore-table": "lawful explore protocol jobs-claim",
    "explore-json": "lawful explore protocol lease-acquire --variant setnx-expire --format json",
    "explore-unknown-protocol": "lawful explore protocol jobs-clam",
    "explore-unknown-variant": "lawful explore protocol jobs-claim --variant getset",
    "explore-variant-alone": "lawful explore protocol --variant lua",
    "explore-unknown-command": "lawful explore protocols",
    "explore-unknown-store": "lawful explore protocol jobs-claim --variant lua --replay rediss",
    "explore-other-store": "lawful explore protocol jobs-claim --variant lua --replay sqlite",
    "explore-too-many-clients": "lawful explore protocol jobs-claim --clients 9",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_an_exploration_prints_what_it_did(name: str, lawful: Lawful, snapshot: Callable[[str, Run], None]) -> None:
    snapshot(name, lawful(COMMANDS[name]))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("jobs-claim --variant get-set", 1),
        ("jobs-claim --variant lua", 0),
        ("jobs-claim --variant watch --clients 4 --budget-s 1e-9", 3),
        ("jobs-claim", 0),
        ("jobs-claim --crashes 0", 1),
        ("jobs-claim --clients 4 --budget-s 1e-9", 3),
    ],
)
def test_the_exit_code_says_what_came_out(arguments: str, code: int, lawful: Lawful) -> None:
    """Of a table: whether all came out as known. Without crashes two ways of jobs-claim lose nothing."""
    assert lawful(f"lawful explore protocol {arguments}").code == code


def test_a_losing_way_can_be_replayed_from_the_command_line(lawful: Lawful) -> None:
    run = lawful("lawful explore protocol cursor-advance --replay sqlite")
    assert run.code == 0, run.stderr
    assert "replayed on sqlite 3" in run.stdout
    assert "get-incrby" not in run.stdout, "ways that need another store are left out"


def test_a_losing_way_can_be_replayed_on_redis(lawful: Lawful) -> None:
    try:
        installation.server_path(None)
        installation.library_version()
    except BackendUnavailable as missing:
        pytest.skip(str(missing))
    run = lawful("lawful explore protocol alias-flip --variant get-set --replay redis --format json")
    assert run.code == 1
    (found,) = json.loads(run.stdout)["explorations"]
    assert found["replay"]["commands"] == 5


@pytest.mark.parametrize(
    "arguments",
    [
        "lease-acquire",
        "jobs-claim --variant deferred-retry-write",
        "tasks-update-node --variant deferred",
        "rate-limit --budget-s 1e-9",
    ],
)
def test_the_json_of_an_exploration_keeps_its_schema(arguments: str, lawful: Lawful) -> None:
    schema: Any = json.loads(lawful("lawful schema exploration").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    run = lawful(f"lawful explore protocol {arguments} --format json")
    report = json.loads(run.stdout)
    jsonschema.validate(report, schema)
    assert report["exit_code"] == run.code
    del report["explorations"][0]["loss"]
    with pytest.raises(jsonschema.ValidationError, match="loss"):
        jsonschema.validate(report, schema)


def test_every_protocol_is_in_the_document() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "protocols.md").read_text(encoding="utf-8")
    assert [name for name in PROTOCOLS if f"`{name}`" not in text] == []


def test_no_snapshot_is_left_over() -> None:
    folder = Path(__file__).parent / "snapshots"
    assert {path.stem for path in folder.glob("explore-*.txt")} == COMMANDS.keys()

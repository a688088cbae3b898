"""What is printed as JSON keeps the schema that is published for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_args

import jsonschema
import pytest

from lawful.models.raft.state import Entry, Message, Server

from .conftest import Run

CHECKS = (
    "lawful-lease.jsonl lease-granted-twice.jsonl job-claimed-twice.jsonl stale-read.jsonl",
    "truncated.jsonl all-failed.jsonl no-operations.jsonl",
    "nowhere.jsonl rubbish.bin empty.jsonl wrong-model.jsonl",
    "--budget-s 1e-9 hard.jsonl",
    "--durability lost-at-a-crash.jsonl stale-read.jsonl",
)


def schema_of(name: str, lawful: Callable[[str], Run]) -> Any:
    schema = json.loads(lawful(f"lawful schema {name}").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


@pytest.mark.parametrize("arguments", CHECKS)
def test_a_report_keeps_its_schema(arguments: str, lawful: Callable[[str], Run]) -> None:
    run = lawful(f"lawful check --format json {arguments}")
    report = json.loads(run.stdout)
    jsonschema.validate(report, schema_of("report", lawful))
    assert report["exit_code"] == run.code


def test_the_list_of_clauses_keeps_its_schema(lawful: Callable[[str], Run]) -> None:
    report = json.loads(lawful("lawful clauses --format json").stdout)
    jsonschema.validate(report, schema_of("clauses", lawful))
    assert len(report["clauses"]) > len(
        json.loads(lawful("lawful clauses --table all --format json").stdout)["clauses"]
    )


@pytest.mark.parametrize("name", ["lawful-lease", "stale-read", "lease-granted-twice", "job-claimed-twice"])
def test_the_lines_of_an_example_keep_their_schema(name: str, lawful: Callable[[str], Run], folder: Any) -> None:
    validator = jsonschema.Draft202012Validator(schema_of("history", lawful))
    for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        validator.validate(json.loads(line))


def test_a_report_with_a_missing_member_breaks_the_schema(lawful: Callable[[str], Run]) -> None:
    report = json.loads(lawful("lawful check --format json stale-read.jsonl").stdout)
    del report["files"][0]["objects"][0]["refusals"][0]["because"]
    with pytest.raises(jsonschema.ValidationError, match="because"):
        jsonschema.validate(report, schema_of("report", lawful))


@pytest.mark.parametrize("name", ["behaviour", "state-exploration", "liveness"])
def test_a_schema_of_steps_of_raft_knows_all_that_servers_keep_and_send(
    name: str, lawful: Callable[[str], Run]
) -> None:
    parts = schema_of(name, lawful)["$defs"]
    state = parts["state"]["properties"]
    assert state.keys() == {"type", *(one.name for one in fields(Server))}
    snapshot, received = state["snapshot"]["items"], state["receiving"]["properties"]["head"]
    for entry in (state["log"]["items"], state["disk"]["properties"]["log"]["items"], snapshot, received):
        assert entry["properties"].keys() == {"type", *(one.name for one in fields(Entry))}
    assert set(parts["message"]["properties"]["type"]["enum"]) == {one.__name__ for one in get_args(Message)}

"""The published JSON Schema says of a record what the reader says of it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lawful.conformance.history.file import write_history
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.history.records import MEMBERS, WrongRecord, check_form
from lawful.conformance.history.schema import HISTORY_SCHEMA
from lawful.conformance.history.strategies import histories
from lawful.models.history import Header, History, Outcome

VALIDATOR = jsonschema.Draft202012Validator(HISTORY_SCHEMA)


def records_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def is_read(record: object) -> bool:
    try:
        check_form(record)
    except WrongRecord:
        return False
    return True


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(HISTORY_SCHEMA)


def test_recorded_files_keep_the_schema(tmp_path: Path) -> None:
    with Recorder(tmp_path / "history.jsonl", Header(backend="test", versions={"python": "3"})) as recorder:
        for process, outcome in enumerate(Outcome):
            index = recorder.invoke(process, "jobs", "a key", "claim", {"worker": "w"})
            recorder.complete(index, outcome, error=None if outcome is Outcome.OK else "x", server="n1")
        recorder.fault("kill", "n1", time.monotonic_ns(), None, error="no such process", details={"signal": 9})
    records = records_of(tmp_path / "history.jsonl")
    assert len(records) == 9
    for record in records:
        VALIDATOR.validate(record)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(history=histories(max_operations=4))
def test_written_files_keep_the_schema(history: History, tmp_path: Path) -> None:
    write_history(history, tmp_path / "history.jsonl")
    for record in records_of(tmp_path / "history.jsonl"):
        VALIDATOR.validate(record)


RIGHT: list[dict[str, Any]] = [
    {"record": "header", "format": 1, "initial": [1], "clock": "logical", "versions": {"a": "1"}},
    {"record": "invoke", "index": 0, "process": 0, "object": "x", "function": "read", "time_ns": 1},
    {"record": "return", "index": 0, "outcome": "ok", "result": None, "error": None, "time_ns": 1},
    {"record": "return", "index": 0, "outcome": "fail", "error": "refused", "server": "n1", "time_ns": 1},
    {
        "record": "operation",
        "process": 0,
        "object": "x",
        "function": "read",
        "arguments": {},
        "outcome": "unknown",
        "call_ns": -5,
        "return_ns": None,
    },
    {"record": "fault", "fault": "kill", "target": "n1", "call_ns": 1, "return_ns": 2, "details": {"signal": 9}},
    {"record": "footer", "operations": 1, "faults": 1},
]

WRONG: list[dict[str, Any]] = [
    {},
    {"record": "unknown"},
    RIGHT[0] | {"format": 2},
    RIGHT[0] | {"clock": "sun"},
    RIGHT[0] | {"clock_error_ns": -1},
    RIGHT[0] | {"versions": {"a": 1}},
    RIGHT[1] | {"process": "0"},
    RIGHT[1] | {"key": 1},
    RIGHT[1] | {"time_ns": 2**63},
    RIGHT[1] | {"extra": 1},
    {name: value for name, value in RIGHT[1].items() if name != "function"},
    RIGHT[2] | {"error": "x"},
    RIGHT[3] | {"result": 0},
    RIGHT[3] | {"outcome": "failed"},
    RIGHT[4] | {"outcome": "ok"},
    {name: value for name, value in RIGHT[4].items() if name != "return_ns"} | {"outcome": "fail"},
    RIGHT[5] | {"details": []},
    RIGHT[6] | {"operations": "1"},
]


@pytest.mark.parametrize("record", RIGHT)
def test_right_records_pass_both(record: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(record)
    assert is_read(record)


@pytest.mark.parametrize("record", WRONG)
def test_wrong_records_pass_neither(record: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(record)
    assert not is_read(record)


ODD_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1, 2**63, 0.5, "", "ok", "unknown", [], {}, {"a": "b"}]
)


@settings(deadline=None)
@given(record=st.sampled_from(RIGHT), data=st.data())
def test_schema_and_reader_agree_on_changed_records(record: dict[str, Any], data: st.DataObject) -> None:
    changed = dict(record)
    names = st.sampled_from(sorted({name for members in MEMBERS.values() for name in members} | {"record"}))
    for name in data.draw(st.lists(names, max_size=2)):
        if data.draw(st.booleans()):
            changed.pop(name, None)
        else:
            changed[name] = data.draw(ODD_VALUES)
    # That a fault does not end before it begins is beyond a schema.
    call_ns, return_ns = changed.get("call_ns"), changed.get("return_ns")
    assume(not (isinstance(call_ns, int) and isinstance(return_ns, int) and return_ns < call_ns))
    assert VALIDATOR.is_valid(changed) == is_read(changed)


def test_one_fraction_is_an_integer_to_the_schema_alone() -> None:
    record = RIGHT[1] | {"time_ns": 1.0}
    assert VALIDATOR.is_valid(record)
    assert not is_read(record)

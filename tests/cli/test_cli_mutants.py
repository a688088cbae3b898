"""`lawful mutants task-store`: the table of which clause rejects which twin, and the programs that show mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jsonschema
import pytest

from lawful.conformance.twins import catalogue
from lawful.conformance.twins.store import DeclaredStore
from lawful.conformance.twins.twin import BrokenStore
from lawful.specs.task_store import TABLES

from .conftest import Run

Lawful = Callable[[str], Run]

COMMANDS = {
    "mutants-help": "lawful mutants --help",
    "mutants-task-store-help": "lawful mutants task-store --help",
    "mutants-twin": "lawful mutants task-store --twin rate-limits-keyed-without-bucket",
    "mutants-show": "lawful mutants task-store --show token-restarts-after-restart",
    "mutants-unknown-twin": "lawful mutants task-store --twin lease-without-owner-chek",
    "mutants-unknown-table": "lawful mutants task-store --table task",
    "mutants-twin-of-another-table": "lawful mutants task-store --table jobs --twin lease-without-owner-check",
    "mutants-show-and-table": "lawful mutants task-store --table jobs --show lease-without-owner-check",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_mutants_print_what_was_found(name: str, lawful: Lawful, snapshot: Callable[[str, Run], None]) -> None:
    snapshot(name, lawful(COMMANDS[name]))


def test_the_json_keeps_its_schema(lawful: Lawful) -> None:
    run = lawful("lawful mutants task-store --twin last-hit-is-refused --format json")
    report = json.loads(run.stdout)
    jsonschema.validate(report, json.loads(lawful("lawful schema mutants").stdout))
    (twin,) = report["twins"]
    assert (run.code, report["exit_code"]) == (0, 0)
    assert twin["rejected_by"].keys() == {"TS-RATE_LIMITS-4"}
    assert report["clauses"] == [
        {"id": "TS-RATE_LIMITS-4", "rejects": ["last-hit-is-refused"], "rejects_alone": ["last-hit-is-refused"]}
    ]


@pytest.fixture
def with_harmless_twin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A twin without a mistake, beside one with."""
    known = catalogue.twins()
    harmless = BrokenStore(
        "harmless", "TS-RATE_LIMITS-1", "nothing is wrong", "rate_limits", partial(DeclaredStore, TABLES["rate_limits"])
    )
    blamed_on_another = BrokenStore(
        "blamed-on-another",
        "TS-RATE_LIMITS-2",
        "what is wrong is something else",
        "rate_limits",
        known["last-hit-is-refused"].make,
    )
    few: dict[str, Any] = {one.name: one for one in (harmless, blamed_on_another)}
    for module in ("lawful.conformance.cli.mutants.twins", "lawful.conformance.twins.catalogue.twins"):
        monkeypatch.setattr(module, lambda: few)
    monkeypatch.setattr("lawful.conformance.twins.matrix.MOST_ROUNDS", 3)
    yield


@pytest.mark.usefixtures("with_harmless_twin")
def test_what_rejects_nothing_and_what_nobody_rejects_fail(lawful: Lawful) -> None:
    run = lawful("lawful mutants task-store --table rate_limits")
    assert run.code == 1
    assert "✗ TS-RATE_LIMITS-1 rejects nothing" in run.stdout
    assert "✗ harmless was not caught" in run.stdout
    assert "✗ blamed-on-another was never rejected by TS-RATE_LIMITS-2" in run.stdout
    assert lawful("lawful mutants task-store --twin blamed-on-another").code == 1

"""A twin is made of named parts of the right declaration; where one is gone, making the twin fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lawful.specs.function import OnWhole
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES
from lawful.specs.twin import (
    NoSuchPart,
    answering,
    argument_of,
    assigning,
    body,
    changed,
    field_of,
    function_of,
    leaving,
    without_case,
    without_expiry,
)

LEASE = TABLES["leader_lease"]

GONE: dict[str, Callable[[], object]] = {
    "function": lambda: changed(LEASE, "steal"),
    "case": lambda: changed(LEASE, "release", without_case("only the landlord may release")),
    "cases": lambda: changed(TABLES["jobs"], "list", without_case("only the holder may release")),
    "field": lambda: field_of(LEASE, "landlord"),
    "argument": lambda: argument_of(LEASE, "release", "ttl_ms"),
    "assignment": lambda: changed(LEASE, "release", leaving("the lease lasts", "token")),
    "effects": lambda: changed(LEASE, "release", assigning("only the holder may release", token=0)),
    "part of a body": lambda: changed(TABLES["jobs"], "list", body(descending=None, order=None)),
    "expiry": lambda: without_expiry(LEASE),
    "one of two": lambda: changed(TABLES["aliases"], "flip", without_case("the alias is at version {version}")),
}


@pytest.mark.parametrize("part", list(GONE))
def test_what_is_not_there_cannot_be_changed(part: str) -> None:
    with pytest.raises(NoSuchPart):
        GONE[part]()


def reasons(table: Table, function: str) -> list[str]:
    found = function_of(table, function).body
    assert isinstance(found, OnWhole)
    return [case.because for case in found.cases]


def test_a_change_leaves_the_right_declaration_and_everything_else_as_it_was() -> None:
    broken = changed(LEASE, "release", without_case("only the holder may release"))
    assert reasons(broken, "release") == ["the lease has expired", "the lease lasts"]
    assert reasons(LEASE, "release") == ["only the holder may release", *reasons(broken, "release")]
    assert [one for one in broken.functions if one.name != "release"] == [
        one for one in LEASE.functions if one.name != "release"
    ]


def test_of_two_cases_with_one_reason_the_answer_tells_which() -> None:
    broken = changed(TABLES["aliases"], "flip", answering(("the alias is at version {version}", False), True))
    assert broken != TABLES["aliases"]

"""Tables that are only put, looked up, listed and removed: canaries, tenants, roll-over policies, search pages."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from lawful.models.history import Operation, Outcome
from lawful.models.sources import KnowsSources
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.table import Table
from lawful.specs.task_store.canaries import CANARIES
from lawful.specs.task_store.rollover_policies import ROLLOVER_POLICIES
from lawful.specs.task_store.search_ui_config import SEARCH_UI_CONFIG
from lawful.specs.task_store.tenant_map import TENANT_MAP

from .run import Run

TABLES = (CANARIES, ROLLOVER_POLICIES, SEARCH_UI_CONFIG, TENANT_MAP)
VALUES: dict[str, tuple[Json, Json]] = {
    "string": ("", "a:b"), "integer": (-(2**63), 2**63 - 1), "any": ({}, None), "boolean": (True, False),
}  # fmt: skip


def digest(api_key: str) -> str:
    return hashlib.sha256(api_key.encode()).hexdigest()


class Rows:
    """A table's rows by short names, whatever its fields are called."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.run = Run(model_of(table))
        upsert = table.function("upsert")
        assert upsert is not None
        self.name, *self.fields = upsert.arguments

    def upsert(self, name: str, version: int = 0) -> Json:
        return self.run("upsert", **self.arguments(name, version))

    def arguments(self, name: str, version: int) -> dict[str, Any]:
        return {self.name.name: name, **self.values(version)}

    def values(self, version: int) -> dict[str, Json]:
        return {
            field.name: None if field.nullable and version else VALUES[field.type][version] for field in self.fields
        }

    def row(self, name: str, version: int = 0) -> Json:
        return {self.table.row_key[0].name: self.key(name), **self.values(version)}

    def key(self, name: str) -> str:
        return digest(name) if self.table is TENANT_MAP else name

    def __call__(self, function: str, name: str) -> Json:
        named: dict[str, Any] = {self.name.name: name}
        return self.run(function, **named)


@pytest.fixture(params=TABLES, ids=lambda table: table.name)
def rows(request: pytest.FixtureRequest) -> Rows:
    return Rows(request.param)


def test_an_upsert_says_whether_the_row_is_new_and_replaces_all_of_it(rows: Rows) -> None:
    assert rows("get", "a") is None
    assert rows.upsert("a") is True
    assert rows("get", "a") == rows.row("a")
    assert rows.upsert("a", version=1) is False
    assert rows("get", "a") == rows.row("a", version=1)


def test_a_delete_removes_one_row_and_says_whether_there_was_one(rows: Rows) -> None:
    assert rows("delete", "a") is False
    rows.upsert("a")
    rows.upsert("b")
    assert rows("delete", "a") is True
    assert rows("delete", "a") is False
    assert rows("get", "a") is None
    assert rows("get", "b") == rows.row("b")
    assert rows.upsert("a") is True


def test_a_list_is_in_order_of_the_key_by_code_point(rows: Rows) -> None:
    assert rows.run("list") == []
    names = ["😀", "b", "a:b", "", "\uffee", "a"]
    for name in names:
        rows.upsert(name)
    assert rows.run("list") == [rows.row(name) for name in sorted(names, key=rows.key)]


def test_a_wrong_answer_is_laid_to_the_clause_that_it_breaks(rows: Rows) -> None:
    clause = f"TS-{rows.table.name.upper()}-"
    absent = 5 if rows.table is TENANT_MAP else 3
    name = rows.name.name
    rows.upsert("b", version=1)
    rows.upsert("a")
    rows.upsert("a", version=1)
    row: Any = rows.row("a", version=1)
    last = rows.fields[-1].name
    merged = {**row, last: rows.values(0)[last]}
    assert rows.run.refused(merged, "get", **{name: "a"}) == f"{clause}1"
    assert rows.run.refused(rows.row("c"), "get", **{name: "c"}) == f"{clause}{absent}"
    assert rows.run.refused(None, "get", **{name: "a"}) == "TS-ALL-3"
    listed: Any = rows.run("list")
    assert rows.run.refused(listed[::-1], "list") == f"{clause}4"
    assert rows.run.refused(listed[:1], "list") == "TS-ALL-2"
    assert rows.run.refused([*listed, rows.row("c")], "list") == "TS-ALL-2"
    assert rows.run.refused(True, "upsert", **rows.arguments("a", 1)) == "TS-ALL-6"


def test_the_upsert_and_the_delete_name_the_clause_that_decides(rows: Rows) -> None:
    clause = f"TS-{rows.table.name.upper()}-"
    name = rows.name.name
    for _ in range(2):
        (upserted,) = rows.run.steps("upsert", None, rows.arguments("a", 0))
        (deleted,) = rows.run.steps("delete", None, {name: "a"})
        assert (upserted.clause, deleted.clause) == (f"{clause}2", f"{clause}3")
        rows.upsert("a")


def test_a_tenant_is_found_by_its_key_alone() -> None:
    tenants = Run(model_of(TENANT_MAP))
    assert tenants("upsert", api_key="secret", tenant_id="t", group_id=None) is True
    row = {"api_key_sha256": digest("secret"), "tenant_id": "t", "group_id": None}
    assert tenants("get", api_key="secret") == row
    for other in ("", "Secret", "secret ", "secre", digest("secret")):
        assert tenants("get", api_key=other) is None
        assert tenants("delete", api_key=other) is False
    assert tenants("list") == [row]


def test_a_key_in_an_answer_breaks_the_clause_that_hides_it() -> None:
    tenants = Rows(TENANT_MAP)
    tenants.upsert("secret")
    shown: Any = tenants.row("secret")
    assert tenants.run.refused({**shown, "api_key_sha256": "secret"}, "get", api_key="secret") == "TS-TENANT_MAP-6"


def test_half_a_surrogate_pair_names_no_row_and_stops_no_checker() -> None:
    assert Run(model_of(TENANT_MAP))("get", api_key="\ud800") is None


def test_the_values_of_a_tenant_are_traced_to_the_upsert_of_its_key() -> None:
    """The row's key is not an argument, so that the source of a row has to be looked up by the digest."""
    model = model_of(TENANT_MAP)
    assert isinstance(model, KnowsSources)
    arguments: dict[str, Json] = {"api_key": "secret", "tenant_id": "t", "group_id": "g"}
    upsert = Operation(0, 0, "tenant_map", "upsert", arguments, Outcome.OK, 0, 1, result=True)
    row: Json = {"api_key_sha256": digest("secret"), "tenant_id": "t", "group_id": "g"}
    get = Operation(1, 0, "tenant_map", "get", {"api_key": "secret"}, Outcome.OK, 2, 3, result=row)
    supplied = set(model.supplied(upsert))
    shown = list(model.shown(get))
    assert len(shown) == 3
    assert all(set(one.sources) <= supplied for one in shown)
    other = Operation(2, 0, "tenant_map", "upsert", {**arguments, "api_key": "x"}, Outcome.OK, 0, 1, result=True)
    assert supplied.isdisjoint(model.supplied(other))

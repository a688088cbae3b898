"""Broken twins of the tables that are put, looked up, listed and removed."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.specs.function import Insert, OnRow, Update
from lawful.specs.table import Table
from lawful.specs.task_store.canaries import CANARIES
from lawful.specs.task_store.rollover_policies import ROLLOVER_POLICIES
from lawful.specs.task_store.search_ui_config import SEARCH_UI_CONFIG
from lawful.specs.task_store.tenant_map import TENANT_MAP
from lawful.specs.twin import Twin, answering, argument_of, body, changed, doing, function_of

_REPLACED = "there is such a row, which is replaced"


def _twins_of(table: Table, row: str) -> Iterator[Twin]:
    """The mistakes that each of these tables invites; `row` is what they call a row."""
    clause = f"TS-{table.name.upper()}"
    last = table.fields[-1].name
    yield Twin(
        f"{row}-upsert-merges",
        f"{clause}-1",
        f"an upsert of a row that is there leaves its {last}",
        changed(table, "upsert", doing(_REPLACED, _merged(table, last))),
    )
    yield Twin(
        f"{row}-upsert-keeps-the-first",
        f"{clause}-1",
        "an upsert of a row that is there changes nothing",
        changed(table, "upsert", doing(_REPLACED)),
    )
    yield Twin(
        f"{row}-upsert-is-always-new",
        f"{clause}-2",
        "an upsert says of every row that it made it",
        changed(table, "upsert", answering(_REPLACED, True)),
    )
    yield Twin(
        f"{row}-upsert-is-never-new",
        f"{clause}-2",
        "an upsert says of every row that it replaced it",
        changed(table, "upsert", answering("there is no such row yet", False)),
    )
    yield Twin(
        f"{row}-delete-keeps-the-row",
        f"{clause}-3",
        "a delete is answered, and nothing is removed",
        changed(table, "delete", doing("there is such a row")),
    )
    yield Twin(
        f"{row}-delete-is-always-right",
        f"{clause}-3",
        "a delete says of every row that it was there",
        changed(table, "delete", answering("there is no such row", True)),
    )


def _merged(table: Table, left: str) -> Update:
    """What an upsert writes, but for one field."""
    body_of_upsert = function_of(table, "upsert").body
    assert isinstance(body_of_upsert, OnRow)
    (written,) = [effect for effect in body_of_upsert.cases[0].effects if isinstance(effect, Insert)]
    return Update(tuple((name, value) for name, value in written.values if name != left))


def _with_plain_keys() -> Table:
    table = TENANT_MAP
    for function in ("upsert", "get", "delete"):
        table = changed(table, function, body(key=(argument_of(table, function, "api_key"),)))
    return table


UPSERTED_TWINS = (
    *_twins_of(CANARIES, "canary"),
    *_twins_of(TENANT_MAP, "tenant"),
    *_twins_of(ROLLOVER_POLICIES, "policy"),
    *_twins_of(SEARCH_UI_CONFIG, "search-page"),
    Twin(
        "tenant-api-key-in-the-clear",
        "TS-TENANT_MAP-6",
        "the key itself is stored, and shown",
        _with_plain_keys(),
    ),
)

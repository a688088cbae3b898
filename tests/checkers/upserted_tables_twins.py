"""What careless stores of canaries, tenants, roll-over policies and search pages record, with the clause for each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from lawful.models.values import Json
from lawful.specs.task_store import TABLES

from .scene import Scene

PLAIN = ("canaries", "rollover_policies", "search_ui_config")
_VERSIONS: Mapping[str, tuple[Json, Json]] = {
    "string": ("x", "y"), "integer": (1, 2), "any": ({"a": []}, None), "boolean": (True, False),
}  # fmt: skip


def row(table: str, name: str = "a", version: int = 0) -> dict[str, Any]:
    """A row of `table`; its two versions differ in every field but the key."""
    fields = {field.name: _VERSIONS[field.type][version] for field in TABLES[table].fields}
    return {TABLES[table].row_key[0].name: key_of(table, name), **fields}


def key_of(table: str, name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest() if table == "tenant_map" else name


def named(table: str, name: str = "a") -> dict[str, Any]:
    upsert = TABLES[table].function("upsert")
    assert upsert is not None
    return {upsert.arguments[0].name: name}


def upsert(scene: Scene, new: bool, name: str = "a", version: int = 0) -> Scene:
    fields = list(row(scene.table, name, version).items())[1:]
    return scene.step("upsert", new, **named(scene.table, name), **dict(fields))


def upserted(table: str) -> Scene:
    return upsert(Scene(table), True)


def upsert_keeps_a_field(table: str) -> Scene:
    merged = {**row(table), **dict(list(row(table, version=1).items())[:-1])}
    return upsert(upserted(table), False, version=1).step("get", merged, process=1, **named(table))


def upsert_always_says_new(table: str) -> Scene:
    return upsert(upserted(table), True, version=1)


def delete_answers_true_without_a_row(table: str) -> Scene:
    return upserted(table).step("delete", True, **named(table, "b"))


def deleted_row_comes_back(table: str) -> Scene:
    deleted = upserted(table).step("delete", True, **named(table))
    return deleted.step("get", row(table), process=1, **named(table))


def list_in_order_of_arrival(table: str) -> Scene:
    second, first = sorted("ab", key=lambda name: key_of(table, name))
    scene = upsert(upsert(Scene(table), True, first), True, second)
    return scene.step("list", [row(table, first), row(table, second)])


def tenant_found_by_the_beginning_of_its_key() -> Scene:
    scene = upsert(Scene("tenant_map"), True, "secret")
    return scene.step("get", row("tenant_map", "secret"), api_key="secre")


def tenant_shown_with_its_key() -> Scene:
    scene = upsert(Scene("tenant_map"), True, "secret")
    return scene.step("get", {**row("tenant_map", "secret"), "api_key_sha256": "secret"}, api_key="secret")


def _of(twin: Callable[[str], Scene], table: str) -> Callable[[], Scene]:
    @wraps(twin)
    def of_table() -> Scene:
        return twin(table)

    of_table.__name__ = f"{table}_{twin.__name__}"
    return of_table


_BY_EVERY_TABLE = (
    (upsert_keeps_a_field, 1),
    (upsert_always_says_new, 2),
    (delete_answers_true_without_a_row, 3),
    (list_in_order_of_arrival, 4),
)

TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    *(
        (_of(twin, table), f"TS-{table.upper()}-{number}")
        for table in (*PLAIN, "tenant_map")
        for twin, number in _BY_EVERY_TABLE
    ),
    *((_of(deleted_row_comes_back, table), f"TS-{table.upper()}-3") for table in PLAIN),
    (tenant_found_by_the_beginning_of_its_key, "TS-TENANT_MAP-5"),
    (tenant_shown_with_its_key, "TS-TENANT_MAP-6"),
)

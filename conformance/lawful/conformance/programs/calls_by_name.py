"""Calls written by the names of the contract: `calls.jobs.claim(worker="w", ttl_ms=1000)`.

The key of an independent part is an argument like the others: `calls.leader_lease.get(scope="a")`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeAlias, TypeVar

from lawful.conformance.errors import unknown_name
from lawful.models.values import Json
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES

T = TypeVar("T")

CarryOut: TypeAlias = Callable[[str, str | None, str, Mapping[str, Json]], T]
"""Given a table, a key, a function and its arguments."""


class CallsByName(Generic[T]):
    """Its attributes are the tables; raises `UsageError` with the nearest name where there is none of that name."""

    def __init__(self, carry_out: CarryOut[T]) -> None:
        self._carry_out = carry_out

    def __getattr__(self, table: str) -> _Functions[T]:
        if table not in TABLES:
            raise unknown_name("table", table, TABLES)
        return _Functions(self._carry_out, TABLES[table])


class _Functions(Generic[T]):
    def __init__(self, carry_out: CarryOut[T], table: Table) -> None:
        self._carry_out = carry_out
        self._table = table

    def __getattr__(self, function: str) -> Callable[..., T]:
        table = self._table
        if table.function(function) is None:
            raise unknown_name(f"function of {table.name}", function, [one.name for one in table.functions])

        def call(**arguments: Json) -> T:
            key = None if table.key is None else str(arguments.pop(table.key))
            return self._carry_out(table.name, key, function, arguments)

        return call

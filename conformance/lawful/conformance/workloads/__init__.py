"""What clients do: seeded scripts that collide usefully, made from the declaration of each table."""

from __future__ import annotations

from lawful.conformance.errors import unknown_name
from lawful.conformance.workloads.client import DeclaredClient
from lawful.conformance.workloads.final import FinalScript
from lawful.conformance.workloads.objects import OBJECTS
from lawful.conformance.workloads.script import Workload
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES


class DeclaredWorkload:
    """The workload of a declared table; implements `Workload`."""

    def __init__(self, table: Table) -> None:
        self.table = table.name
        self._declared = table

    def script(self, client: int, seed: int) -> DeclaredClient:
        return DeclaredClient(self._declared, client, seed)

    def final_script(self, seed: int) -> FinalScript:
        return FinalScript(self._declared, seed)


WORKLOADS: dict[str, Workload] = {name: DeclaredWorkload(table) for name, table in TABLES.items()}
"""Of every table; those of simple objects are in `objects`."""


def workload_named(name: str) -> Workload:
    """The workload of a table or of a simple object; raises `UsageError` with the nearest name."""
    known: dict[str, Workload] = {**WORKLOADS, **OBJECTS}
    if name not in known:
        raise unknown_name("workload", name, known)
    return known[name]

"""Every broken twin of the task store: changed declarations, and stores that keep the right one in a wrong way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

from lawful.conformance.errors import unknown_name
from lawful.conformance.twins.store import DeclaredStore
from lawful.conformance.twins.store_twins import independence_twins, store_twins
from lawful.conformance.twins.twin import BrokenStore
from lawful.specs.task_store import TABLES
from lawful.specs.task_store.twins import DECLARED_TWINS


@cache
def twins() -> dict[str, BrokenStore]:
    """The twins by name, in the order of their tables."""
    found = sorted(
        (*_declared(), *store_twins(), *independence_twins()), key=lambda twin: list(TABLES).index(twin.table)
    )
    by_name = {twin.name: twin for twin in found}
    assert len(by_name) == len(found), "two twins share a name"
    return by_name


def twin_named(name: str) -> BrokenStore:
    """The twin of that name; raises `UsageError` with the nearest one."""
    if name not in twins():
        raise unknown_name("twin", name, twins())
    return twins()[name]


def _declared() -> Iterator[BrokenStore]:
    for twin in DECLARED_TWINS:
        yield BrokenStore(twin.name, twin.clause, twin.mistake, twin.table.name, partial(DeclaredStore, twin.table))

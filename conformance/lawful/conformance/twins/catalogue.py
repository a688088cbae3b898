"""Every broken twin of the task store: changed declarations, and stores that keep the right one in a wrong way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from lawful.conformance.twins.broken import atomicity, durability, reading, values
from lawful.conformance.twins.store import DeclaredStore
from lawful.models.values import Json
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES
from lawful.specs.task_store.twins import DECLARED_TWINS


@dataclass(frozen=True, slots=True)
class BrokenStore:
    """A store with one mistake."""

    name: str
    """The mistake; no two twins share a name."""
    clause: str
    """The clause that rejects it."""
    mistake: str
    """What is wrong, as a sentence without a full stop."""
    table: str
    make: Callable[[], DeclaredStore]


def twins() -> dict[str, BrokenStore]:
    """The twins by name, in the order of their tables."""
    found = sorted((*_declared(), *_stores()), key=lambda twin: list(TABLES).index(twin.table))
    by_name = {twin.name: twin for twin in found}
    assert len(by_name) == len(found), "two twins share a name"
    return by_name


def _declared() -> Iterator[BrokenStore]:
    for twin in DECLARED_TWINS:
        yield BrokenStore(twin.name, twin.clause, twin.mistake, twin.table.name, partial(DeclaredStore, twin.table))


_Kind = Callable[[Table], DeclaredStore]


def _stores() -> Iterator[BrokenStore]:
    for name, clause, table, mistake, kind in _STORES:
        yield BrokenStore(name, clause, mistake, table, partial(kind, TABLES[table]))


def _encoded(change: Callable[[Json], Json]) -> _Kind:
    return lambda table: values.ReadsThrough(table, values.everywhere(change))


def _in_steps(*functions: str) -> _Kind:
    return lambda table: atomicity.ReadsDecidesWrites(table, *functions)


_STORES: tuple[tuple[str, str, str, str, _Kind], ...] = (
    (
        "insert-by-read-decide-write",
        "TS-TASKS-1",
        "tasks",
        "two inserts of one id both find it free",
        _in_steps("insert"),
    ),
    (
        "update-writes-the-whole-row",
        "TS-TASKS-2",
        "tasks",
        "of two updates that read the same row, one is lost",
        _in_steps("update_status", "update_node", "set_error"),
    ),
    (
        "list-pages-before-filter",
        "TS-TASKS-5",
        "tasks",
        "a list takes the page first, and keeps what matches of it",
        reading.PagesBeforeFilter,
    ),
    (
        "row-before-index",
        "TS-ALL-2",
        "tasks",
        "an insert writes the row first, and its entry in the index later",
        atomicity.RowBeforeIndex,
    ),
    (
        "index-before-row",
        "TS-ALL-2",
        "tasks",
        "an insert writes the entry in the index first, and the row later",
        atomicity.IndexBeforeRow,
    ),
    (
        "lost-last-write-after-restart",
        "TS-ALL-3",
        "tasks",
        "an operation is acknowledged before it is on disk",
        durability.LosesLastWrite,
    ),
    (
        "forgets-everything-at-restart",
        "TS-ALL-3",
        "jobs",
        "the data live in memory only",
        durability.ForgetsEverything,
    ),
    (
        "error-after-the-write",
        "TS-ALL-4",
        "tasks",
        "an operation is carried out, and answered with an error",
        durability.WritesThenFails,
    ),
    (
        "int64-through-double",
        "TS-ALL-5",
        "jobs",
        "integers beyond 2^53 come back rounded",
        _encoded(values.through_double),
    ),
    (
        "empty-map-becomes-list",
        "TS-ALL-5",
        "jobs",
        "an empty object comes back as an empty array",
        _encoded(values.map_as_list),
    ),
    (
        "null-becomes-empty-text",
        "TS-ALL-5",
        "jobs",
        "null comes back as a text without characters",
        _encoded(values.null_as_text),
    ),
    (
        "text-ends-at-zero",
        "TS-ALL-5",
        "jobs",
        "a text comes back up to its first control character 0",
        _encoded(values.cut_at_zero),
    ),
    (
        "text-in-ascii",
        "TS-ALL-5",
        "jobs",
        "a text comes back with question marks for what is not in ASCII",
        _encoded(values.in_ascii),
    ),
    (
        "time-through-double",
        "TS-ALL-5",
        "tasks",
        "a time beyond 2^53 comes back rounded",
        _encoded(values.through_double),
    ),
    (
        "keys-cut-at-colon",
        "TS-ALL-5",
        "tasks",
        "an id ends at its first colon",
        values.CutKeys,
    ),
    (
        "reads-lag-behind",
        "TS-ALL-1",
        "jobs",
        "reads are answered by a replica that is behind",
        lambda table: reading.ReadsLag(table, 3.0),
    ),
    (
        "reads-rotate-over-replicas",
        "TS-ALL-7",
        "tasks",
        "a client's reads go to the leader and to a lagging replica in turn",
        lambda table: reading.ReadsRotate(table, 30.0),
    ),
    (
        "claim-by-read-decide-write",
        "TS-JOBS-1",
        "jobs",
        "two workers that look for a job find the same one",
        _in_steps("claim"),
    ),
    (
        "job-taken-before-it-is-claimed",
        "TS-JOBS-6",
        "jobs",
        "a job that is taken off the queue has no end of its claim until the next command",
        atomicity.TakenBeforeClaimed,
    ),
    (
        "acquire-by-read-decide-write",
        "TS-LEADER_LEASE-1",
        "leader_lease",
        "two that find no holder both lead",
        _in_steps("acquire"),
    ),
    (
        "release-by-read-decide-write",
        "TS-LEADER_LEASE-1",
        "leader_lease",
        "a holder that stops between looking and deleting deletes the lease of its successor",
        _in_steps("release", "renew"),
    ),
    (
        "lease-by-the-clocks-of-clients",
        "TS-LEADER_LEASE-1",
        "leader_lease",
        "whether a lease has expired is judged by clocks that differ",
        lambda table: reading.OwnClocks(table, 120),
    ),
    (
        "token-restarts-after-restart",
        "TS-LEADER_LEASE-4",
        "leader_lease",
        "the token lives in memory only",
        lambda table: durability.ForgetsFields(table, "token"),
    ),
    (
        "scopes-share-one-lease",
        "TS-LEADER_LEASE-7",
        "leader_lease",
        "the scope is no part of the key",
        values.OneForAll,
    ),
)

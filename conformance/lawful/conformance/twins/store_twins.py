"""The broken twins that keep the right declaration in a wrong way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from lawful.conformance.twins.broken import atomicity, durability, reading, values
from lawful.conformance.twins.store import DeclaredStore
from lawful.conformance.twins.twin import BrokenStore
from lawful.models.values import Json
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES

_Kind = Callable[[Table], DeclaredStore]


def store_twins() -> Iterator[BrokenStore]:
    """The twins in order of what is wrong with them."""
    for name, table, clause, mistake, kind in (*_IN_STEPS, *_FORGETFUL, *_CHANGED_VALUES, *_ODD_READS, *_REVERSED):
        yield BrokenStore(name, clause, mistake, table, partial(kind, TABLES[table]))


def independence_twins() -> Iterator[BrokenStore]:
    """For each table of independent parts, a store that does not look at what tells them apart."""
    for table in TABLES.values():
        if table.key is not None and table.independence is not None:
            name = f"{table.name}-keyed-without-{table.key}".replace("_", "-")
            mistake = f"the {table.key} is no part of the key"
            yield BrokenStore(name, table.independence, mistake, table.name, partial(values.OneForAll, table))


def _encoded(change: Callable[[Json], Json]) -> _Kind:
    return lambda table: values.ReadsThrough(table, values.everywhere(change))


def _in_steps(*functions: str) -> _Kind:
    return lambda table: atomicity.ReadsDecidesWrites(table, *functions)


_Entry = tuple[str, str, str, str, _Kind]
"""Name, table, clause, mistake and kind of a twin."""

_IN_STEPS: tuple[_Entry, ...] = (
    (
        "record-by-read-decide-write",
        "idempotency_cache",
        "TS-IDEMPOTENCY_CACHE-1",
        "two records of one key both find it free",
        _in_steps("record"),
    ),
    (
        "row-before-queue",
        "jobs",
        "TS-JOBS-6",
        "an enqueue writes the row first, and later its entry in the queue from which workers claim",
        lambda table: atomicity.RowBeforeIndex(table, "claim"),
    ),
    (
        "insert-by-read-decide-write",
        "tasks",
        "TS-TASKS-1",
        "two inserts of one id both find it free",
        _in_steps("insert"),
    ),
    (
        "update-writes-the-whole-row",
        "tasks",
        "TS-TASKS-2",
        "of two updates that read the same row, one is lost",
        _in_steps("update_status", "update_node", "set_error"),
    ),
    (
        "row-before-index",
        "tasks",
        "TS-ALL-2",
        "an insert writes the row first, and its entry in the index later",
        atomicity.RowBeforeIndex,
    ),
    (
        "index-before-row",
        "tasks",
        "TS-ALL-2",
        "an insert writes the entry in the index first, and the row later",
        atomicity.IndexBeforeRow,
    ),
    (
        "claim-by-read-decide-write",
        "jobs",
        "TS-JOBS-1",
        "two workers that look for a job find the same one",
        _in_steps("claim"),
    ),
    (
        "acquire-by-read-decide-write",
        "leader_lease",
        "TS-LEADER_LEASE-1",
        "two that find no holder both lead",
        _in_steps("acquire"),
    ),
    (
        "advance-by-read-decide-write",
        "node_settings_version",
        "TS-NODE_SETTINGS_VERSION-1",
        "of two advances that read the same version, the one that writes last wins",
        _in_steps("advance"),
    ),
    (
        "flip-by-read-decide-write",
        "aliases",
        "TS-ALIASES-1",
        "two flips from the same version both win",
        _in_steps("flip", "flip_multi"),
    ),
    (
        "cursor-by-read-decide-write",
        "cdc_cursors",
        "TS-CDC_CURSORS-1",
        "two advances from the same place both win",
        _in_steps("advance"),
    ),
    (
        "create-by-read-decide-write",
        "admin_sessions",
        "TS-ADMIN_SESSIONS-1",
        "two creates of one id both find it free",
        _in_steps("create"),
    ),
    (
        "hit-by-read-decide-write",
        "rate_limits",
        "TS-RATE_LIMITS-1",
        "two hits read the same count, and both are admitted",
        _in_steps("hit"),
    ),
    (
        "failure-by-read-decide-write",
        "login_backoff",
        "TS-LOGIN_BACKOFF-5",
        "of two failures at the same time one is counted",
        _in_steps("failed"),
    ),
    (
        "append-by-read-decide-write",
        "cdc_overflow",
        "TS-CDC_OVERFLOW-1",
        "two events that fit alone are both accepted",
        _in_steps("append"),
    ),
    (
        "drain-by-read-decide-write",
        "cdc_overflow",
        "TS-CDC_OVERFLOW-3",
        "two drains answer the same events",
        _in_steps("drain"),
    ),
    (
        "rotate-by-read-decide-write",
        "scoped_keys",
        "TS-SCOPED_KEYS-2",
        "two rotations from the same generation both win",
        _in_steps("rotate"),
    ),
    (
        "release-by-read-decide-write",
        "leader_lease",
        "TS-LEADER_LEASE-1",
        "a holder that stops between looking and deleting deletes the lease of its successor",
        _in_steps("release"),
    ),
)

_FORGETFUL: tuple[_Entry, ...] = (
    (
        "each-pod-counts-for-itself",
        "rate_limits",
        "TS-RATE_LIMITS-1",
        "each client counts in its own memory",
        durability.EachClientForItself,
    ),
    (
        "lost-last-write-after-restart",
        "tasks",
        "TS-ALL-3",
        "an operation is acknowledged before it is on disk",
        durability.LosesLastWrite,
    ),
    (
        "forgets-everything-at-restart",
        "search_ui_config",
        "TS-ALL-3",
        "the data live in memory only",
        durability.ForgetsEverything,
    ),
    (
        "error-after-the-write",
        "tasks",
        "TS-ALL-4",
        "an operation is carried out, and answered with an error",
        durability.WritesThenFails,
    ),
    (
        "token-restarts-after-restart",
        "leader_lease",
        "TS-LEADER_LEASE-4",
        "the token lives in memory only",
        lambda table: durability.ForgetsFields(table, "token"),
    ),
    (
        "lost-cursor-after-restart",
        "cdc_cursors",
        "TS-ALL-3",
        "an advance is acknowledged before it is on disk",
        durability.LosesLastWrite,
    ),
    (
        "lease-lost-after-restart",
        "leader_lease",
        "TS-ALL-3",
        "the lease lives in memory only",
        durability.ForgetsEverything,
    ),
    (
        "count-lost-after-restart",
        "rate_limits",
        "TS-ALL-3",
        "the counts live in memory only",
        durability.ForgetsEverything,
    ),
    (
        "hit-counted-then-refused",
        "rate_limits",
        "TS-ALL-4",
        "a hit is counted, and answered with an error",
        durability.WritesThenFails,
    ),
)

_CHANGED_VALUES: tuple[_Entry, ...] = (
    (
        "one-comes-back-as-true",
        "canaries",
        "TS-ALL-5",
        "the numbers 0 and 1 come back as truth values",
        _encoded(values.one_as_true),
    ),
    (
        "int64-through-double",
        "jobs",
        "TS-ALL-5",
        "integers beyond 2^53 come back rounded",
        _encoded(values.through_double),
    ),
    (
        "empty-map-becomes-list",
        "jobs",
        "TS-ALL-5",
        "an empty object comes back as an empty array",
        _encoded(values.map_as_list),
    ),
    (
        "null-becomes-empty-text",
        "jobs",
        "TS-ALL-5",
        "null comes back as a text without characters",
        _encoded(values.null_as_text),
    ),
    (
        "text-ends-at-zero",
        "jobs",
        "TS-ALL-5",
        "a text comes back up to its first control character 0",
        _encoded(values.cut_at_zero),
    ),
    (
        "text-in-ascii",
        "jobs",
        "TS-ALL-5",
        "a text comes back with question marks for what is not in ASCII",
        _encoded(values.in_ascii),
    ),
    (
        "time-through-double",
        "tasks",
        "TS-ALL-5",
        "a time beyond 2^53 comes back rounded",
        _encoded(values.through_double),
    ),
    (
        "keys-joined-with-colon",
        "cdc_cursors",
        "TS-CDC_CURSORS-2",
        "sink and index are joined with a colon, and names may hold one",
        values.JoinedKeys,
    ),
    (
        "assertions-in-ascii",
        "canaries",
        "TS-ALL-5",
        "a text comes back with question marks for what is not in ASCII",
        _encoded(values.in_ascii),
    ),
    (
        "text-in-another-normal-form",
        "tenant_map",
        "TS-ALL-5",
        "a text comes back in another of Unicode's normal forms",
        _encoded(values.composed),
    ),
)

_ODD_READS: tuple[_Entry, ...] = (
    (
        "queue-depth-goes-below-nought",
        "jobs",
        "TS-JOBS-5",
        "the depth is a counter beside the jobs, and is lowered once too often",
        reading.CountsBelowNought,
    ),
    (
        "dropped-run-is-still-listed",
        "canary_runs",
        "TS-CANARY_RUNS-1",
        "the run that went last to make room stays in the index",
        reading.ShowsTheDropped,
    ),
    (
        "second-read-from-before-the-last-write",
        "aliases",
        "TS-ALL-7",
        "of two reads one after the other, the second is answered by a server that is behind",
        reading.ReadsGoBack,
    ),
    (
        "job-read-from-a-lagging-replica",
        "jobs",
        "TS-ALL-1",
        "a get is answered by a replica that is behind",
        lambda table: reading.ReadsLag(table, 3.0, "get"),
    ),
    (
        "tenant-seek-without-comparing",
        "tenant_map",
        "TS-TENANT_MAP-5",
        "a look-up answers the row at or after the key, and does not compare",
        reading.SeeksWithoutComparing,
    ),
    (
        "task-seek-without-comparing",
        "tasks",
        "TS-TASKS-7",
        "a look-up answers the row at or after the key, and does not compare",
        reading.SeeksWithoutComparing,
    ),
    (
        "list-pages-before-filter",
        "tasks",
        "TS-TASKS-5",
        "a list takes the page first, and keeps what matches of it",
        reading.PagesBeforeFilter,
    ),
    (
        "reads-rotate-over-replicas",
        "tasks",
        "TS-ALL-7",
        "a client's reads go to the leader and to a lagging replica in turn",
        lambda table: reading.ReadsRotate(table, 30.0),
    ),
    (
        "lease-by-the-clocks-of-clients",
        "leader_lease",
        "TS-LEADER_LEASE-1",
        "whether a lease has expired is judged by clocks that differ",
        lambda table: reading.OwnClocks(table, 120),
    ),
)

_ORDERED = {
    "node_settings_version": 3,
    "aliases": 7,
    "jobs": 8,
    "canaries": 4,
    "canary_runs": 3,
    "cdc_cursors": 4,
    "tenant_map": 4,
    "rollover_policies": 4,
    "search_ui_config": 4,
    "scoped_keys": 4,
}
"""Tables with a list in an order, and the number of the clause that says which."""

_REVERSED: tuple[_Entry, ...] = tuple(
    (
        f"{name.replace('_', '-')}-listed-backwards",
        name,
        f"TS-{name.upper()}-{clause}",
        "a list begins with the row that should come last",
        reading.ListsBackwards,
    )
    for name, clause in _ORDERED.items()
)

"""Extra `cdc_overflow` in SQLite (clauses TS-CDC_OVERFLOW-n): one row per event, numbered in order of arrival.

The sum that an append is held to is taken within its write transaction, from an index that holds it all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from lawful.conformance.backends.sqlite.database import Database
from lawful.models.values import Json, canonical


class CdcOverflow:
    """One method per function, named and called as the specification says, with the sink first."""

    schema = """
CREATE TABLE cdc_overflow (
    number INTEGER PRIMARY KEY,
    sink TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX cdc_overflow_by_sink ON cdc_overflow (sink, number, bytes);
"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, sink: str, bytes: int, max_bytes: int, payload: Json) -> bool:
        if bytes < 0 or self.size(sink) + bytes > max_bytes:
            return False
        self._database.execute(
            "INSERT INTO cdc_overflow (sink, bytes, payload) VALUES (?, ?, ?)", sink, bytes, canonical(payload)
        )
        return True

    def size(self, sink: str) -> int:
        (size,) = self._database.execute(
            "SELECT coalesce(sum(bytes), 0) FROM cdc_overflow WHERE sink = ?", sink
        ).fetchone()
        return int(size)

    def drain(self, sink: str, most: int) -> Sequence[Json]:
        # SQLite takes a negative limit for none.
        rows = self._database.execute(
            "SELECT number, bytes, payload FROM cdc_overflow WHERE sink = ? ORDER BY number LIMIT ?", sink, max(most, 0)
        ).fetchall()
        if rows:
            last = rows[-1][0]
            self._database.execute("DELETE FROM cdc_overflow WHERE sink = ? AND number <= ?", sink, last)
        return [{"bytes": bytes, "payload": json.loads(payload)} for _, bytes, payload in rows]

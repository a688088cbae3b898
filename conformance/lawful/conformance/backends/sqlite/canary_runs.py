"""Table `canary_runs` in SQLite (clauses TS-CANARY_RUNS-n): a row each, cut back to the newest by every insert.

Insert and cut are one transaction: a client that dies between them must not leave more runs than are to be kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from lawful.conformance.backends.sqlite.database import Database
from lawful.models.values import Json, canonical

SCHEMA = """
CREATE TABLE canary_runs (
    canary_id TEXT NOT NULL,
    ran_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    latency_ms INTEGER NOT NULL,
    failed_assertions_json TEXT NOT NULL,
    PRIMARY KEY (canary_id, ran_at)
) WITHOUT ROWID;
"""


class CanaryRuns:
    """One method per function, named and called as the specification says, with the canary first."""

    schema = SCHEMA

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(
        self, canary_id: str, ran_at: int, status: str, latency_ms: int, failed_assertions_json: Json, keep: int
    ) -> bool:
        inserted = self._database.execute(
            "INSERT INTO canary_runs VALUES (?, ?, ?, ?, ?) ON CONFLICT (canary_id, ran_at) DO NOTHING",
            canary_id,
            ran_at,
            status,
            latency_ms,
            canonical(failed_assertions_json),
        )
        if inserted.rowcount == 0:
            return False
        self._database.execute(
            "DELETE FROM canary_runs WHERE canary_id = ?1 AND ran_at NOT IN"
            " (SELECT ran_at FROM canary_runs WHERE canary_id = ?1 ORDER BY ran_at DESC LIMIT ?2)",
            canary_id,
            max(keep, 0),
        )
        return True

    def list(self, canary_id: str, limit: int | None) -> Sequence[Json]:
        # SQLite takes a negative limit for none.
        rows = self._database.execute(
            "SELECT ran_at, status, latency_ms, failed_assertions_json FROM canary_runs"
            " WHERE canary_id = ? ORDER BY ran_at DESC LIMIT ?",
            canary_id,
            -1 if limit is None else max(limit, 0),
        )
        return [
            {"ran_at": ran_at, "status": status, "latency_ms": latency_ms, "failed_assertions_json": json.loads(failed)}
            for ran_at, status, latency_ms, failed in rows
        ]

    def prune(self, canary_id: str, before: int) -> int:
        return self._database.execute(
            "DELETE FROM canary_runs WHERE canary_id = ? AND ran_at < ?", canary_id, before
        ).rowcount

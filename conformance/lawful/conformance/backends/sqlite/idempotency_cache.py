"""Table `idempotency_cache` in SQLite (clauses TS-IDEMPOTENCY_CACHE-n).

A record is one conditional upsert: it takes a key that is free, or whose entry has expired, and no other. The clock is
read as in `jobs`.
"""

from __future__ import annotations

from lawful.conformance.backends.sqlite.database import Database, expiry_ns
from lawful.models.values import Json

SCHEMA = """
CREATE TABLE idempotency_cache (
    key TEXT NOT NULL PRIMARY KEY,
    body_sha256 TEXT NOT NULL,
    miroir_task_id TEXT NOT NULL,
    expires_at_ns INTEGER NOT NULL
);
CREATE INDEX idempotency_cache_by_expiry ON idempotency_cache (expires_at_ns);
"""


class IdempotencyCache:
    """One method per function, named and called as the specification says."""

    schema = SCHEMA

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, key: str, body_sha256: str, miroir_task_id: str, ttl_ms: int) -> Json:
        now_ns = self._database.now_ns()
        recorded = self._database.execute(
            "INSERT INTO idempotency_cache VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
            " body_sha256 = excluded.body_sha256, miroir_task_id = excluded.miroir_task_id,"
            " expires_at_ns = excluded.expires_at_ns WHERE expires_at_ns <= ?",
            key,
            body_sha256,
            miroir_task_id,
            expiry_ns(now_ns, ttl_ms),
            now_ns,
        )
        if recorded.rowcount == 1:
            return {"status": "recorded", "miroir_task_id": miroir_task_id}
        return self._standing(key, body_sha256, now_ns)

    def check(self, key: str, body_sha256: str) -> Json:
        return self._standing(key, body_sha256, self._database.now_ns())

    def prune(self) -> None:
        self._database.execute("DELETE FROM idempotency_cache WHERE expires_at_ns <= ?", self._database.now_ns())

    def _standing(self, key: str, body_sha256: str, now_ns: int) -> Json:
        row = self._database.execute(
            "SELECT body_sha256, miroir_task_id FROM idempotency_cache WHERE key = ? AND expires_at_ns > ?",
            key,
            now_ns,
        ).fetchone()
        if row is None:
            return {"status": "miss", "miroir_task_id": None}
        if row[0] != body_sha256:
            return {"status": "conflict", "miroir_task_id": None}
        return {"status": "replay", "miroir_task_id": row[1]}

"""Table `leader_lease` in SQLite (clauses TS-LEADER_LEASE-n): one row per scope, which is never removed.

The row outlives the lease, because it carries the fencing token: a grant after expiry must still be numbered above
all before it (Kleppmann, "How to do distributed locking", 2016). The clock is read as in `jobs`.
"""

from __future__ import annotations

import json

from lawful.conformance.backends.sqlite.database import Database, expiry_ns
from lawful.models.values import Json, canonical

SCHEMA = """
CREATE TABLE leader_lease (
    scope TEXT NOT NULL PRIMARY KEY,
    token INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    expires_at_ns INTEGER NOT NULL DEFAULT 0,
    value TEXT NOT NULL DEFAULT 'null'
);
"""


class LeaderLease:
    """One method per function, named and called as the specification says, with the scope first."""

    schema = SCHEMA

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, scope: str, holder: str, ttl_ms: int) -> int | None:
        now_ns = self._database.now_ns()
        self._database.execute("INSERT INTO leader_lease (scope) VALUES (?) ON CONFLICT (scope) DO NOTHING", scope)
        granted = self._database.execute(
            "UPDATE leader_lease SET token = token + 1, holder = ?, expires_at_ns = ?"
            " WHERE scope = ? AND (holder IS NULL OR expires_at_ns <= ?)",
            holder,
            expiry_ns(now_ns, ttl_ms),
            scope,
            now_ns,
        )
        return self._token(scope) if granted.rowcount == 1 else None

    def renew(self, scope: str, holder: str, ttl_ms: int) -> bool:
        now_ns = self._database.now_ns()
        renewed = self._database.execute(
            "UPDATE leader_lease SET expires_at_ns = ? WHERE scope = ? AND holder = ? AND expires_at_ns > ?",
            expiry_ns(now_ns, ttl_ms),
            scope,
            holder,
            now_ns,
        )
        return renewed.rowcount == 1

    def release(self, scope: str, holder: str) -> bool:
        released = self._database.execute(
            "UPDATE leader_lease SET holder = NULL WHERE scope = ? AND holder = ? AND expires_at_ns > ?",
            scope,
            holder,
            self._database.now_ns(),
        )
        return released.rowcount == 1

    def get(self, scope: str) -> Json:
        row = self._database.execute(
            "SELECT holder, token FROM leader_lease WHERE scope = ? AND holder IS NOT NULL AND expires_at_ns > ?",
            scope,
            self._database.now_ns(),
        ).fetchone()
        return None if row is None else {"holder": row[0], "token": row[1]}

    def guarded_write(self, scope: str, token: int, value: Json) -> bool:
        if token < self._token(scope):
            return False
        self._database.execute(
            "INSERT INTO leader_lease (scope, value) VALUES (?, ?)"
            " ON CONFLICT (scope) DO UPDATE SET value = excluded.value",
            scope,
            canonical(value),
        )
        return True

    def guarded_read(self, scope: str) -> Json:
        row = self._database.execute("SELECT value FROM leader_lease WHERE scope = ?", scope).fetchone()
        value: Json = None if row is None else json.loads(row[0])
        return value

    def _token(self, scope: str) -> int:
        """The token of the latest grant; 0 before the first."""
        row = self._database.execute("SELECT token FROM leader_lease WHERE scope = ?", scope).fetchone()
        return 0 if row is None else int(row[0])

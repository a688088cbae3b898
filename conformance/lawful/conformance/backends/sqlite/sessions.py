"""Table `sessions` in SQLite (clauses TS-SESSIONS-n).

`used` counts the uses of all sessions: the greater, the more recent. A session that has expired is as good as gone;
its row goes with the next upsert, before the sessions are counted that may stay. The clock is read as in `jobs`.
"""

from __future__ import annotations

from lawful.conformance.backends.sqlite.database import LARGEST, Database, expiry_ns
from lawful.models.values import Json

SCHEMA = """
CREATE TABLE sessions (
    session_id TEXT NOT NULL PRIMARY KEY,
    last_write_mtask_id TEXT,
    last_write_at INTEGER,
    pinned_group INTEGER,
    min_settings_version INTEGER NOT NULL,
    expires_at_ns INTEGER NOT NULL,
    used INTEGER NOT NULL
);
CREATE INDEX sessions_by_use ON sessions (used);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ns);
"""

_FIELDS = ("session_id", "last_write_mtask_id", "last_write_at", "pinned_group", "min_settings_version")
_NEXT_USE = "(SELECT coalesce(max(used), 0) + 1 FROM sessions)"


class Sessions:
    """One method per function, named and called as the specification says."""

    schema = SCHEMA

    def __init__(self, database: Database) -> None:
        self._database = database

    def upsert(
        self,
        session_id: str,
        last_write_mtask_id: str | None,
        last_write_at: int | None,
        pinned_group: int | None,
        min_settings_version: int,
        ttl_ms: int,
        max_sessions: int,
    ) -> bool:
        now_ns = self._database.now_ns()
        self._database.execute("DELETE FROM sessions WHERE expires_at_ns <= ?", now_ns)
        # A replaced row would count as an inserted one too, so whether there is one is asked before.
        known = self._database.execute("SELECT 1 FROM sessions WHERE session_id = ?", session_id).fetchone()
        self._database.execute(
            f"INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, {_NEXT_USE})",
            session_id,
            last_write_mtask_id,
            last_write_at,
            pinned_group,
            min_settings_version,
            expiry_ns(now_ns, ttl_ms),
        )
        self._database.execute(
            "DELETE FROM sessions WHERE session_id IN"
            " (SELECT session_id FROM sessions ORDER BY used DESC LIMIT -1 OFFSET ?)",
            min(max(max_sessions, 0), LARGEST),
        )
        return known is None

    def get(self, session_id: str, ttl_ms: int) -> Json:
        now_ns = self._database.now_ns()
        row = self._database.execute(
            f"UPDATE sessions SET expires_at_ns = ?, used = {_NEXT_USE}"
            f" WHERE session_id = ? AND expires_at_ns > ? RETURNING {', '.join(_FIELDS)}",
            expiry_ns(now_ns, ttl_ms),
            session_id,
            now_ns,
        ).fetchone()
        return None if row is None else dict(zip(_FIELDS, row, strict=True))

    def delete(self, session_id: str) -> bool:
        deleted = self._database.execute(
            "DELETE FROM sessions WHERE session_id = ? AND expires_at_ns > ?", session_id, self._database.now_ns()
        )
        return deleted.rowcount == 1

    def count(self) -> int:
        row = self._database.execute(
            "SELECT count(*) FROM sessions WHERE expires_at_ns > ?", self._database.now_ns()
        ).fetchone()
        return int(row[0])

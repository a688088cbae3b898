"""Table `admin_sessions` in SQLite (clauses TS-ADMIN_SESSIONS-n).

Every statement asks for rows that have not expired, since one that has may still be there: it goes when its id is
created anew, or with `prune`. A revoked session keeps its row, which is what keeps its id taken. The clock is read as
in `jobs`.
"""

from __future__ import annotations

from lawful.conformance.backends.sqlite.database import Database, expiry_ns
from lawful.models.values import Json

_LIVE = "session_id = ? AND expires_at_ns > ?"


class AdminSessions:
    """One method per function, named and called as the specification says."""

    schema = """
CREATE TABLE admin_sessions (
    session_id TEXT NOT NULL PRIMARY KEY,
    csrf_token TEXT NOT NULL,
    admin_key_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at_ns INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0,
    user_agent TEXT,
    source_ip TEXT
);
CREATE INDEX admin_sessions_by_expiry ON admin_sessions (expires_at_ns);
"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        session_id: str,
        csrf_token: str,
        admin_key_hash: str,
        created_at: int,
        ttl_ms: int,
        user_agent: str | None,
        source_ip: str | None,
    ) -> bool:
        now_ns = self._database.now_ns()
        self._database.execute(
            "DELETE FROM admin_sessions WHERE session_id = ? AND expires_at_ns <= ?", session_id, now_ns
        )
        created = self._database.execute(
            "INSERT INTO admin_sessions"
            " (session_id, csrf_token, admin_key_hash, created_at, expires_at_ns, user_agent, source_ip)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session_id) DO NOTHING",
            session_id,
            csrf_token,
            admin_key_hash,
            created_at,
            expiry_ns(now_ns, ttl_ms),
            user_agent,
            source_ip,
        )
        return created.rowcount == 1

    def get(self, session_id: str) -> Json:
        row = self._database.execute(
            "SELECT csrf_token, admin_key_hash, created_at, revoked, user_agent, source_ip"
            f" FROM admin_sessions WHERE {_LIVE}",
            session_id,
            self._database.now_ns(),
        ).fetchone()
        if row is None:
            return None
        csrf_token, admin_key_hash, created_at, revoked, user_agent, source_ip = row
        return {
            "session_id": session_id,
            "csrf_token": csrf_token,
            "admin_key_hash": admin_key_hash,
            "created_at": created_at,
            "revoked": revoked == 1,
            "user_agent": user_agent,
            "source_ip": source_ip,
        }

    def revoke(self, session_id: str) -> bool:
        revoked = self._database.execute(
            f"UPDATE admin_sessions SET revoked = 1 WHERE {_LIVE}", session_id, self._database.now_ns()
        )
        return revoked.rowcount == 1

    def is_valid(self, session_id: str) -> bool:
        valid = self._database.execute(
            f"SELECT 1 FROM admin_sessions WHERE {_LIVE} AND revoked = 0", session_id, self._database.now_ns()
        )
        return valid.fetchone() is not None

    def delete(self, session_id: str) -> bool:
        deleted = self._database.execute(
            f"DELETE FROM admin_sessions WHERE {_LIVE}", session_id, self._database.now_ns()
        )
        return deleted.rowcount == 1

    def prune(self) -> None:
        self._database.execute("DELETE FROM admin_sessions WHERE expires_at_ns <= ?", self._database.now_ns())

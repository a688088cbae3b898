"""Extra `rate_limits` in SQLite (clauses TS-RATE_LIMITS-n): one row per bucket, with its latest window.

Whether a hit is admitted and that it is counted is one write transaction. A hit that decides on a count which it read
before its transaction admits one too many for each client that read the same count. The clock is read as in `jobs`.
"""

from __future__ import annotations

from lawful.conformance.backends.sqlite.database import Database, expiry_ns
from lawful.models.values import Json


class RateLimits:
    """One method per function, named and called as the specification says, with the bucket first."""

    schema = """
CREATE TABLE rate_limits (
    bucket TEXT NOT NULL PRIMARY KEY,
    admitted INTEGER NOT NULL,
    window_ends_at_ns INTEGER NOT NULL
);
"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hit(self, bucket: str, limit: int, window_ms: int) -> Json:
        now_ns = self._database.now_ns()
        before = self._admitted(bucket, now_ns)
        if before >= limit:
            return {"admitted": False, "remaining": 0}
        if before > 0:
            self._database.execute("UPDATE rate_limits SET admitted = admitted + 1 WHERE bucket = ?", bucket)
        else:
            self._database.execute(
                "INSERT INTO rate_limits (bucket, admitted, window_ends_at_ns) VALUES (?, 1, ?) ON CONFLICT (bucket)"
                " DO UPDATE SET admitted = excluded.admitted, window_ends_at_ns = excluded.window_ends_at_ns",
                bucket,
                expiry_ns(now_ns, window_ms),
            )
        return {"admitted": True, "remaining": limit - before - 1}

    def remaining(self, bucket: str, limit: int) -> int:
        return max(limit - self._admitted(bucket, self._database.now_ns()), 0)

    def _admitted(self, bucket: str, now_ns: int) -> int:
        """How many hits the window that lasts has admitted; 0 where none lasts."""
        row = self._database.execute(
            "SELECT admitted FROM rate_limits WHERE bucket = ? AND window_ends_at_ns > ?", bucket, now_ns
        ).fetchone()
        return 0 if row is None else int(row[0])

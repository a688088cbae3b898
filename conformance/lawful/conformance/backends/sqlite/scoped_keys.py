"""Extra `scoped_keys` in SQLite (clauses TS-SCOPED_KEYS-n): one row per index, and one for each report of a pod.

Whether a live pod is behind and that the previous key goes is one statement, so no report comes between. Rows of
reports that have expired are passed over, and removed by the next report on the same index. The clock is read as in
`jobs`.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.conformance.backends.sqlite.database import Database, expiry_ns
from lawful.models.values import Json


class ScopedKeys:
    """One method per function, named and called as the specification says, with the index first."""

    schema = """
CREATE TABLE scoped_keys (
    index_uid TEXT NOT NULL PRIMARY KEY,
    primary_key TEXT NOT NULL,
    previous_key TEXT,
    generation INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL
);
CREATE TABLE scoped_key_reports (
    index_uid TEXT NOT NULL,
    pod TEXT NOT NULL,
    observed_generation INTEGER NOT NULL,
    expires_at_ns INTEGER NOT NULL,
    PRIMARY KEY (index_uid, pod)
);
"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rotate(self, index_uid: str, new_key: str, expected_generation: int, rotated_at: int) -> int | None:
        if expected_generation == 0:
            rotated = self._database.execute(
                "INSERT INTO scoped_keys (index_uid, primary_key, generation, rotated_at) VALUES (?, ?, 1, ?)"
                " ON CONFLICT (index_uid) DO NOTHING",
                index_uid,
                new_key,
                rotated_at,
            )
        else:
            rotated = self._database.execute(
                "UPDATE scoped_keys SET primary_key = ?, previous_key = primary_key, generation = generation + 1,"
                " rotated_at = ? WHERE index_uid = ? AND generation = ? AND previous_key IS NULL",
                new_key,
                rotated_at,
                index_uid,
                expected_generation,
            )
        return expected_generation + 1 if rotated.rowcount == 1 else None

    def get(self, index_uid: str) -> Json:
        row = self._database.execute(
            "SELECT primary_key, previous_key, generation, rotated_at FROM scoped_keys WHERE index_uid = ?", index_uid
        ).fetchone()
        primary, previous, generation, rotated_at = row or (None, None, 0, None)
        return {"primary": primary, "previous": previous, "generation": generation, "rotated_at": rotated_at}

    def observe(self, index_uid: str, pod: str, generation: int, ttl_ms: int) -> bool:
        now_ns = self._database.now_ns()
        self._database.execute(
            "DELETE FROM scoped_key_reports WHERE index_uid = ? AND expires_at_ns <= ?", index_uid, now_ns
        )
        in_use = self._database.execute(
            "SELECT 1 FROM scoped_keys WHERE index_uid = ?1"
            " AND (generation = ?2 OR (previous_key IS NOT NULL AND generation - 1 = ?2))",
            index_uid,
            generation,
        ).fetchone()
        if in_use is None:
            return False
        self._database.execute(
            "INSERT INTO scoped_key_reports (index_uid, pod, observed_generation, expires_at_ns) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (index_uid, pod) DO UPDATE"
            " SET observed_generation = excluded.observed_generation, expires_at_ns = excluded.expires_at_ns",
            index_uid,
            pod,
            generation,
            expiry_ns(now_ns, ttl_ms),
        )
        return True

    def observers(self, index_uid: str) -> Sequence[Json]:
        rows = self._database.execute(
            "SELECT pod, observed_generation FROM scoped_key_reports WHERE index_uid = ? AND expires_at_ns > ?"
            " ORDER BY pod",
            index_uid,
            self._database.now_ns(),
        )
        return [{"pod": pod, "observed_generation": generation} for pod, generation in rows]

    def revoke_previous(self, index_uid: str) -> bool:
        revoked = self._database.execute(
            "UPDATE scoped_keys SET previous_key = NULL WHERE index_uid = ? AND previous_key IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM scoped_key_reports AS report WHERE report.index_uid = scoped_keys.index_uid"
            " AND report.observed_generation < scoped_keys.generation AND report.expires_at_ns > ?)",
            index_uid,
            self._database.now_ns(),
        )
        return revoked.rowcount == 1

"""Table `jobs` in SQLite (clauses TS-JOBS-n).

What the current claimant alone may do is one conditional `UPDATE`: the condition and the change cannot be parted.
The clock is read inside the write transaction. Read before it, a transaction that waits for the lock would judge
a claim by a time before the transactions that it waited for, and find one lasting that another client saw expired.

Assumption: the clients' wall clock, one machine's, errs by no more than the clock error that the run states.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from lawful.conformance.backends.sqlite.database import Database, expiry_ns
from lawful.models.values import Json, canonical

SCHEMA = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    params TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    claimed_by TEXT,
    claim_expires_at_ns INTEGER,
    progress TEXT NOT NULL DEFAULT 'null'
);
CREATE INDEX jobs_by_state ON jobs (state, claim_expires_at_ns);
"""

_ROW = "SELECT id, type, params, state, claimed_by, progress FROM jobs"


class Jobs:
    """One method per function, named and called as the specification says."""

    schema = SCHEMA

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, id: str, type: str, params: Json) -> bool:
        inserted = self._database.execute(
            "INSERT INTO jobs (id, type, params) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
            id,
            type,
            canonical(params),
        )
        return inserted.rowcount == 1

    def claim(self, worker: str, ttl_ms: int) -> Json:
        now_ns = self._database.now_ns()
        row = self._database.execute(
            "SELECT number, id, type, params FROM jobs"
            " WHERE state = 'queued' OR (state = 'in_progress' AND claim_expires_at_ns <= ?)"
            " ORDER BY number LIMIT 1",
            now_ns,
        ).fetchone()
        if row is None:
            return None
        number, id, type, params = row
        self._database.execute(
            "UPDATE jobs SET state = 'in_progress', claimed_by = ?, claim_expires_at_ns = ? WHERE number = ?",
            worker,
            expiry_ns(now_ns, ttl_ms),
            number,
        )
        return {"id": id, "type": type, "params": json.loads(params)}

    def heartbeat(self, id: str, worker: str, ttl_ms: int) -> bool:
        now_ns = self._database.now_ns()
        return self._by_claimant("claim_expires_at_ns = ?", expiry_ns(now_ns, ttl_ms), id, worker, now_ns)

    def progress(self, id: str, worker: str, progress: Json) -> bool:
        return self._by_claimant("progress = ?", canonical(progress), id, worker, self._database.now_ns())

    def complete(self, id: str, worker: str) -> bool:
        return self._by_claimant("state = ?", "completed", id, worker, self._database.now_ns())

    def fail(self, id: str, worker: str) -> bool:
        return self._by_claimant("state = ?", "failed", id, worker, self._database.now_ns())

    def get(self, id: str) -> Json:
        row = self._database.execute(f"{_ROW} WHERE id = ?", id).fetchone()
        return None if row is None else _shown(*row)

    def list(self, state: str | None, limit: int | None) -> Sequence[Json]:
        rows = self._database.execute(
            f"{_ROW} WHERE ?1 IS NULL OR state = ?1 ORDER BY id LIMIT ?2", state, -1 if limit is None else limit
        )
        return [_shown(*row) for row in rows]

    def queue_depth(self) -> int:
        depth: int = self._database.execute("SELECT count(*) FROM jobs WHERE state = 'queued'").fetchone()[0]
        return depth

    def _by_claimant(self, assignment: str, value: str | int, id: str, worker: str, now_ns: int) -> bool:
        updated = self._database.execute(
            f"UPDATE jobs SET {assignment}"
            " WHERE id = ? AND state = 'in_progress' AND claimed_by = ? AND claim_expires_at_ns > ?",
            value,
            id,
            worker,
            now_ns,
        )
        return updated.rowcount == 1


def _shown(id: str, type: str, params: str, state: str, claimed_by: str | None, progress: str) -> Json:
    return {
        "id": id,
        "type": type,
        "params": json.loads(params),
        "state": state,
        "claimed_by": claimed_by,
        "progress": json.loads(progress),
    }

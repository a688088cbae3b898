"""Table `jobs`, naive. With two clients:

- two workers that look for a queued job find the same one, and both get it (TS-JOBS-1);
- a worker whose claim expires after it looked still completes the job of its successor (TS-JOBS-2, TS-JOBS-3);
- a client that dies after taking the job off the queue leaves it queued in its row and in no queue, so that no
  claim ever finds it (TS-JOBS-6);
- queue depth counts an entry that the row does not match yet (TS-JOBS-5).

Expiry is judged by each client's own clock.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from lawful.conformance.backends.redis.jobs import shown_job
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis_naive.rows import NaiveRows
from lawful.models.values import Json, canonical


class NaiveJobs:
    """One method per function, named and called as the specification says."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._link = link
        self._rows = NaiveRows(link, f"{prefix}jobs:")
        self._queued = f"{prefix}jobs:_queued"

    def enqueue(self, id: str, type: str, params: Json) -> bool:
        if self._rows.exists(id):
            return False
        self._rows.add(id, {"type": type, "params": canonical(params), "state": "queued"})
        self._link.call("SADD", self._queued, id)
        return True

    def claim(self, worker: str, ttl_ms: int) -> Json:
        row = self._claimable()
        if row is None:
            return None
        self._link.call("SREM", self._queued, row["id"])
        self._rows.write(
            row["id"],
            {"state": "in_progress", "claimed_by": worker, "claim_expires_at_ns": str(_expiry_ns(ttl_ms))},
        )
        return {"id": row["id"], "type": row["type"], "params": json.loads(row["params"])}

    def heartbeat(self, id: str, worker: str, ttl_ms: int) -> bool:
        return self._by_claimant(id, worker, {"claim_expires_at_ns": str(_expiry_ns(ttl_ms))})

    def progress(self, id: str, worker: str, progress: Json) -> bool:
        return self._by_claimant(id, worker, {"progress": canonical(progress)})

    def complete(self, id: str, worker: str) -> bool:
        return self._by_claimant(id, worker, {"state": "completed"})

    def fail(self, id: str, worker: str) -> bool:
        return self._by_claimant(id, worker, {"state": "failed"})

    def get(self, id: str) -> Json:
        row = self._rows.read(id)
        return shown_job(row) if row else None

    def list(self, state: str | None, limit: int | None) -> Sequence[Json]:
        rows = [row for row in self._rows.read_all() if state is None or row["state"] == state]
        rows.sort(key=lambda row: row["id"])
        return [shown_job(row) for row in rows[:limit]]

    def queue_depth(self) -> int:
        return int(self._link.call("SCARD", self._queued))

    def _claimable(self) -> dict[str, str] | None:
        """Some queued job, else some job whose claim has expired."""
        id = self._link.call("SRANDMEMBER", self._queued)
        if id is not None:
            row = self._rows.read(id)
            if row.get("state") == "queued":
                return row
        now_ns = time.time_ns()
        return next((row for row in self._rows.read_all() if _is_expired(row, now_ns)), None)

    def _by_claimant(self, id: str, worker: str, fields: dict[str, str]) -> bool:
        row = self._rows.read(id)
        held = row.get("state") == "in_progress" and row.get("claimed_by") == worker
        if not held or _is_expired(row, time.time_ns()):
            return False
        self._rows.write(id, fields)
        return True


def _expiry_ns(ttl_ms: int) -> int:
    return time.time_ns() + ttl_ms * 1_000_000


def _is_expired(row: dict[str, str], now_ns: int) -> bool:
    return row["state"] == "in_progress" and int(row["claim_expires_at_ns"]) <= now_ns

"""Table `jobs`: rows by id in a dictionary, in the order in which they were enqueued; clauses TS-JOBS-1 to 8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lawful.conformance.backends.raft.store.command import Refused
from lawful.models.values import Json

NS_PER_MS = 1_000_000
_SHOWN = ("id", "type", "params", "state", "claimed_by", "progress")

Row = dict[str, Any]


class JobsTable:
    """A row in progress has `expires_ns`, the instant from which on its claim is void."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    def call(self, function: str, arguments: Mapping[str, Any], now_ns: int) -> Json:
        match function:
            case "enqueue":
                return self._enqueue(arguments["id"], arguments["type"], arguments["params"])
            case "claim":
                return self._claim(arguments["worker"], arguments["ttl_ms"], now_ns)
            case "heartbeat" | "progress" | "complete" | "fail":
                row = self._claimed(arguments["id"], arguments["worker"], now_ns)
                return row is not None and self._work(row, function, arguments, now_ns)
            case "get":
                row = self._rows.get(arguments["id"])
                return None if row is None else _shown(row)
            case "list":
                return self._list(arguments["state"], arguments["limit"])
            case "queue_depth":
                return len([row for row in self._rows.values() if row["state"] == "queued"])
        raise Refused(f"jobs has no function {function!r}")

    def _enqueue(self, job_id: str, kind: str, params: Json) -> bool:
        if job_id in self._rows:
            return False
        self._rows[job_id] = {
            "id": job_id,
            "type": kind,
            "params": params,
            "state": "queued",
            "claimed_by": None,
            "progress": None,
            "expires_ns": None,
        }
        return True

    def _claim(self, worker: str, ttl_ms: int, now_ns: int) -> Json:
        row = self._claimable(now_ns)
        if row is None:
            return None
        row["state"] = "in_progress"
        row["claimed_by"] = worker
        row["expires_ns"] = now_ns + ttl_ms * NS_PER_MS
        return {"id": row["id"], "type": row["type"], "params": row["params"]}

    def _claimable(self, now_ns: int) -> Row | None:
        """The job that has waited longest; where none is queued, the one whose claim has been void longest."""
        queued = (row for row in self._rows.values() if row["state"] == "queued")
        first = next(queued, None)
        if first is not None:
            return first
        expired = [row for row in self._rows.values() if row["state"] == "in_progress" and row["expires_ns"] <= now_ns]
        return min(expired, key=lambda row: row["expires_ns"], default=None)

    def _claimed(self, job_id: str, worker: str, now_ns: int) -> Row | None:
        """The job, if `worker` holds a claim on it that lasts."""
        row = self._rows.get(job_id)
        if row is None or row["state"] != "in_progress" or row["claimed_by"] != worker:
            return None
        return row if now_ns < row["expires_ns"] else None

    def _work(self, row: Row, function: str, arguments: Mapping[str, Any], now_ns: int) -> bool:
        match function:
            case "heartbeat":
                row["expires_ns"] = now_ns + arguments["ttl_ms"] * NS_PER_MS
            case "progress":
                row["progress"] = arguments["progress"]
            case "complete":
                row["state"] = "completed"
            case "fail":
                row["state"] = "failed"
        return True

    def _list(self, state: str | None, limit: int | None) -> Json:
        ids = sorted(job_id for job_id, row in self._rows.items() if state is None or row["state"] == state)
        return [_shown(self._rows[job_id]) for job_id in ids[:limit]]


def _shown(row: Row) -> Row:
    """The row as an answer: it is written to a client while the next command already changes the original."""
    return {name: row[name] for name in _SHOWN}

"""Table `tasks`, naive. With two clients:

- two inserts of one id both find it free, and both answer true (TS-TASKS-1);
- two `update_node` of one task read the same JSON text, and one of the nodes is lost (TS-TASKS-2);
- a task that became terminal after `update_status` looked is changed all the same (TS-TASKS-3);
- a list shows rows as of different instants (TS-ALL-1).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis_naive.rows import NaiveRows
from lawful.models.values import Json, canonical
from lawful.specs.task_store.tasks import TERMINAL_STATUSES


class NaiveTasks:
    """One method per function, named and called as the specification says."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._link = link
        self._rows = NaiveRows(link, f"{prefix}tasks:")

    def insert(self, id: str, created_at: int, status: str, node_tasks: Mapping[str, Json], error: str | None) -> bool:
        if self._rows.exists(id):
            return False
        row = {"created_at": str(created_at), "status": status, "node_tasks": canonical(node_tasks)}
        self._rows.add(id, row if error is None else {**row, "error": error})
        return True

    def get(self, id: str) -> Json:
        row = self._rows.read(id)
        return _shown(row) if row else None

    def update_status(self, id: str, status: str) -> bool:
        row = self._rows.read(id)
        if not row or row["status"] in TERMINAL_STATUSES:
            return False
        self._rows.write(id, {"status": status})
        return True

    def update_node(self, id: str, node: str, uid: str, status: str) -> bool:
        row = self._rows.read(id)
        if not row:
            return False
        node_tasks = {**json.loads(row["node_tasks"]), node: {"uid": uid, "status": status}}
        changed = {"node_tasks": canonical(node_tasks)}
        statuses = {node_task["status"] for node_task in node_tasks.values()}
        if row["status"] not in TERMINAL_STATUSES and statuses <= TERMINAL_STATUSES:
            changed["status"] = "failed" if "failed" in statuses else "succeeded"
        self._rows.write(id, changed)
        return True

    def set_error(self, id: str, error: str | None) -> bool:
        if not self._rows.exists(id):
            return False
        if error is None:
            self._link.call("HDEL", self._rows.key(id), "error")
        else:
            self._rows.write(id, {"error": error})
        return True

    def list(self, status: str | None, limit: int | None, offset: int | None) -> Sequence[Json]:
        rows = [row for row in self._rows.read_all() if status is None or row["status"] == status]
        rows.sort(key=lambda row: (-int(row["created_at"]), row["id"]))
        first = offset or 0
        return [_shown(row) for row in rows[first : None if limit is None else first + limit]]

    def delete(self, id: str) -> bool:
        return self._rows.remove(id)

    def prune(self, before: int) -> int:
        old = [
            row
            for row in self._rows.read_all()
            if row["status"] in TERMINAL_STATUSES and int(row["created_at"]) < before
        ]
        for row in old:
            self._rows.remove(row["id"])
        return len(old)


def _shown(row: Mapping[str, str]) -> Json:
    return {
        "id": row["id"],
        "created_at": int(row["created_at"]),
        "status": row["status"],
        "node_tasks": json.loads(row["node_tasks"]),
        "error": row.get("error"),
    }

"""Table `tasks` in SQLite (clauses TS-TASKS-n): a row each, the node tasks as JSON text in it.

`update_node` reads that text, changes one entry and writes it back. This is right only because the transaction
holds the write lock from before the read on; see `database`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from lawful.conformance.backends.sqlite.database import Database
from lawful.models.values import Json, canonical
from lawful.specs.task_store.tasks import TERMINAL_STATUSES

SCHEMA = """
CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    node_tasks TEXT NOT NULL,
    error TEXT
);
CREATE INDEX tasks_by_age ON tasks (created_at DESC, id);
"""

_TERMINAL = "(" + ", ".join(f"'{status}'" for status in sorted(TERMINAL_STATUSES)) + ")"
_ROW = "SELECT id, created_at, status, node_tasks, error FROM tasks"


class Tasks:
    """One method per function, named and called as the specification says."""

    schema = SCHEMA

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(self, id: str, created_at: int, status: str, node_tasks: Mapping[str, Json], error: str | None) -> bool:
        inserted = self._database.execute(
            "INSERT INTO tasks (id, created_at, status, node_tasks, error) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            id,
            created_at,
            status,
            canonical(node_tasks),
            error,
        )
        return inserted.rowcount == 1

    def get(self, id: str) -> Json:
        row = self._database.execute(f"{_ROW} WHERE id = ?", id).fetchone()
        return None if row is None else _shown(*row)

    def update_status(self, id: str, status: str) -> bool:
        updated = self._database.execute(
            f"UPDATE tasks SET status = ? WHERE id = ? AND status NOT IN {_TERMINAL}", status, id
        )
        return updated.rowcount == 1

    def update_node(self, id: str, node: str, uid: str, status: str) -> bool:
        row = self._database.execute("SELECT node_tasks, status FROM tasks WHERE id = ?", id).fetchone()
        if row is None:
            return False
        node_tasks = {**json.loads(row[0]), node: {"uid": uid, "status": status}}
        self._database.execute(
            "UPDATE tasks SET node_tasks = ?, status = ? WHERE id = ?",
            canonical(node_tasks),
            _status_with(node_tasks, row[1]),
            id,
        )
        return True

    def set_error(self, id: str, error: str | None) -> bool:
        return self._database.execute("UPDATE tasks SET error = ? WHERE id = ?", error, id).rowcount == 1

    def list(self, status: str | None, limit: int | None, offset: int | None) -> Sequence[Json]:
        # SQLite takes a negative limit for none.
        rows = self._database.execute(
            f"{_ROW} WHERE ?1 IS NULL OR status = ?1 ORDER BY created_at DESC, id LIMIT ?2 OFFSET ?3",
            status,
            -1 if limit is None else limit,
            offset or 0,
        )
        return [_shown(*row) for row in rows]

    def delete(self, id: str) -> bool:
        return self._database.execute("DELETE FROM tasks WHERE id = ?", id).rowcount == 1

    def prune(self, before: int) -> int:
        return self._database.execute(
            f"DELETE FROM tasks WHERE status IN {_TERMINAL} AND created_at < ?", before
        ).rowcount


def _status_with(node_tasks: Mapping[str, Mapping[str, str]], status: str) -> str:
    """The status of a task that has these node tasks: finished when all of them are (clause TS-TASKS-4)."""
    statuses = {node_task["status"] for node_task in node_tasks.values()}
    if status in TERMINAL_STATUSES or not statuses <= TERMINAL_STATUSES:
        return status
    return "failed" if "failed" in statuses else "succeeded"


def _shown(id: str, created_at: int, status: str, node_tasks: str, error: str | None) -> Json:
    return {
        "id": id,
        "created_at": created_at,
        "status": status,
        "node_tasks": json.loads(node_tasks),
        "error": error,
    }

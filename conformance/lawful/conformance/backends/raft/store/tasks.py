"""Table `tasks`: rows by id in a dictionary; clauses TS-TASKS-1 to 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lawful.conformance.backends.raft.store.command import Refused
from lawful.models.values import Json
from lawful.specs.task_store.tasks import STATUSES, TERMINAL_STATUSES

Row = dict[str, Any]


class TasksTable:
    """Every method checks first and changes afterwards, so that a refused call leaves no trace."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    def call(self, function: str, arguments: Mapping[str, Any]) -> Json:
        match function:
            case "insert":
                return self._insert(arguments)
            case "get":
                row = self._rows.get(arguments["id"])
                return None if row is None else _copy(row)
            case "update_status":
                return self._update_status(arguments["id"], _known_status(arguments["status"]))
            case "update_node":
                status = _known_status(arguments["status"])
                return self._update_node(arguments["id"], arguments["node"], arguments["uid"], status)
            case "set_error":
                return self._set_error(arguments["id"], arguments["error"])
            case "list":
                return self._list(arguments["status"], arguments["limit"], arguments["offset"])
            case "delete":
                return self._rows.pop(arguments["id"], None) is not None
            case "prune":
                return self._prune(arguments["before"])
        raise Refused(f"tasks has no function {function!r}")

    def _insert(self, arguments: Mapping[str, Any]) -> bool:
        row = {
            "id": arguments["id"],
            "created_at": arguments["created_at"],
            "status": _known_status(arguments["status"]),
            "node_tasks": {node: _node_task(node, given) for node, given in arguments["node_tasks"].items()},
            "error": arguments["error"],
        }
        if row["id"] in self._rows:
            return False
        self._rows[row["id"]] = row
        return True

    def _update_status(self, task_id: str, status: str) -> bool:
        row = self._rows.get(task_id)
        if row is None or row["status"] in TERMINAL_STATUSES:
            return False
        row["status"] = status
        return True

    def _update_node(self, task_id: str, node: str, uid: str, status: str) -> bool:
        row = self._rows.get(task_id)
        if row is None:
            return False
        row["node_tasks"][node] = {"uid": uid, "status": status}
        if row["status"] not in TERMINAL_STATUSES:
            statuses = [part["status"] for part in row["node_tasks"].values()]
            if all(part in TERMINAL_STATUSES for part in statuses):
                row["status"] = "failed" if "failed" in statuses else "succeeded"
        return True

    def _set_error(self, task_id: str, error: str | None) -> bool:
        row = self._rows.get(task_id)
        if row is None:
            return False
        row["error"] = error
        return True

    def _list(self, status: str | None, limit: int | None, offset: int | None) -> Json:
        chosen = [row for row in self._rows.values() if status is None or row["status"] == status]
        chosen.sort(key=lambda row: (-row["created_at"], row["id"]))
        chosen = chosen[offset or 0 :]
        return [_copy(row) for row in (chosen if limit is None else chosen[:limit])]

    def _prune(self, before: int) -> int:
        old = [
            task_id
            for task_id, row in self._rows.items()
            if row["status"] in TERMINAL_STATUSES and row["created_at"] < before
        ]
        for task_id in old:
            del self._rows[task_id]
        return len(old)


def _copy(row: Row) -> Row:
    """The row as an answer: it is written to a client while the next command already changes the original."""
    return {**row, "node_tasks": {node: dict(part) for node, part in row["node_tasks"].items()}}


def _known_status(status: str) -> str:
    if status not in STATUSES:
        raise Refused(f"{status!r} is no status of a task; known: {', '.join(STATUSES)}")
    return status


def _node_task(node: str, given: Any) -> Row:
    if not isinstance(given, dict) or given.keys() != {"uid", "status"}:
        raise Refused(f"the node task of {node!r} must have uid and status, not {given!r}")
    if not all(isinstance(value, str) for value in given.values()):
        raise Refused(f"uid and status of the node task of {node!r} must be strings, not {given!r}")
    return {"uid": given["uid"], "status": given["status"]}

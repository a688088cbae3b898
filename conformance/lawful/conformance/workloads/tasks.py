"""Clients that insert, update, list, delete and prune the same few tasks.

The collisions: ids are few, so that inserts race with inserts and deletes; status, node tasks and error of one row are
updated side by side; creation times repeat, so that the order of a list depends on the id as well.
"""

from __future__ import annotations

from lawful.conformance.workloads.script import Intent, generator_of
from lawful.models.history import Outcome
from lawful.models.values import Json

TABLE = "tasks"
_IDS = ("task-1", "task-2", "task:3", "task/4", "Aufgabe ü", '"5"', "task-6")
_NODES = ("node-1", "node:2", "knoten ö")
_CREATED_AT = (0, 1, 2, 1_700_000_000_000, 2**53 + 1, 2**63 - 1)
_WEIGHTS = {
    "insert": 24,
    "update_status": 14,
    "update_node": 18,
    "set_error": 8,
    "get": 16,
    "list": 10,
    "delete": 6,
    "prune": 4,
}


class TasksWorkload:
    """Workload `tasks`."""

    table = TABLE

    def script(self, client: int, seed: int) -> _Client:
        return _Client(client, seed)

    def final_script(self, seed: int) -> _ReadAll:
        return _ReadAll()


class _Client:
    def __init__(self, client: int, seed: int) -> None:
        self._random = generator_of(seed, f"tasks/{client}")
        self._client = client
        self._steps = 0
        self._in_doubt = False

    def next(self) -> Intent:
        self._steps += 1
        if self._in_doubt:
            # What became of the operation without an answer? It tells the checker early, too.
            self._in_doubt = False
            return _READ_ALL
        function = self._random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        task_id = self._random.choice(_IDS)
        match function:
            case "insert":
                return self._insert(task_id)
            case "update_status":
                return _intent(function, id=task_id, status=self._status())
            case "update_node":
                uid = f"{self._client}-{self._steps}"
                return _intent(function, id=task_id, node=self._random.choice(_NODES), uid=uid, status=self._status())
            case "set_error":
                return _intent(function, id=task_id, error=self._random.choice((None, "", f"e{self._steps} ✗")))
            case "list":
                return _intent(
                    function,
                    status=self._random.choice((None, None, "enqueued", "processing")),
                    limit=self._random.choice((None, None, 1, 2)),
                    offset=self._random.choice((None, 0, 1)),
                )
            case "prune":
                return _intent(function, before=self._random.choice(_CREATED_AT))
        return _intent(function, id=task_id)

    def _insert(self, task_id: str) -> Intent:
        nodes = self._random.sample(_NODES, self._random.randint(0, len(_NODES)))
        node_tasks: Json = {node: {"uid": f"u{self._steps}", "status": "enqueued"} for node in nodes}
        return _intent(
            "insert",
            id=task_id,
            created_at=self._random.choice(_CREATED_AT),
            status=self._random.choice(("enqueued", "processing")),
            node_tasks=node_tasks,
            error=None,
        )

    def _status(self) -> str:
        return self._random.choice(("enqueued", "processing", "processing", "succeeded", "failed", "canceled"))

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        """All else comes from the seed: ids are few enough to collide whatever was answered."""
        self._in_doubt = outcome is Outcome.UNKNOWN


class _ReadAll:
    """The whole table by list, and then row by row: a row without its index entry shows as a difference."""

    def __init__(self) -> None:
        self._ahead = [_READ_ALL]
        self._ahead += [_intent("get", id=task_id) for task_id in _IDS]

    def next(self) -> Intent | None:
        return self._ahead.pop(0) if self._ahead else None

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        """Nothing depends on the answers."""


def _intent(function: str, **arguments: Json) -> Intent:
    return Intent(TABLE, None, function, arguments)


_READ_ALL = _intent("list", status=None, limit=None, offset=None)

"""Table 1, `tasks`: the record of each accepted task and of its parts on the nodes.

Node tasks are a map from node to {uid, status}: the rule that a task is finished when all of its node tasks are
needs their statuses in the row.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.table import Argument, Function, Table

STATUSES = ("enqueued", "processing", "succeeded", "failed", "canceled")
TERMINAL_STATUSES = frozenset({"succeeded", "failed", "canceled"})

_SOURCE = "task-store contract, table 1 and what must hold, tasks"
_ID = Argument("id", "string")


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-TASKS-{number}", "tasks", level, sentence, _SOURCE)


TASKS = Table(
    name="tasks",
    key=None,
    functions=(
        Function(
            "insert",
            (
                _ID,
                Argument("created_at", "integer"),
                Argument("status", "string"),
                Argument("node_tasks", "object"),
                Argument("error", "string", nullable=True),
            ),
            ("boolean",),
            "Create a task; false where the id is taken.",
        ),
        Function("get", (_ID,), ("object", "null"), "The row, or null.", reads_only=True),
        Function(
            "update_status",
            (_ID, Argument("status", "string")),
            ("boolean",),
            "Set the status; false where there is no such task or its status is terminal.",
        ),
        Function(
            "update_node",
            (_ID, Argument("node", "string"), Argument("uid", "string"), Argument("status", "string")),
            ("boolean",),
            "Set the task of one node; finishes the task where all node tasks are finished; false without a row.",
        ),
        Function(
            "set_error",
            (_ID, Argument("error", "string", nullable=True)),
            ("boolean",),
            "Set the error; false where there is no such task.",
        ),
        Function(
            "list",
            (
                Argument("status", "string", nullable=True),
                Argument("limit", "integer", nullable=True),
                Argument("offset", "integer", nullable=True),
            ),
            ("array",),
            "The rows of a status (null: any), newest created_at first, equal ones by id; then offset and limit.",
            reads_only=True,
        ),
        Function("delete", (_ID,), ("boolean",), "Remove the row; false where there is none."),
        Function(
            "prune",
            (Argument("before", "integer"),),
            ("integer",),
            "Remove the tasks of terminal status created before the bound; how many.",
        ),
    ),
    clauses=(
        _clause(1, Level.SEQUENTIAL, "Ids are unique: a second insert is refused and changes nothing."),
        _clause(
            2,
            Level.CONCURRENT,
            "update_status, update_node and set_error touch their own field only, so concurrent ones all survive.",
        ),
        _clause(3, Level.SEQUENTIAL, "A terminal status is final."),
        _clause(
            4,
            Level.SEQUENTIAL,
            "When every node task is finished the task is finished: failed if any failed, else succeeded.",
        ),
        _clause(5, Level.SEQUENTIAL, "A list is newest first, and filters before it pages."),
        _clause(
            6,
            Level.SEQUENTIAL,
            "Prune removes terminal tasks older than the bound, all of them and only them.",
        ),
        _clause(7, Level.SEQUENTIAL, "A deleted task is gone: it is neither returned nor listed."),
    ),
)

"""Broken twins of table 1, `tasks`."""

from __future__ import annotations

from lawful.specs.expression import EXISTS, Literal
from lawful.specs.task_store.tasks import TASKS, TERMINAL_STATUSES
from lawful.specs.twin import (
    Twin,
    argument_of,
    assigning,
    body,
    changed,
    doing,
    field_of,
    guarded,
    without_case,
)

_status = field_of(TASKS, "status")
_created_at = field_of(TASKS, "created_at")
_node_tasks = field_of(TASKS, "node_tasks")
_before = argument_of(TASKS, "prune", "before")
_is_terminal = _status.is_in(TERMINAL_STATUSES)
_same_row = (
    _created_at.is_(argument_of(TASKS, "insert", "created_at"))
    & field_of(TASKS, "error").is_(argument_of(TASKS, "insert", "error"))
    & _status.is_(argument_of(TASKS, "insert", "status"))
    & _node_tasks.is_(argument_of(TASKS, "insert", "node_tasks"))
)
_ALL_FINISHED = "the task exists, and all of its node tasks are finished now"

TASKS_TWINS = (
    Twin(
        "second-insert-compares-rows",
        "TS-TASKS-1",
        "an insert is refused only where the very same row is there",
        changed(
            TASKS,
            "insert",
            guarded(
                "the id is taken",
                EXISTS & _same_row,
            ),
        ),
    ),
    Twin(
        "second-insert-overwrites",
        "TS-TASKS-1",
        "an insert replaces the row that has the id",
        changed(TASKS, "insert", without_case("the id is taken")),
    ),
    Twin(
        "retried-insert-takes-effect-twice",
        "TS-ALL-6",
        "an insert that is sent again is answered as the first one was",
        changed(TASKS, "insert", guarded("the id is taken", EXISTS & ~_same_row)),
    ),
    Twin(
        "set-error-restarts-the-task",
        "TS-TASKS-2",
        "set_error writes the status that every task begins with",
        changed(TASKS, "set_error", assigning("the task exists", status=Literal("enqueued"))),
    ),
    Twin(
        "update-node-clears-the-error",
        "TS-TASKS-2",
        "update_node writes the whole row, and knows no error",
        changed(TASKS, "update_node", assigning("the task exists", error=None)),
    ),
    Twin(
        "terminal-status-overwritten",
        "TS-TASKS-3",
        "update_status does not ask whether the status is terminal",
        changed(TASKS, "update_status", without_case("a terminal status is final")),
    ),
    Twin(
        "finished-nodes-leave-the-task-open",
        "TS-TASKS-4",
        "update_node does not look at the other nodes",
        changed(TASKS, "update_node", without_case(_ALL_FINISHED)),
    ),
    Twin(
        "failed-node-is-overlooked",
        "TS-TASKS-4",
        "a task whose nodes are finished has succeeded, whatever became of them",
        changed(TASKS, "update_node", assigning(_ALL_FINISHED, status=Literal("succeeded"))),
    ),
    Twin(
        "list-oldest-first",
        "TS-TASKS-5",
        "a list is in order of id",
        changed(TASKS, "list", body(descending=None)),
    ),
    Twin(
        "list-ignores-the-status",
        "TS-TASKS-5",
        "a list answers tasks of any status",
        changed(TASKS, "list", body(where=None)),
    ),
    Twin(
        "prune-ignores-status",
        "TS-TASKS-6",
        "prune removes tasks that are still running",
        changed(TASKS, "prune", body(where=_created_at.below(_before))),
    ),
    Twin(
        "prune-includes-the-bound",
        "TS-TASKS-6",
        "prune removes what was created at the bound itself",
        changed(TASKS, "prune", body(where=_is_terminal & _created_at.at_most(_before))),
    ),
    Twin(
        "delete-keeps-the-row",
        "TS-TASKS-7",
        "a delete is answered, and nothing is removed",
        changed(TASKS, "delete", doing("the task exists")),
    ),
)

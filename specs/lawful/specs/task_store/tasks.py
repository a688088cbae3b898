"""Table 1, `tasks`: the record of each accepted task and of its parts on the nodes.

Node tasks are a map from node to {uid, status}: the rule that a task is finished when all of its node tasks are
needs their statuses in the row.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import (
    EXISTED,
    EXISTS,
    Before,
    Conditional,
    EveryMember,
    Literal,
    SomeMember,
    WithMember,
    record,
)
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.function import (
    SHOWN,
    Blame,
    Case,
    Delete,
    DeleteRows,
    Function,
    ListRows,
    OnRow,
    case,
    insert,
    update,
)
from lawful.specs.property import StepProperty
from lawful.specs.table import Table

STATUSES = ("enqueued", "processing", "succeeded", "failed", "canceled")
TERMINAL_STATUSES = frozenset({"succeeded", "failed", "canceled"})

_SOURCE = "task-store contract, table 1 and what must hold, tasks"
_NODE_MEMBERS = ("uid", "status")

_task_id = Argument("id", "string", drawn=Drawn.IDENTITY)
_given_created_at = Argument("created_at", "integer", drawn=Drawn.AGE)
_given_status = Argument("status", "string", values=STATUSES)
_given_node_tasks = Argument("node_tasks", "object", members=_NODE_MEMBERS)
_given_error = Argument("error", "string", nullable=True)
_node = Argument("node", "string", drawn=Drawn.IDENTITY)
_uid = Argument("uid", "string")
_wanted_status = Argument("status", "string", nullable=True, values=STATUSES)
_limit = Argument("limit", "integer", nullable=True, drawn=Drawn.FEW)
_offset = Argument("offset", "integer", nullable=True, drawn=Drawn.FEW)
_before = Argument("before", "integer", drawn=Drawn.AGE)

_id = Field("id", "string")
_created_at = Field("created_at", "integer", clause="TS-TASKS-2")
_status = Field("status", "string", values=STATUSES, clause="TS-TASKS-2")
_node_tasks = Field("node_tasks", "object", clause="TS-TASKS-2")
_error = Field("error", "string", nullable=True, clause="TS-TASKS-2")

_updated_nodes = WithMember(_node_tasks, _node, record(uid=_uid, status=_given_status))
_finishes = ~_status.is_in(TERMINAL_STATUSES) & EveryMember(_updated_nodes, "status", tuple(sorted(TERMINAL_STATUSES)))
_succeeded = Literal("succeeded")
_outcome = Conditional(SomeMember(_updated_nodes, "status", ("failed",)), Literal("failed"), _succeeded)
_nodes_are_finished = EveryMember(_node_tasks, "status", tuple(sorted(TERMINAL_STATUSES)))
_has_nodes = SomeMember(_node_tasks, "status", STATUSES)
_is_old = _status.is_in(TERMINAL_STATUSES) & _created_at.below(_before)
_unchanged = (
    EXISTS
    & _created_at.is_(Before(_created_at))
    & _status.is_(Before(_status))
    & _node_tasks.is_(Before(_node_tasks))
    & _error.is_(Before(_error))
)
_absent = case(~EXISTS, False, "there is no such task", "TS-TASKS-7")


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-TASKS-{number}", "tasks", level, sentence, _SOURCE)


def _on_task(*cases: Case) -> OnRow:
    return OnRow((_absent, *cases))


TASKS = Table(
    name="tasks",
    number="1",
    meaning="The record of each accepted task and of its parts on the nodes.",
    key=None,
    row_key=(_id,),
    fields=(_created_at, _status, _node_tasks, _error),
    wrong_row="TS-TASKS-2",
    functions=(
        Function(
            "insert",
            (_task_id, _given_created_at, _given_status, _given_node_tasks, _given_error),
            ("boolean",),
            "Create a task; false where the id is taken.",
            OnRow(
                (
                    case(EXISTS, False, "the id is taken", "TS-TASKS-1"),
                    case(
                        None,
                        True,
                        "the id is free",
                        "TS-TASKS-1",
                        insert(
                            created_at=_given_created_at,
                            status=_given_status,
                            node_tasks=_given_node_tasks,
                            error=_given_error,
                        ),
                    ),
                )
            ),
            weight=24,
        ),
        Function(
            "get",
            (_task_id,),
            ("object", "null"),
            "The row, or null.",
            OnRow(
                (
                    case(~EXISTS, None, "there is no such task", "TS-TASKS-7"),
                    case(None, SHOWN, "a get answers the row as last written", "TS-TASKS-2"),
                )
            ),
            reads_only=True,
            weight=16,
            blames=(
                Blame(~EXISTS, "there is no task {id}: it was not inserted, or was deleted", "TS-TASKS-7"),
                Blame(
                    _status.is_in(TERMINAL_STATUSES) & _has_nodes & _nodes_are_finished,
                    "every node task of {id} is finished, so the task is {status}",
                    "TS-TASKS-4",
                    field="status",
                ),
                Blame(
                    _status.is_in(TERMINAL_STATUSES),
                    "the status of {id} was terminal: {status}",
                    "TS-TASKS-3",
                    field="status",
                ),
            ),
        ),
        Function(
            "update_status",
            (_task_id, _given_status),
            ("boolean",),
            "Set the status; false where there is no such task or its status is terminal.",
            _on_task(
                case(_status.is_in(TERMINAL_STATUSES), False, "a terminal status is final", "TS-TASKS-3"),
                case(None, True, "the status is not terminal", "TS-TASKS-3", update(status=_given_status)),
            ),
            weight=14,
        ),
        Function(
            "update_node",
            (_task_id, _node, _uid, _given_status),
            ("boolean",),
            "Set the task of one node; finishes the task where all node tasks are finished; false without a row.",
            _on_task(
                case(
                    _finishes,
                    True,
                    "the task exists, and all of its node tasks are finished now",
                    "TS-TASKS-4",
                    update(node_tasks=_updated_nodes, status=_outcome),
                ),
                case(None, True, "the task exists", "TS-TASKS-4", update(node_tasks=_updated_nodes)),
            ),
            weight=18,
        ),
        Function(
            "set_error",
            (_task_id, _given_error),
            ("boolean",),
            "Set the error; false where there is no such task.",
            _on_task(case(None, True, "the task exists", "TS-TASKS-2", update(error=_given_error))),
            weight=8,
        ),
        Function(
            "list",
            (_wanted_status, _limit, _offset),
            ("array",),
            "The rows of a status (null: any), newest created_at first, equal ones by id; then offset and limit.",
            ListRows(
                "a list answers every matching row, newest first, then pages",
                "TS-TASKS-5",
                where=_wanted_status.is_(None) | _status.is_(_wanted_status),
                descending=_created_at,
                limit=_limit,
                offset=_offset,
            ),
            reads_only=True,
        ),
        Function(
            "delete",
            (_task_id,),
            ("boolean",),
            "Remove the row; false where there is none.",
            _on_task(case(None, True, "the task exists", "TS-TASKS-7", Delete())),
            weight=6,
        ),
        Function(
            "prune",
            (_before,),
            ("integer",),
            "Remove the tasks of terminal status created before the bound; how many.",
            DeleteRows(
                "prune removes the terminal tasks older than the bound",
                "TS-TASKS-6",
                where=_is_old,
            ),
            weight=4,
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
    properties=(
        StepProperty(
            "TS-TASKS-3",
            "A terminal status stays.",
            ~EXISTED | ~EXISTS | ~Before(_status).is_in(TERMINAL_STATUSES) | _status.is_(Before(_status)),
        ),
        StepProperty(
            "TS-TASKS-2",
            "Updating the status leaves node tasks and error alone.",
            ~EXISTED | (_node_tasks.is_(Before(_node_tasks)) & _error.is_(Before(_error))),
            of=("update_status",),
        ),
        StepProperty(
            "TS-TASKS-2",
            "Updating a node leaves the error alone.",
            ~EXISTED | _error.is_(Before(_error)),
            of=("update_node",),
        ),
        StepProperty(
            "TS-TASKS-2",
            "Setting the error leaves status and node tasks alone.",
            ~EXISTED | (_node_tasks.is_(Before(_node_tasks)) & _status.is_(Before(_status))),
            of=("set_error",),
        ),
        StepProperty(
            "TS-TASKS-6",
            "Prune removes no task that is not terminal.",
            ~EXISTED | EXISTS | Before(_status).is_in(TERMINAL_STATUSES),
            of=("prune",),
        ),
        StepProperty(
            "TS-TASKS-6",
            "Prune removes no task that is not older than the bound, and leaves no terminal one that is.",
            ~EXISTED
            | (EXISTS & ~(Before(_status).is_in(TERMINAL_STATUSES) & Before(_created_at).below(_before)))
            | (~EXISTS & Before(_created_at).below(_before)),
            of=("prune",),
        ),
        StepProperty("TS-TASKS-1", "An insert changes no task that is there.", ~EXISTED | _unchanged, of=("insert",)),
        StepProperty(
            "TS-TASKS-4",
            "A task whose node tasks are all finished by an update is finished: failed if any failed.",
            ~EXISTED
            | _node_tasks.is_(Before(_node_tasks))
            | Before(_status).is_in(TERMINAL_STATUSES)
            | ~_nodes_are_finished
            | _status.is_(Conditional(SomeMember(_node_tasks, "status", ("failed",)), Literal("failed"), _succeeded)),
            of=("update_node",),
        ),
        StepProperty(
            "TS-TASKS-4",
            "An update of a node leaves the status alone while node tasks are not all finished.",
            ~EXISTED | _status.is_(Before(_status)) | _nodes_are_finished,
            of=("update_node",),
        ),
        StepProperty(
            "TS-TASKS-7",
            "A delete removes the task that it names, and no other.",
            ~EXISTED | (~EXISTS & Before(_id).is_(_task_id)) | (EXISTS & ~_id.is_(_task_id)),
            of=("delete",),
        ),
        StepProperty(
            "TS-TASKS-2",
            "The time of creation never changes.",
            _created_at.is_(Before(_created_at)) | ~EXISTED | ~EXISTS,
        ),
    ),
)

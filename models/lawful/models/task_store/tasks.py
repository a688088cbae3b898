"""Table `tasks` of the task store (clauses TS-TASKS-n): rows with a life cycle, listed and pruned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lawful.models.history import Operation
from lawful.models.model import (
    Call,
    Refusal,
    Transition,
    UnknownCall,
    Window,
    argument,
    integer_argument,
    text_argument,
    unknown_call,
)
from lawful.models.rows import Rows
from lawful.models.sources import Shown
from lawful.models.values import Json, canonical, identical
from lawful.models.wording import value_text
from lawful.specs.task_store.tasks import STATUSES, TASKS, TERMINAL_STATUSES


class NodeTask(NamedTuple):
    """The part of a task on one node."""

    uid: str
    status: str


class Task(NamedTuple):
    """A row."""

    created_at: int
    status: str
    node_tasks: tuple[tuple[str, NodeTask], ...]
    """In order of node."""
    error: str | None

    def __str__(self) -> str:
        nodes = ", ".join(f"{node} {node_task.status}" for node, node_task in self.node_tasks)
        return f"{self.status}, created at {self.created_at}, nodes: {nodes or 'none'}, error: {self.error}"


_Source = tuple[str, str, str]
"""What a value of a row is supplied as: the field, the row, the value."""

Tasks = Rows[Task]
Steps = tuple[Transition[Tasks], ...]


@dataclass(frozen=True, slots=True)
class TasksModel:
    """The whole table is one object: `list` and `prune` see all rows at one instant."""

    name: str = "tasks"

    def initial(self) -> Tasks:
        return Tasks()

    def step(self, state: Tasks, call: Call) -> Steps:
        match call.function:
            case "insert":
                return _insert(state, call)
            case "get":
                return _get(state, call)
            case "update_status":
                return _update_status(state, call)
            case "update_node":
                return _update_node(state, call)
            case "set_error":
                return _set_error(state, call)
            case "list":
                return _list(state, call)
            case "delete":
                return _delete(state, call)
            case "prune":
                return _prune(state, call)
        raise unknown_call("tasks", call, [function.name for function in TASKS.functions])

    def had_no_effect(self, operation: Operation) -> bool:
        return operation.result is False or operation.function in ("get", "list")

    def rows(self, operation: Operation) -> frozenset[str]:
        row = operation.arguments.get("id")
        return frozenset({row} if isinstance(row, str) else ())

    def projected(self, operation: Operation, row: str) -> Operation | None:
        """Lists go, as they look at other rows; a prune may have removed this row, however many it removed."""
        if operation.function == "prune":
            return operation.weakened()
        return operation if row in self.rows(operation) else None

    def supplied_at_first(self) -> Iterable[_Source]:
        return ()

    def supplied(self, operation: Operation) -> Iterable[_Source]:
        return () if operation.result is False else _supplied(operation)

    def shown(self, operation: Operation) -> Iterable[Shown]:
        if operation.function == "get":
            return _shown_by(operation.result)
        if operation.function == "list" and isinstance(operation.result, Sequence):
            return (one for row in operation.result for one in _shown_by(row))
        row = operation.arguments.get("id")
        changed = operation.result is True and operation.function != "insert" and isinstance(row, str)
        return (_shown_task(str(row)),) if changed else ()

    def refusal(self, state: Tasks, call: Call, reply: Json, window: Window) -> Refusal | None:
        """What is wrong with a row or a list: a row is missing, extra, or differs in a field."""
        if call.function == "get":
            task_id = text_argument(call, "id")
            return _wrong_row(task_id, state.get(task_id), reply)
        if call.function == "list" and isinstance(reply, Sequence) and not isinstance(reply, str):
            return _wrong_list(state, call, reply)
        if call.function == "insert" and reply is True:
            return _retried_insert(state, call)
        return None


def _insert(state: Tasks, call: Call) -> Steps:
    task_id = text_argument(call, "id")
    if state.get(task_id) is not None:
        return (Transition(False, state, "the id is taken", "TS-TASKS-1"),)
    return (Transition(True, state.put(task_id, _inserted(call)), "the id is free", "TS-TASKS-1"),)


def _inserted(call: Call) -> Task:
    error = argument(call, "error")
    return Task(
        integer_argument(call, "created_at"),
        _status(call),
        _node_tasks(argument(call, "node_tasks")),
        None if error is None else text_argument(call, "error"),
    )


def _get(state: Tasks, call: Call) -> Steps:
    task_id = text_argument(call, "id")
    task = state.get(task_id)
    if task is None:
        return (Transition(None, state, "there is no such task", "TS-TASKS-7"),)
    return (Transition(_shown(task_id, task), state, "a get answers the row as last written", "TS-TASKS-2"),)


def _update_status(state: Tasks, call: Call) -> Steps:
    task_id = text_argument(call, "id")
    task = state.get(task_id)
    if task is None:
        return (Transition(False, state, "there is no such task", "TS-TASKS-7"),)
    if task.status in TERMINAL_STATUSES:
        return (Transition(False, state, "a terminal status is final", "TS-TASKS-3"),)
    changed = state.put(task_id, task._replace(status=_status(call)))
    return (Transition(True, changed, "the status is not terminal", "TS-TASKS-3"),)


def _update_node(state: Tasks, call: Call) -> Steps:
    task_id = text_argument(call, "id")
    task = state.get(task_id)
    if task is None:
        return (Transition(False, state, "there is no such task", "TS-TASKS-7"),)
    nodes = dict(task.node_tasks)
    nodes[text_argument(call, "node")] = NodeTask(text_argument(call, "uid"), _status(call))
    changed = task._replace(node_tasks=tuple(sorted(nodes.items())))
    statuses = {node_task.status for node_task in nodes.values()}
    if task.status not in TERMINAL_STATUSES and statuses <= TERMINAL_STATUSES:
        changed = changed._replace(status="failed" if "failed" in statuses else "succeeded")
    return (Transition(True, state.put(task_id, changed), "the task exists", "TS-TASKS-4"),)


def _set_error(state: Tasks, call: Call) -> Steps:
    task_id = text_argument(call, "id")
    task = state.get(task_id)
    if task is None:
        return (Transition(False, state, "there is no such task", "TS-TASKS-7"),)
    error = argument(call, "error")
    changed = task._replace(error=None if error is None else text_argument(call, "error"))
    return (Transition(True, state.put(task_id, changed), "the task exists", "TS-TASKS-2"),)


def _list(state: Tasks, call: Call) -> Steps:
    because = "a list answers every matching row, newest first, then pages"
    return (Transition(_page(state, call), state, because, "TS-TASKS-5"),)


def _page(state: Tasks, call: Call) -> list[Json]:
    status = argument(call, "status")
    rows = [(task_id, task) for task_id, task in state.items() if status is None or task.status == status]
    rows.sort(key=lambda row: -row[1].created_at)  # stable: rows of equal age stay in order of id
    offset = 0 if argument(call, "offset") is None else integer_argument(call, "offset")
    limit = None if argument(call, "limit") is None else integer_argument(call, "limit")
    page = rows[offset:] if limit is None else rows[offset : offset + limit]
    return [_shown(task_id, task) for task_id, task in page]


def _delete(state: Tasks, call: Call) -> Steps:
    task_id = text_argument(call, "id")
    if state.get(task_id) is None:
        return (Transition(False, state, "there is no such task", "TS-TASKS-7"),)
    return (Transition(True, state.without(task_id), "the task exists", "TS-TASKS-7"),)


def _prune(state: Tasks, call: Call) -> Steps:
    before = integer_argument(call, "before")
    pruned = 0
    kept = state
    for task_id, task in state.items():
        if task.status in TERMINAL_STATUSES and task.created_at < before:
            kept = kept.without(task_id)
            pruned += 1
    return (Transition(pruned, kept, "prune removes the terminal tasks older than the bound", "TS-TASKS-6"),)


def _status(call: Call) -> str:
    status = text_argument(call, "status")
    if status not in STATUSES:
        raise UnknownCall(f"{status!r} is no status of a task; known: {', '.join(STATUSES)}")
    return status


def _node_tasks(value: Json) -> tuple[tuple[str, NodeTask], ...]:
    if not isinstance(value, Mapping):
        raise UnknownCall(f"node_tasks must be an object from node to uid and status, not {value!r}")
    nodes: list[tuple[str, NodeTask]] = []
    for node, node_task in sorted(value.items()):
        if not isinstance(node_task, Mapping) or node_task.keys() != {"uid", "status"}:
            raise UnknownCall(f"the node task of {node!r} must have uid and status, not {node_task!r}")
        nodes.append((node, NodeTask(str(node_task["uid"]), str(node_task["status"]))))
    return tuple(nodes)


def _shown(task_id: str, task: Task) -> Json:
    return {
        "id": task_id,
        "created_at": task.created_at,
        "status": task.status,
        "node_tasks": {node: {"uid": part.uid, "status": part.status} for node, part in task.node_tasks},
        "error": task.error,
    }


def _retried_insert(state: Tasks, call: Call) -> Refusal | None:
    task_id = text_argument(call, "id")
    if state.get(task_id) != _inserted(call):
        return None
    return Refusal(f"{task_id} was inserted before, exactly like this: a retry takes effect once", "TS-ALL-6")


def _wrong_row(task_id: str, task: Task | None, reply: Json) -> Refusal | None:
    if task is None:
        return Refusal(f"there is no task {task_id}: it was not inserted, or was deleted", "TS-TASKS-7")
    if not isinstance(reply, Mapping):
        return Refusal(f"the task {task_id} was inserted and not removed since", "TS-ALL-3")
    shown = _shown(task_id, task)
    assert isinstance(shown, Mapping)
    wrong = [field for field, value in shown.items() if not identical(value, reply.get(field))]
    if wrong == ["status"] and task.status in TERMINAL_STATUSES:
        if task.node_tasks and _node_statuses(task) <= TERMINAL_STATUSES:
            return Refusal(f"every node task of {task_id} is finished, so the task is {task.status}", "TS-TASKS-4")
        return Refusal(f"the status of {task_id} was terminal: {task.status}", "TS-TASKS-3")
    return Refusal(f"other than last written: {', '.join(wrong) or 'further fields'} of {task_id}", "TS-TASKS-2")


def _wrong_list(state: Tasks, call: Call, reply: Sequence[Json]) -> Refusal:
    shown = {canonical(row) for row in reply}
    existing = {canonical(_shown(task_id, task)) for task_id, task in state.items()}
    if not shown <= existing:
        return Refusal(f"{len(shown - existing)} of the rows do not exist, or not like this", "TS-ALL-2")
    pages = argument(call, "limit") is not None or bool(argument(call, "offset"))
    right = {canonical(row) for row in _page(state, call)}
    if shown == right or pages or not shown <= right:
        return Refusal("these are rows of the table, but not the right ones in the right order", "TS-TASKS-5")
    return Refusal(f"the list lacks {len(right - shown)} rows of the table", "TS-ALL-2")


def _node_statuses(task: Task) -> set[str]:
    return {node_task.status for _, node_task in task.node_tasks}


def _supplied(operation: Operation) -> Iterator[_Source]:
    """What a call that takes effect may write."""
    given = operation.arguments
    row = canonical(given.get("id"))
    if operation.function == "insert":
        yield "id", row, ""
        yield "created_at", row, canonical(given.get("created_at"))
        nodes = given.get("node_tasks")
        if isinstance(nodes, Mapping):
            yield from (("node_tasks", row, canonical({node: part})) for node, part in nodes.items())
    if operation.function in ("insert", "set_error"):
        yield "error", row, canonical(given.get("error"))
    if operation.function == "update_node":
        part: Json = {"uid": given.get("uid"), "status": given.get("status")}
        yield "node_tasks", row, canonical({str(given.get("node")): part})


def _shown_by(row: Json) -> Iterator[Shown]:
    """What a row of an answer shows. A status may follow from those of the nodes, so it is not looked at."""
    task_id = row.get("id") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or not isinstance(task_id, str):
        return
    yield _shown_task(task_id)
    for field in ("created_at", "error"):
        if field in row:
            yield _shown_field(task_id, field, row[field])
    nodes = row.get("node_tasks")
    if isinstance(nodes, Mapping):
        for node, part in nodes.items():
            yield _shown_field(task_id, "node_tasks", {node: part})


def _shown_task(task_id: str) -> Shown:
    return Shown((("id", canonical(task_id), ""),), f"the task {value_text(task_id)}")


def _shown_field(task_id: str, field: str, value: Json) -> Shown:
    text = f"{field} {value_text(value)} of {value_text(task_id)}"
    return Shown(((field, canonical(task_id), canonical(value)),), text, "TS-ALL-5")

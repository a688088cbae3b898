"""Inserting a row that is listed: the row is a hash and its entry stands in an index set beside it.

In SQLite the two are one row, and one statement.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.primitives.command import Program, Script, pairs
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import (
    EVAL,
    EXEC,
    EXISTS,
    HGETALL,
    HSET,
    MULTI,
    SADD,
    SMEMBERS,
    UNWATCH,
    WATCH,
)
from lawful.models.primitives.sqlite import SqliteModel
from lawful.models.primitives.sqlite_statements import INSERT, SELECT, SELECT_ALL
from lawful.models.protocols.protocol import Invocation, Operations, Protocol, Variant
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

INDEX = "tasks:_index"


def row_key(id: str) -> str:
    return f"tasks:{id}"


def row_then_index(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    if (yield EXISTS(row_key(id))) == 1:
        return False
    yield HSET(row_key(id), "created_at", created_at, "status", status)
    yield SADD(INDEX, id)
    return True


def index_then_row(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    if (yield SADD(INDEX, id)) == 0:
        return False
    yield HSET(row_key(id), "created_at", created_at, "status", status)
    return True


def multi(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    if (yield EXISTS(row_key(id))) == 1:
        return False
    yield MULTI()
    yield HSET(row_key(id), "created_at", created_at, "status", status)
    yield SADD(INDEX, id)
    yield EXEC()
    return True


def watch(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    yield WATCH(row_key(id))
    if (yield EXISTS(row_key(id))) == 1:
        yield UNWATCH()
        return False
    yield MULTI()
    yield HSET(row_key(id), "created_at", created_at, "status", status)
    yield SADD(INDEX, id)
    return (yield EXEC()) is not None


def _insert_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if (yield EXISTS(keys[0])) == 1:
        return 0
    yield HSET(keys[0], "created_at", arguments[1], "status", arguments[2])
    yield SADD(keys[1], arguments[0])
    return 1


INSERT_TASK = Script(
    "insert.lua",
    """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'created_at', ARGV[2], 'status', ARGV[3])
redis.call('SADD', KEYS[2], ARGV[1])
return 1
""",
    _insert_body,
)


def lua(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    return (yield EVAL(INSERT_TASK, (row_key(id), INDEX), id, created_at, status)) == 1


def list_tasks(status: str | None, limit: int | None, offset: int | None) -> Program:
    rows = []
    for id in (yield SMEMBERS(INDEX)):
        rows.append(_shown(id, pairs((yield HGETALL(row_key(id))))))
    return rows


def select_insert(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    if (yield SELECT("tasks", id)) is not None:
        return False
    yield INSERT("tasks", id, created_at=created_at, status=status)
    return True


def insert(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    return (yield INSERT("tasks", id, created_at=created_at, status=status)) == 1


def select_all(status: str | None, limit: int | None, offset: int | None) -> Program:
    return [_shown(row["id"], row) for row in map(pairs, (yield SELECT_ALL("tasks")))]


def _shown(id: str, row: dict[str, Json]) -> Json:
    created_at = row.get("created_at")
    return {
        "id": id,
        "created_at": None if created_at is None else int(str(created_at)),
        "status": row.get("status"),
        "node_tasks": {},
        "error": None,
    }


def _inserts_and_lists(client: str) -> Sequence[Invocation]:
    task: dict[str, Json] = {"id": "t-1", "created_at": 5, "status": "enqueued", "node_tasks": {}, "error": None}
    return (
        Invocation("insert", task),
        Invocation("list", {"status": None, "limit": None, "offset": None}),
    )


_REDIS = RedisModel()
_SQLITE = SqliteModel()
_LIST: Operations = {"list": list_tasks}

TASKS_INSERT = Protocol(
    name="tasks-insert",
    title="insert a row and its entry in the index, once",
    object="tasks",
    model=lambda clock_error_ns: model_of(TABLES["tasks"]),
    roles=(_inserts_and_lists,),
    audit=(Invocation("list", {"status": None, "limit": None, "offset": None}),),
    schema={"tasks": ("created_at", "status")},
    variants=(
        Variant(
            "row-then-index",
            "HSET the row, then SADD its entry",
            _REDIS,
            {**_LIST, "insert": row_then_index},
            loses="a row is there, and no list shows it",
        ),
        Variant(
            "index-then-row",
            "SADD the entry, then HSET the row",
            _REDIS,
            {**_LIST, "insert": index_then_row},
            loses="a list shows an entry without its row",
        ),
        Variant(
            "multi",
            "EXISTS, then both within MULTI",
            _REDIS,
            {**_LIST, "insert": multi},
            loses="two inserts of one id both find it free",
        ),
        Variant("watch", "WATCH, EXISTS, both within MULTI", _REDIS, {**_LIST, "insert": watch}),
        Variant("lua", "EXISTS and both in one script", _REDIS, {**_LIST, "insert": lua}),
        Variant(
            "select-insert",
            "SELECT, then INSERT OR IGNORE without a look at the count",
            _SQLITE,
            {"list": select_all, "insert": select_insert},
            loses="two inserts of one id both find it free",
        ),
        Variant(
            "insert", "INSERT OR IGNORE, which says whether it did", _SQLITE, {"list": select_all, "insert": insert}
        ),
    ),
)

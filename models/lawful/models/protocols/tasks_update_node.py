"""Changing one entry of a map: node tasks are JSON text in one field, and two clients change different nodes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lawful.models.primitives.command import Failed, Program, pairs
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import EXEC, HGET, HGETALL, HSET, MULTI, WATCH
from lawful.models.primitives.sqlite import BUSY, SqliteModel
from lawful.models.primitives.sqlite_statements import (
    BEGIN_DEFERRED,
    BEGIN_IMMEDIATE,
    COMMIT,
    INSERT,
    ROLLBACK,
    SELECT,
    UPDATE,
)
from lawful.models.protocols.protocol import Invocation, Operations, Protocol, Variant
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json, canonical
from lawful.specs.task_store import TABLES

ROW = "tasks:t-1"
REFUSED = Failed("the database is locked")


def _changed(text: str, node: str, uid: str, status: str) -> str:
    return canonical({**json.loads(text), node: {"uid": uid, "status": status}})


def insert(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    yield HSET(ROW, "created_at", created_at, "status", status, "node_tasks", canonical(node_tasks))
    return True


def get(id: str) -> Program:
    return _shown(id, pairs((yield HGETALL(ROW))))


def get_set(id: str, node: str, uid: str, status: str) -> Program:
    text = yield HGET(ROW, "node_tasks")
    yield HSET(ROW, "node_tasks", _changed(text, node, uid, status))
    return True


def watch(id: str, node: str, uid: str, status: str) -> Program:
    while True:
        yield WATCH(ROW)
        text = yield HGET(ROW, "node_tasks")
        yield MULTI()
        yield HSET(ROW, "node_tasks", _changed(text, node, uid, status))
        if (yield EXEC()) is not None:
            return True


def insert_fields(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    yield HSET(ROW, "created_at", created_at, "status", status)
    return True


def get_fields(id: str) -> Program:
    row = pairs((yield HGETALL(ROW)))
    nodes = {name.removeprefix("node:"): json.loads(row[name]) for name in row if name.startswith("node:")}
    return _shown(id, {**row, "node_tasks": canonical(nodes)})


def field_per_node(id: str, node: str, uid: str, status: str) -> Program:
    yield HSET(ROW, f"node:{node}", canonical({"uid": uid, "status": status}))
    return True


def insert_row(id: str, created_at: int, status: str, node_tasks: Json, error: str | None) -> Program:
    return (yield INSERT("tasks", id, created_at=created_at, status=status, node_tasks=canonical(node_tasks))) == 1


def select(id: str) -> Program:
    return _shown(id, pairs((yield SELECT("tasks", id))))


def autocommit(id: str, node: str, uid: str, status: str) -> Program:
    row = pairs((yield SELECT("tasks", id)))
    yield UPDATE("tasks", id, {"node_tasks": _changed(row["node_tasks"], node, uid, status)})
    return True


def begin_after_read(id: str, node: str, uid: str, status: str) -> Program:
    row = pairs((yield SELECT("tasks", id)))
    yield BEGIN_IMMEDIATE()
    yield UPDATE("tasks", id, {"node_tasks": _changed(row["node_tasks"], node, uid, status)})
    yield COMMIT()
    return True


def deferred(id: str, node: str, uid: str, status: str) -> Program:
    yield BEGIN_DEFERRED()
    row = pairs((yield SELECT("tasks", id)))
    if (yield UPDATE("tasks", id, {"node_tasks": _changed(row["node_tasks"], node, uid, status)})) == BUSY:
        yield ROLLBACK()
        return REFUSED
    yield COMMIT()
    return True


def deferred_retry_write(id: str, node: str, uid: str, status: str) -> Program:
    yield BEGIN_DEFERRED()
    row = pairs((yield SELECT("tasks", id)))
    changes = {"node_tasks": _changed(row["node_tasks"], node, uid, status)}
    if (yield UPDATE("tasks", id, changes)) == BUSY:
        yield ROLLBACK()
        yield UPDATE("tasks", id, changes)
        return True
    yield COMMIT()
    return True


def deferred_retry_all(id: str, node: str, uid: str, status: str) -> Program:
    """The second attempt takes the lock first: two that both begin deferred again may refuse each other for ever."""
    done = yield from deferred(id, node, uid, status)
    if done == REFUSED:
        return (yield from immediate(id, node, uid, status))
    return done


def immediate(id: str, node: str, uid: str, status: str) -> Program:
    yield BEGIN_IMMEDIATE()
    row = pairs((yield SELECT("tasks", id)))
    yield UPDATE("tasks", id, {"node_tasks": _changed(row["node_tasks"], node, uid, status)})
    yield COMMIT()
    return True


def conditional(id: str, node: str, uid: str, status: str) -> Program:
    while True:
        text = pairs((yield SELECT("tasks", id)))["node_tasks"]
        changes = {"node_tasks": _changed(text, node, uid, status)}
        if (yield UPDATE("tasks", id, changes, {"node_tasks": text})) == 1:
            return True


def _shown(id: str, row: dict[str, Json]) -> Json:
    return {
        "id": id,
        "created_at": int(str(row["created_at"])),
        "status": row["status"],
        "node_tasks": json.loads(str(row["node_tasks"])),
        "error": None,
    }


def _updates_a_node(client: str) -> Sequence[Invocation]:
    return (Invocation("update_node", {"id": "t-1", "node": client, "uid": "u", "status": "processing"}),)


_REDIS = RedisModel()
_SQLITE = SqliteModel()
_HASH: Operations = {"insert": insert, "get": get}
_TABLE: Operations = {"insert": insert_row, "get": select}

TASKS_UPDATE_NODE = Protocol(
    name="tasks-update-node",
    title="change one entry of a JSON column",
    object="tasks",
    model=lambda clock_error_ns: model_of(TABLES["tasks"]),
    setup=(
        Invocation("insert", {"id": "t-1", "created_at": 5, "status": "enqueued", "node_tasks": {}, "error": None}),
    ),
    roles=(_updates_a_node,),
    audit=(Invocation("get", {"id": "t-1"}),),
    schema={"tasks": ("created_at", "status", "node_tasks")},
    variants=(
        Variant(
            "get-set",
            "HGET the text, HSET it changed",
            _REDIS,
            {**_HASH, "update_node": get_set},
            loses="of two nodes one is lost",
        ),
        Variant(
            "watch", "WATCH, HGET, MULTI, HSET, EXEC; again when EXEC refuses", _REDIS, {**_HASH, "update_node": watch}
        ),
        Variant(
            "field-per-node",
            "a field of the hash for each node",
            _REDIS,
            {"insert": insert_fields, "get": get_fields, "update_node": field_per_node},
        ),
        Variant(
            "autocommit",
            "SELECT, then UPDATE, each by itself",
            _SQLITE,
            {**_TABLE, "update_node": autocommit},
            loses="of two nodes one is lost",
        ),
        Variant(
            "begin-after-read",
            "SELECT, then BEGIN IMMEDIATE, UPDATE",
            _SQLITE,
            {**_TABLE, "update_node": begin_after_read},
            loses="what was decided on was read before the transaction",
        ),
        Variant(
            "deferred", "BEGIN DEFERRED, SELECT, UPDATE; fails when busy", _SQLITE, {**_TABLE, "update_node": deferred}
        ),
        Variant(
            "deferred-retry-write",
            "the same, but only the UPDATE is done again when busy",
            _SQLITE,
            {**_TABLE, "update_node": deferred_retry_write},
            loses="what was decided on is out of date by the second attempt",
        ),
        Variant(
            "deferred-retry-all",
            "the same, but all of it is done again when busy",
            _SQLITE,
            {**_TABLE, "update_node": deferred_retry_all},
        ),
        Variant("immediate", "BEGIN IMMEDIATE, SELECT, UPDATE", _SQLITE, {**_TABLE, "update_node": immediate}),
        Variant(
            "conditional",
            "SELECT, then UPDATE where the text is as it was read; else again",
            _SQLITE,
            {**_TABLE, "update_node": conditional},
        ),
    ),
)

"""Compare-and-set on one row: the flip of an alias, and the advance of a change-data-capture cursor.

Both are judged as a register with compare-and-set. A cursor is an integer; an alias is a hash with a target and a
version, which two commands write where they are not held together.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.cas_register import CasRegister
from lawful.models.primitives.command import Failed, Program, Script, pairs
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import (
    EVAL,
    EXEC,
    GET,
    HGET,
    HGETALL,
    HINCRBY,
    HSET,
    INCRBY,
    MULTI,
    SET,
    UNWATCH,
    WATCH,
)
from lawful.models.primitives.sqlite import BUSY, SqliteModel
from lawful.models.primitives.sqlite_statements import BEGIN_DEFERRED, COMMIT, INSERT, ROLLBACK, SELECT, UPDATE
from lawful.models.protocols.protocol import Invocation, Operations, Protocol, Variant
from lawful.models.values import Json

CURSOR = "cdc_cursor:sink:index"
ALIAS = "aliases:a"
REFUSED = Failed("the database is locked")


def read_cursor(*_: object) -> Program:
    return int((yield GET(CURSOR)) or 0)


def cursor_get_set(old: int, new: int) -> Program:
    if int((yield GET(CURSOR)) or 0) != old:
        return False
    yield SET(CURSOR, new)
    return True


def cursor_incrby(old: int, new: int) -> Program:
    if int((yield GET(CURSOR)) or 0) != old:
        return False
    yield INCRBY(CURSOR, new - old)
    return True


def cursor_watch(old: int, new: int) -> Program:
    yield WATCH(CURSOR)
    if int((yield GET(CURSOR)) or 0) != old:
        yield UNWATCH()
        return False
    yield MULTI()
    yield SET(CURSOR, new)
    return (yield EXEC()) is not None


def _advance_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if ((yield GET(keys[0])) or "0") != str(arguments[0]):
        return 0
    yield SET(keys[0], arguments[1])
    return 1


ADVANCE = Script(
    "advance.lua",
    """
if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
""",
    _advance_body,
)


def cursor_lua(old: int, new: int) -> Program:
    return (yield EVAL(ADVANCE, (CURSOR,), old, new)) == 1


def select_cursor(*_: object) -> Program:
    row = yield SELECT("cursors", "c")
    return 0 if row is None else int(pairs(row)["seq"])


def cursor_autocommit(old: int, new: int) -> Program:
    row = yield SELECT("cursors", "c")
    if row is None:
        return (yield INSERT("cursors", "c", seq=new)) == 1
    if pairs(row)["seq"] != old:
        return False
    yield UPDATE("cursors", "c", {"seq": new})
    return True


def cursor_conditional(old: int, new: int) -> Program:
    if old == 0 and (yield INSERT("cursors", "c", seq=new)) == 1:
        return True
    return (yield UPDATE("cursors", "c", {"seq": new}, {"seq": old})) == 1


def cursor_deferred(old: int, new: int) -> Program:
    yield BEGIN_DEFERRED()
    row = yield SELECT("cursors", "c")
    if (0 if row is None else pairs(row)["seq"]) != old:
        yield ROLLBACK()
        return False
    written = (yield INSERT("cursors", "c", seq=new)) if row is None else (yield UPDATE("cursors", "c", {"seq": new}))
    if written == BUSY:
        yield ROLLBACK()
        return REFUSED
    yield COMMIT()
    return True


def alias(target: str, version: int) -> Json:
    return {"target": target, "version": version}


def read_alias(*_: object) -> Program:
    row = pairs((yield HGETALL(ALIAS)))
    return alias(row["target"], int(row["version"])) if row else None


def create_alias(value: dict[str, Json]) -> Program:
    yield HSET(ALIAS, "target", value["target"], "version", value["version"])
    return None


def flip_get_set(old: dict[str, Json], new: dict[str, Json]) -> Program:
    if (yield HGET(ALIAS, "version")) != str(old["version"]):
        return False
    yield HSET(ALIAS, "target", new["target"], "version", new["version"])
    return True


def flip_hincrby(old: dict[str, Json], new: dict[str, Json]) -> Program:
    """The version says who was first, but it is written before the target."""
    if (yield HINCRBY(ALIAS, "version", 1)) != new["version"]:
        yield HINCRBY(ALIAS, "version", -1)
        return False
    yield HSET(ALIAS, "target", new["target"])
    return True


def flip_multi(old: dict[str, Json], new: dict[str, Json]) -> Program:
    if (yield HGET(ALIAS, "version")) != str(old["version"]):
        return False
    yield MULTI()
    yield HSET(ALIAS, "target", new["target"])
    yield HSET(ALIAS, "version", new["version"])
    yield EXEC()
    return True


def flip_watch(old: dict[str, Json], new: dict[str, Json]) -> Program:
    yield WATCH(ALIAS)
    if (yield HGET(ALIAS, "version")) != str(old["version"]):
        yield UNWATCH()
        return False
    yield MULTI()
    yield HSET(ALIAS, "target", new["target"])
    yield HSET(ALIAS, "version", new["version"])
    return (yield EXEC()) is not None


def _flip_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if (yield HGET(keys[0], "version")) != str(arguments[0]):
        return 0
    yield HSET(keys[0], "target", arguments[1], "version", arguments[2])
    return 1


FLIP = Script(
    "flip.lua",
    """
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'target', ARGV[2], 'version', ARGV[3])
return 1
""",
    _flip_body,
)


def flip_lua(old: dict[str, Json], new: dict[str, Json]) -> Program:
    return (yield EVAL(FLIP, (ALIAS,), str(old["version"]), str(new["target"]), str(new["version"]))) == 1


def _advances_by_one(client: str) -> Sequence[Invocation]:
    return (Invocation("cas", {"old": 5, "new": 6}),)


def _advances_by_two(client: str) -> Sequence[Invocation]:
    return (Invocation("cas", {"old": 5, "new": 7}),)


def _flips(client: str) -> Sequence[Invocation]:
    return (Invocation("cas", {"old": alias("old", 1), "new": alias(client, 2)}), Invocation("read", {}))


_REDIS = RedisModel()
_SQLITE = SqliteModel()
_CURSOR: Operations = {"read": read_cursor}
_ROW: Operations = {"read": select_cursor}
_ALIAS: Operations = {"read": read_alias, "write": create_alias}

CURSOR_ADVANCE = Protocol(
    name="cursor-advance",
    title="move a cursor on from where it was read",
    object="cdc_cursors",
    model=lambda clock_error_ns: CasRegister(0),
    setup=(Invocation("cas", {"old": 0, "new": 5}),),
    roles=(_advances_by_one, _advances_by_two),
    audit=(Invocation("read", {}),),
    schema={"cursors": ("seq",)},
    variants=(
        Variant(
            "get-set",
            "GET, then SET",
            _REDIS,
            {**_CURSOR, "cas": cursor_get_set},
            loses="two advances from one sequence both succeed",
        ),
        Variant(
            "get-incrby",
            "GET, then INCRBY the difference",
            _REDIS,
            {**_CURSOR, "cas": cursor_incrby},
            loses="two advances add up, and events in between are skipped",
        ),
        Variant("watch", "WATCH, GET, MULTI, SET, EXEC", _REDIS, {**_CURSOR, "cas": cursor_watch}),
        Variant("lua", "GET and SET in one script", _REDIS, {**_CURSOR, "cas": cursor_lua}),
        Variant(
            "autocommit",
            "SELECT, then UPDATE",
            _SQLITE,
            {**_ROW, "cas": cursor_autocommit},
            loses="two advances from one sequence both succeed",
        ),
        Variant(
            "deferred", "BEGIN DEFERRED, SELECT, UPDATE; fails when busy", _SQLITE, {**_ROW, "cas": cursor_deferred}
        ),
        Variant("conditional", "UPDATE where seq is as expected", _SQLITE, {**_ROW, "cas": cursor_conditional}),
    ),
)

ALIAS_FLIP = Protocol(
    name="alias-flip",
    title="point an alias to another index, from the version that was read",
    object="aliases",
    model=lambda clock_error_ns: CasRegister(),
    setup=(Invocation("write", {"value": alias("old", 1)}),),
    roles=(_flips,),
    audit=(Invocation("read", {}),),
    variants=(
        Variant(
            "get-set",
            "HGET the version, then HSET",
            _REDIS,
            {**_ALIAS, "cas": flip_get_set},
            loses="two flips from one version both succeed",
        ),
        Variant(
            "hincrby",
            "HINCRBY the version, then HSET the target",
            _REDIS,
            {**_ALIAS, "cas": flip_hincrby},
            loses="the new version is seen with the old target",
        ),
        Variant(
            "multi",
            "HGET the version, then HSET both within MULTI",
            _REDIS,
            {**_ALIAS, "cas": flip_multi},
            loses="two flips from one version both succeed",
        ),
        Variant("watch", "WATCH, HGET, MULTI, HSET, HSET, EXEC", _REDIS, {**_ALIAS, "cas": flip_watch}),
        Variant("lua", "HGET and HSET in one script", _REDIS, {**_ALIAS, "cas": flip_lua}),
    ),
)

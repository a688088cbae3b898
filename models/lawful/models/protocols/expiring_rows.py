"""Rows that expire: the record of an idempotency key, and the session that use extends."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.primitives.command import Program, Script
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import (
    EVAL,
    EXEC,
    EXISTS,
    GET,
    HGET,
    HGETALL,
    HSET,
    MULTI,
    PEXPIRE,
    SET,
    SETNX,
    UNWATCH,
    WATCH,
)
from lawful.models.protocols.protocol import TTL_MS, Invocation, Operations, Pause, Protocol, Variant
from lawful.models.protocols.timed_objects import ExpiringValue

ENTRY = "idempotency:k"
SESSION = "sessions:s"


def get_entry(*_: object) -> Program:
    found: str | None = yield GET(ENTRY)
    return found


def record_get_set(value: str, ttl_ms: int) -> Program:
    found: str | None = yield GET(ENTRY)
    if found is not None:
        return found
    yield SET(ENTRY, value, "PX", ttl_ms)
    return value


def record_setnx_expire(value: str, ttl_ms: int) -> Program:
    while True:
        if (yield SETNX(ENTRY, value)) == 1:
            yield PEXPIRE(ENTRY, ttl_ms)
            return value
        found: str | None = yield GET(ENTRY)
        if found is not None:
            return found


def record_set_nx(value: str, ttl_ms: int) -> Program:
    while True:
        if (yield SET(ENTRY, value, "NX", "PX", ttl_ms)) is not None:
            return value
        found: str | None = yield GET(ENTRY)
        if found is not None:  # else it expired in between
            return found


def create_session(value: str, ttl_ms: int) -> Program:
    yield MULTI()
    yield HSET(SESSION, "user", value)
    yield PEXPIRE(SESSION, ttl_ms)
    yield EXEC()
    return value


def get_session(*_: object) -> Program:
    found: str | None = yield HGET(SESSION, "user")
    return found


def touch_in_steps(ttl_ms: int) -> Program:
    if (yield EXISTS(SESSION)) == 0:
        return False
    yield HSET(SESSION, "last_write", "now")
    yield PEXPIRE(SESSION, ttl_ms)
    return True


def touch_rewrite(ttl_ms: int) -> Program:
    row = yield HGETALL(SESSION)
    if not row:
        return False
    yield MULTI()
    yield HSET(SESSION, *row, "last_write", "now")
    yield PEXPIRE(SESSION, ttl_ms)
    yield EXEC()
    return True


def touch_expire_first(ttl_ms: int) -> Program:
    """Whether it is there is decided by PEXPIRE, in the hope that it lasts long enough for the rest."""
    if (yield PEXPIRE(SESSION, ttl_ms)) == 0:
        return False
    yield HSET(SESSION, "last_write", "now")
    return True


def touch_watch(ttl_ms: int) -> Program:
    yield WATCH(SESSION)
    if (yield EXISTS(SESSION)) == 0:
        yield UNWATCH()
        return False
    yield MULTI()
    yield HSET(SESSION, "last_write", "now")
    yield PEXPIRE(SESSION, ttl_ms)
    if (yield EXEC()) is not None:
        return True
    return (yield PEXPIRE(SESSION, ttl_ms)) == 1


def _touch_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if (yield EXISTS(keys[0])) == 0:
        return 0
    yield HSET(keys[0], "last_write", "now")
    yield PEXPIRE(keys[0], arguments[0])
    return 1


TOUCH = Script(
    "touch.lua",
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'last_write', 'now')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
""",
    _touch_body,
)


def touch_lua(ttl_ms: int) -> Program:
    return (yield EVAL(TOUCH, (SESSION,), ttl_ms)) == 1


def _records(client: str) -> Sequence[Invocation]:
    return (Invocation("record", {"value": client, "ttl_ms": TTL_MS}),)


def _touches(client: str) -> Sequence[Invocation]:
    return (Invocation("touch", {"ttl_ms": TTL_MS}), Invocation("get", {}))


_REDIS = RedisModel()
_SESSION: Operations = {"record": create_session, "get": get_session}

IDEMPOTENCY_RECORD = Protocol(
    name="idempotency-record",
    title="record the first use of an idempotency key",
    object="idempotency_cache",
    model=ExpiringValue,
    roles=(_records,),
    audit=(Pause(), Invocation("get", {})),
    pauses=1,
    variants=(
        Variant(
            "get-set",
            "GET, then SET PX",
            _REDIS,
            {"get": get_entry, "record": record_get_set},
            loses="two requests with one key both come first",
        ),
        Variant(
            "setnx-expire",
            "SETNX, then PEXPIRE",
            _REDIS,
            {"get": get_entry, "record": record_setnx_expire},
            loses="a client that dies in between leaves an entry that never expires",
        ),
        Variant("set-nx", "SET NX PX, else GET", _REDIS, {"get": get_entry, "record": record_set_nx}),
    ),
)

SESSION_TOUCH = Protocol(
    name="session-touch",
    title="extend a session that may expire at any time",
    object="sessions",
    model=ExpiringValue,
    setup=(Invocation("record", {"value": "user", "ttl_ms": TTL_MS}),),
    roles=(_touches,),
    audit=(Pause(), Invocation("get", {})),
    pauses=1,
    variants=(
        Variant(
            "exists-hset",
            "EXISTS, HSET, PEXPIRE",
            _REDIS,
            {**_SESSION, "touch": touch_in_steps},
            loses="the session expires in between, and half of it comes back",
        ),
        Variant(
            "rewrite",
            "HGETALL, then HSET it all and PEXPIRE within MULTI",
            _REDIS,
            {**_SESSION, "touch": touch_rewrite},
            loses="an expired session comes back after it was seen expired",
        ),
        Variant(
            "expire-first",
            "PEXPIRE, then HSET",
            _REDIS,
            {**_SESSION, "touch": touch_expire_first},
            loses="the session expires in between all the same, and half of it comes back for good",
        ),
        Variant("watch", "WATCH, EXISTS, MULTI, HSET, PEXPIRE, EXEC", _REDIS, {**_SESSION, "touch": touch_watch}),
        Variant("lua", "all in one script", _REDIS, {**_SESSION, "touch": touch_lua}),
    ),
)

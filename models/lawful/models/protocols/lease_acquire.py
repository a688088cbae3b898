"""Acquiring a lease: the holder is the key `lease`, which expires, and the fencing token the counter `lease:token`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lawful.models.primitives.command import NOW, Program, Script, pairs
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import (
    EVAL,
    EXEC,
    EXISTS,
    GET,
    INCR,
    MULTI,
    PEXPIRE,
    SET,
    SETNX,
    UNWATCH,
    WATCH,
)
from lawful.models.primitives.sqlite import SqliteModel
from lawful.models.primitives.sqlite_statements import BEGIN_IMMEDIATE, COMMIT, INSERT, ROLLBACK, SELECT, UPDATE
from lawful.models.protocols.protocol import TTL_MS, Invocation, Pause, Protocol, Variant
from lawful.models.task_store.declared import model_of
from lawful.specs.task_store import TABLES

LEASE = "lease"
TOKEN = "lease:token"


def get_set(holder: str, ttl_ms: int) -> Program:
    if (yield GET(LEASE)) is not None:
        return None
    token = yield INCR(TOKEN)
    yield SET(LEASE, holder, "PX", ttl_ms)
    return int(token)


def setnx_expire(holder: str, ttl_ms: int) -> Program:
    if (yield SETNX(LEASE, holder)) == 0:
        return None
    yield PEXPIRE(LEASE, ttl_ms)
    return int((yield INCR(TOKEN)))


def set_nx_then_token(holder: str, ttl_ms: int) -> Program:
    if (yield SET(LEASE, holder, "NX", "PX", ttl_ms)) is None:
        return None
    return int((yield INCR(TOKEN)))


def token_then_set_nx(holder: str, ttl_ms: int) -> Program:
    token = yield INCR(TOKEN)
    if (yield SET(LEASE, holder, "NX", "PX", ttl_ms)) is None:
        return None
    return int(token)


def watch(holder: str, ttl_ms: int) -> Program:
    while True:
        yield WATCH(LEASE)
        if (yield GET(LEASE)) is not None:
            yield UNWATCH()
            return None
        yield MULTI()
        yield INCR(TOKEN)
        yield SET(LEASE, holder, "PX", ttl_ms)
        done = yield EXEC()
        if done is not None:
            return int(done[0])


def _acquire_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if (yield EXISTS(keys[0])) == 1:
        return None
    token = yield INCR(keys[1])
    yield SET(keys[0], arguments[0], "PX", arguments[1])
    return int(token)


ACQUIRE = Script(
    "acquire.lua",
    """
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local token = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return token
""",
    _acquire_body,
)


def lua(holder: str, ttl_ms: int) -> Program:
    token = yield EVAL(ACQUIRE, (LEASE, TOKEN), holder, ttl_ms)
    return None if token is None else int(token)


def autocommit(holder: str, ttl_ms: int) -> Program:
    row, now = pairs((yield SELECT("lease", "a")) or ()), (yield NOW())
    if row and now <= row["expires_at"]:
        return None
    token = row["token"] + 1 if row else 1
    granted = {"holder": holder, "expires_at": now + ttl_ms, "token": token}
    if (yield INSERT("lease", "a", **granted)) == 0:
        yield UPDATE("lease", "a", granted)
    return int(token)


def immediate(holder: str, ttl_ms: int) -> Program:
    yield BEGIN_IMMEDIATE()
    row, now = pairs((yield SELECT("lease", "a")) or ()), (yield NOW())
    if row and now <= row["expires_at"]:
        yield ROLLBACK()
        return None
    token = row["token"] + 1 if row else 1
    granted = {"holder": holder, "expires_at": now + ttl_ms, "token": token}
    if (yield INSERT("lease", "a", **granted)) == 0:
        yield UPDATE("lease", "a", granted)
    yield COMMIT()
    return int(token)


def _acquires(client: str) -> Sequence[Invocation]:
    return (Invocation("acquire", {"holder": client, "ttl_ms": TTL_MS}),)


_REDIS = RedisModel()
_SQLITE = SqliteModel()

LEASE_ACQUIRE = Protocol(
    name="lease-acquire",
    title="take a lease that nobody holds, with a fencing token",
    object="leader_lease",
    model=partial(model_of, TABLES["leader_lease"]),
    roles=(_acquires,),
    audit=(Pause(), Invocation("acquire", {"holder": "auditor", "ttl_ms": TTL_MS})),
    pauses=1,
    schema={"lease": ("holder", "expires_at", "token")},
    variants=(
        Variant(
            "get-set",
            "GET, INCR the token, SET PX",
            _REDIS,
            {"acquire": get_set},
            loses="two candidates find no holder, and both lead",
        ),
        Variant(
            "setnx-expire",
            "SETNX, PEXPIRE, INCR the token",
            _REDIS,
            {"acquire": setnx_expire},
            loses="a holder that dies after SETNX leads for ever",
        ),
        Variant(
            "set-nx-token",
            "SET NX PX, then INCR the token",
            _REDIS,
            {"acquire": set_nx_then_token},
            loses="a holder that is late takes a larger token than its successor",
        ),
        Variant(
            "token-set-nx",
            "INCR the token, then SET NX PX",
            _REDIS,
            {"acquire": token_then_set_nx},
            loses="a candidate that is late holds the lease with a token from before",
        ),
        Variant("watch", "WATCH, GET, MULTI, INCR, SET PX, EXEC", _REDIS, {"acquire": watch}),
        Variant("lua", "EXISTS, INCR and SET PX in one script", _REDIS, {"acquire": lua}),
        Variant(
            "autocommit",
            "SELECT, then INSERT or UPDATE, each by itself",
            _SQLITE,
            {"acquire": autocommit},
            loses="two candidates find no holder, and both lead",
        ),
        Variant("immediate", "BEGIN IMMEDIATE, SELECT, INSERT or UPDATE", _SQLITE, {"acquire": immediate}),
    ),
)

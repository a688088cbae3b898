"""Releasing and renewing a lease: only the holder may, and it may be late."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lawful.models.primitives.command import Program, Script
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import DEL, EVAL, EXEC, GET, MULTI, PEXPIRE, SET, UNWATCH, WATCH
from lawful.models.protocols.lease_acquire import LEASE
from lawful.models.protocols.lease_acquire import lua as acquire
from lawful.models.protocols.protocol import TTL_MS, Invocation, Operations, Pause, Protocol, Variant
from lawful.models.task_store.declared import model_of
from lawful.specs.task_store import TABLES

TOKEN = "lease:token"


def get(*_: object) -> Program:
    yield MULTI()
    yield GET(LEASE)
    yield GET(TOKEN)
    holder, token = yield EXEC()
    return None if holder is None else {"holder": holder, "token": int(token)}


def get_del(holder: str) -> Program:
    if (yield GET(LEASE)) != holder:
        return False
    return (yield DEL(LEASE)) == 1


def delete(holder: str) -> Program:
    return (yield DEL(LEASE)) == 1


def release_watch(holder: str) -> Program:
    yield WATCH(LEASE)
    if (yield GET(LEASE)) != holder:
        yield UNWATCH()
        return False
    yield MULTI()
    yield DEL(LEASE)
    return (yield EXEC()) is not None


def _release_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if (yield GET(keys[0])) != arguments[0]:
        return 0
    return int((yield DEL(keys[0])))


RELEASE = Script(
    "release.lua",
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
""",
    _release_body,
)


def release_lua(holder: str) -> Program:
    return (yield EVAL(RELEASE, (LEASE,), holder)) == 1


def get_pexpire(holder: str, ttl_ms: int) -> Program:
    if (yield GET(LEASE)) != holder:
        return False
    return (yield PEXPIRE(LEASE, ttl_ms)) == 1


def set_xx(holder: str, ttl_ms: int) -> Program:
    return (yield SET(LEASE, holder, "XX", "PX", ttl_ms)) is not None


def renew_watch(holder: str, ttl_ms: int) -> Program:
    yield WATCH(LEASE)
    if (yield GET(LEASE)) != holder:
        yield UNWATCH()
        return False
    yield MULTI()
    yield PEXPIRE(LEASE, ttl_ms)
    return (yield EXEC()) is not None


def _renew_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if (yield GET(keys[0])) != arguments[0]:
        return 0
    return int((yield PEXPIRE(keys[0], arguments[1])))


RENEW = Script(
    "renew.lua",
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
""",
    _renew_body,
)


def renew_lua(holder: str, ttl_ms: int) -> Program:
    return (yield EVAL(RENEW, (LEASE,), holder, ttl_ms)) == 1


def _releases(client: str) -> Sequence[Invocation]:
    return (Invocation("release", {"holder": "late"}),)


def _renews(client: str) -> Sequence[Invocation]:
    return (Invocation("renew", {"holder": "late", "ttl_ms": TTL_MS}),)


def _acquires(client: str) -> Sequence[Invocation]:
    return (Invocation("acquire", {"holder": client, "ttl_ms": TTL_MS}),)


_REDIS = RedisModel()
_OTHERS: Operations = {"acquire": acquire, "get": get}
_HELD = (Invocation("acquire", {"holder": "late", "ttl_ms": TTL_MS}),)

LEASE_RELEASE = Protocol(
    name="lease-release",
    title="give up a lease that may have expired",
    object="leader_lease",
    model=partial(model_of, TABLES["leader_lease"]),
    setup=_HELD,
    roles=(_releases, _acquires),
    audit=(Invocation("get", {}),),
    pauses=1,
    variants=(
        Variant(
            "get-del",
            "GET, then DEL where the holder is the caller",
            _REDIS,
            {**_OTHERS, "release": get_del},
            loses="the lease expires in between, and that of the next holder is deleted",
        ),
        Variant(
            "del",
            "DEL",
            _REDIS,
            {**_OTHERS, "release": delete},
            loses="the lease of the next holder is deleted",
        ),
        Variant("watch", "WATCH, GET, MULTI, DEL, EXEC", _REDIS, {**_OTHERS, "release": release_watch}),
        Variant("lua", "GET and DEL in one script", _REDIS, {**_OTHERS, "release": release_lua}),
    ),
)

LEASE_RENEW = Protocol(
    name="lease-renew",
    title="extend a lease that may have expired",
    object="leader_lease",
    model=partial(model_of, TABLES["leader_lease"]),
    setup=_HELD,
    roles=(_renews, _acquires),
    audit=(Pause(), Invocation("get", {})),
    # Whose lease was extended shows only to who looks between its proper end and the wrong one.
    pauses=3,
    pause_ms=TTL_MS * 6 // 10,
    variants=(
        Variant(
            "get-pexpire",
            "GET, then PEXPIRE where the holder is the caller",
            _REDIS,
            {**_OTHERS, "renew": get_pexpire},
            loses="the lease expires in between, and that of the next holder is extended",
        ),
        Variant(
            "set-xx",
            "SET XX PX",
            _REDIS,
            {**_OTHERS, "renew": set_xx},
            loses="the lease of the next holder is overwritten",
        ),
        Variant("watch", "WATCH, GET, MULTI, PEXPIRE, EXEC", _REDIS, {**_OTHERS, "renew": renew_watch}),
        Variant("lua", "GET and PEXPIRE in one script", _REDIS, {**_OTHERS, "renew": renew_lua}),
    ),
)

"""Counting admissions within a fixed window: a counter that expires."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.primitives.command import Program, Script
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import EVAL, EXEC, GET, INCR, MULTI, PEXPIRE, SET
from lawful.models.protocols.protocol import TTL_MS, Invocation, Pause, Protocol, Variant
from lawful.models.protocols.timed_objects import FixedWindow

BUCKET = "ratelimit:searchui:ip"
LIMIT = 1


def get_incr(window_ms: int) -> Program:
    if int((yield GET(BUCKET)) or 0) >= LIMIT:
        return False
    if (yield INCR(BUCKET)) == 1:
        yield PEXPIRE(BUCKET, window_ms)
    return True


def incr_expire(window_ms: int) -> Program:
    count = yield INCR(BUCKET)
    if count == 1:
        yield PEXPIRE(BUCKET, window_ms)
    return int(count) <= LIMIT


def incr_expire_always(window_ms: int) -> Program:
    yield MULTI()
    yield INCR(BUCKET)
    yield PEXPIRE(BUCKET, window_ms)
    count, _ = yield EXEC()
    return int(count) <= LIMIT


def multi(window_ms: int) -> Program:
    yield MULTI()
    yield SET(BUCKET, 0, "NX", "PX", window_ms)
    yield INCR(BUCKET)
    _, count = yield EXEC()
    return int(count) <= LIMIT


def _admit_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    count = yield INCR(keys[0])
    if count == 1:
        yield PEXPIRE(keys[0], arguments[0])
    return int(count)


ADMIT = Script(
    "admit.lua",
    """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
""",
    _admit_body,
)


def lua(window_ms: int) -> Program:
    return int((yield EVAL(ADMIT, (BUCKET,), window_ms))) <= LIMIT


def _asks(client: str) -> Sequence[Invocation]:
    return (Invocation("admit", {"window_ms": TTL_MS}),)


_REDIS = RedisModel()

RATE_LIMIT = Protocol(
    name="rate-limit",
    title="admit so many requests in a window",
    object="rate_limit",
    model=lambda clock_error_ns: FixedWindow(LIMIT, clock_error_ns),
    roles=(_asks,),
    audit=(Pause(), Invocation("admit", {"window_ms": TTL_MS})),
    pauses=2,
    pause_ms=TTL_MS * 6 // 10,
    variants=(
        Variant(
            "get-incr",
            "GET, then INCR where the limit is not reached",
            _REDIS,
            {"admit": get_incr},
            loses="more than the limit are admitted",
        ),
        Variant(
            "incr-expire",
            "INCR, then PEXPIRE after the first",
            _REDIS,
            {"admit": incr_expire},
            loses="a client that dies in between locks everybody out for ever",
        ),
        Variant(
            "incr-expire-always",
            "INCR and PEXPIRE within MULTI",
            _REDIS,
            {"admit": incr_expire_always},
            loses="every refused request makes the window longer",
        ),
        Variant("multi", "SET 0 NX PX and INCR within MULTI", _REDIS, {"admit": multi}),
        Variant("lua", "INCR and PEXPIRE in one script", _REDIS, {"admit": lua}),
    ),
)

"""Keeping the highest version, whatever order writers arrive in."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.primitives.command import Program, Script
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import EVAL, EXEC, GET, MULTI, SET, UNWATCH, WATCH
from lawful.models.protocols.objects import Highest
from lawful.models.protocols.protocol import Invocation, Protocol, Variant

VERSION = "node_settings_version:index:node"


def get(*_: object) -> Program:
    return int((yield GET(VERSION)) or 0)


def last_writer(version: int) -> Program:
    yield SET(VERSION, version)
    return None


def get_set(version: int) -> Program:
    if int((yield GET(VERSION)) or 0) < version:
        yield SET(VERSION, version)
    return None


def watch(version: int) -> Program:
    while True:
        yield WATCH(VERSION)
        if int((yield GET(VERSION)) or 0) >= version:
            yield UNWATCH()
            return None
        yield MULTI()
        yield SET(VERSION, version)
        if (yield EXEC()) is not None:
            return None


def _advance_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if int((yield GET(keys[0])) or 0) < int(arguments[0]):
        yield SET(keys[0], arguments[0])
    return None


ADVANCE = Script(
    "advance.lua",
    """
if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return false
""",
    _advance_body,
)


def lua(version: int) -> Program:
    yield EVAL(ADVANCE, (VERSION,), version)
    return None


def _lower(client: str) -> Sequence[Invocation]:
    return (Invocation("advance", {"version": 1}), Invocation("get", {}))


def _higher(client: str) -> Sequence[Invocation]:
    return (Invocation("advance", {"version": 2}), Invocation("get", {}))


_REDIS = RedisModel()

VERSION_ADVANCE = Protocol(
    name="version-advance",
    title="record a version unless a higher one is known",
    object="node_settings_version",
    model=lambda clock_error_ns: Highest(),
    roles=(_lower, _higher),
    audit=(Invocation("get", {}),),
    variants=(
        Variant("set", "SET", _REDIS, {"get": get, "advance": last_writer}, loses="a late writer takes it back"),
        Variant(
            "get-set",
            "GET, then SET where it is higher",
            _REDIS,
            {"get": get, "advance": get_set},
            loses="of two writers the one with the lower version comes last",
        ),
        Variant(
            "watch", "WATCH, GET, MULTI, SET, EXEC; again when EXEC refuses", _REDIS, {"get": get, "advance": watch}
        ),
        Variant("lua", "GET and SET in one script", _REDIS, {"get": get, "advance": lua}),
    ),
)

"""Taking access away: an admin session that is used while it is revoked, and a key that pods may still use.

Pods state the generation of the key that they use in marks that expire; a pod without a mark does not count as live
and has to join again before it uses a key.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.primitives.command import Program, Script, pairs
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import (
    EVAL,
    EXEC,
    GET,
    HDEL,
    HGET,
    HGETALL,
    HSET,
    MULTI,
    SADD,
    SET,
    SMEMBERS,
    WATCH,
)
from lawful.models.protocols.objects import KeyInUse, Revocable
from lawful.models.protocols.protocol import TTL_MS, Invocation, Operations, Protocol, Variant

SESSION = "admin_sessions:s"
KEY = "scoped_key:i"
PODS = "scoped_key:i:pods"
_NEVER = 0


def create(*_: object) -> Program:
    yield HSET(SESSION, "revoked", 0, "last_used", 0)
    return None


def revoke_session(*_: object) -> Program:
    yield HSET(SESSION, "revoked", 1)
    return None


def is_valid(*_: object) -> Program:
    return (yield HGET(SESSION, "revoked")) == "0"


def touch_row(*_: object) -> Program:
    row = pairs((yield HGETALL(SESSION)))
    yield HSET(SESSION, "revoked", row["revoked"], "last_used", 1)
    return None


def touch_field(*_: object) -> Program:
    yield HSET(SESSION, "last_used", 1)
    return None


def touch_watch(*_: object) -> Program:
    while True:
        yield WATCH(SESSION)
        row = pairs((yield HGETALL(SESSION)))
        yield MULTI()
        yield HSET(SESSION, "revoked", row["revoked"], "last_used", 1)
        if (yield EXEC()) is not None:
            return None


def _revokes_session(client: str) -> Sequence[Invocation]:
    return (Invocation("revoke", {}), Invocation("is_valid", {}))


def _uses_session(client: str) -> Sequence[Invocation]:
    return (Invocation("touch", {}),)


def mark_of(pod: str) -> str:
    return f"scoped_key:i:observed:{pod}"


def create_key(*_: object) -> Program:
    yield HSET(KEY, "generation", 1, "primary", "k1")
    return None


def rotate(*_: object) -> Program:
    yield HSET(KEY, "generation", 2, "primary", "k2", "previous", "k1")
    return None


def revoke_key(*_: object) -> Program:
    generation = int((yield HGET(KEY, "generation")))
    for pod in (yield SMEMBERS(PODS)):
        mark = yield GET(mark_of(pod))
        if mark is not None and int(mark) < generation:
            return False
    yield HDEL(KEY, "previous")
    return True


def revoke_when_one_observed(*_: object) -> Program:
    generation = yield HGET(KEY, "generation")
    for pod in (yield SMEMBERS(PODS)):
        if (yield GET(mark_of(pod))) == generation:
            yield HDEL(KEY, "previous")
            return True
    return False


def read_then_mark(pod: str, ttl_ms: int) -> Program:
    row = pairs((yield HGETALL(KEY)))
    yield SADD(PODS, pod)
    yield SET(mark_of(pod), row["generation"], "PX", ttl_ms)
    return str(row["primary"])


def mark_then_read(pod: str, ttl_ms: int) -> Program:
    """The mark says from the start that a key of any generation may be in use."""
    yield SET(mark_of(pod), _NEVER, "PX", ttl_ms)
    yield SADD(PODS, pod)
    row = pairs((yield HGETALL(KEY)))
    if (yield SET(mark_of(pod), row["generation"], "XX", "PX", ttl_ms)) is None:
        return None
    return str(row["primary"])


def _use_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if (yield GET(keys[0])) is None:
        return None
    if (yield HGET(keys[1], "primary")) == arguments[0] or (yield HGET(keys[1], "previous")) == arguments[0]:
        return 1
    return 0


USE = Script(
    "use.lua",
    """
if not redis.call('GET', KEYS[1]) then return false end
if redis.call('HGET', KEYS[2], 'primary') == ARGV[1] or redis.call('HGET', KEYS[2], 'previous') == ARGV[1] then
  return 1
end
return 0
""",
    _use_body,
)


def use(pod: str, key: str) -> Program:
    """Whether the key works, asked while the mark lasts."""
    works = yield EVAL(USE, (mark_of(pod), KEY), key)
    return None if works is None else works == 1


def _rotates(client: str) -> Sequence[Invocation]:
    return (
        Invocation("rotate", {}),
        Invocation("join", {"pod": client, "ttl_ms": TTL_MS}),
        Invocation("revoke", {}),
    )


def _pod(client: str) -> Sequence[Invocation]:
    return (
        Invocation("join", {"pod": client, "ttl_ms": TTL_MS}),
        Invocation("use", lambda results: None if results[0] is None else {"pod": client, "key": results[0]}),
    )


_REDIS = RedisModel()
_SESSION: Operations = {"create": create, "revoke": revoke_session, "is_valid": is_valid}
_KEYS: Operations = {"create": create_key, "rotate": rotate, "use": use}

ADMIN_SESSION_REVOKE = Protocol(
    name="admin-session-revoke",
    title="revoke a session that is in use",
    object="admin_sessions",
    model=lambda clock_error_ns: Revocable(),
    setup=(Invocation("create", {}),),
    roles=(_revokes_session, _uses_session),
    audit=(Invocation("is_valid", {}),),
    variants=(
        Variant(
            "rewrite-row",
            "use reads the row and writes it back",
            _REDIS,
            {**_SESSION, "touch": touch_row},
            loses="the revocation is overwritten",
        ),
        Variant("own-field", "use writes its own field only", _REDIS, {**_SESSION, "touch": touch_field}),
        Variant("watch", "use reads and writes the row under WATCH", _REDIS, {**_SESSION, "touch": touch_watch}),
    ),
)

SCOPED_KEY_REVOKE = Protocol(
    name="scoped-key-revoke",
    title="delete the previous key when every live pod has observed the new one",
    object="scoped_keys",
    model=lambda clock_error_ns: KeyInUse(),
    setup=(Invocation("create", {}),),
    roles=(_rotates, _pod),
    pauses=1,
    variants=(
        Variant(
            "read-then-mark",
            "a pod reads the key, then marks its generation",
            _REDIS,
            {**_KEYS, "revoke": revoke_key, "join": read_then_mark},
            loses="the marks are checked after the pod read the key and before it left its mark",
        ),
        Variant(
            "one-observed",
            "revoke when some pod has observed the new key",
            _REDIS,
            {**_KEYS, "revoke": revoke_when_one_observed, "join": mark_then_read},
            loses="another live pod still uses the previous key",
        ),
        Variant(
            "mark-then-read",
            "a pod leaves a mark, reads the key, then marks its generation",
            _REDIS,
            {**_KEYS, "revoke": revoke_key, "join": mark_then_read},
        ),
    ),
)

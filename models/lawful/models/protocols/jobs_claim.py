"""Claiming a job: how a worker finds a job that nobody holds and makes it its own.

Type and parameters of jobs play no part in the race and are constants. In Redis the claim of a job is the key
`jobs:<id>:claim`, which the server removes when it expires. The ways to do it in SQLite are in `jobs_claim_sqlite`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lawful.models.primitives.command import Program, Script
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import (
    BLPOP,
    EVAL,
    EXEC,
    GET,
    LMOVE,
    LRANGE,
    MULTI,
    PEXPIRE,
    RPUSH,
    SADD,
    SET,
    SETNX,
    SMEMBERS,
    UNWATCH,
    WATCH,
)
from lawful.models.protocols.jobs_claim_sqlite import JOBS_SCHEMA, SQLITE_VARIANTS
from lawful.models.protocols.protocol import TTL_MS, Invocation, Operations, Pause, Protocol, Variant
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

OPEN = "jobs:_open"
QUEUED = "jobs:_queued"
CLAIMED = "jobs:_claimed"


def claim_key(id: str) -> str:
    return f"jobs:{id}:claim"


def handed_out(id: str) -> Json:
    """What `claim` answers."""
    return {"id": id, "type": "t", "params": None}


def enqueue(id: str, type: str, params: Json) -> Program:
    added = yield SADD(OPEN, id)
    return bool(added)


def get_set(worker: str, ttl_ms: int) -> Program:
    for id in (yield SMEMBERS(OPEN)):
        if (yield GET(claim_key(id))) is None:
            yield SET(claim_key(id), worker, "PX", ttl_ms)
            return handed_out(id)
    return None


def multi(worker: str, ttl_ms: int) -> Program:
    for id in (yield SMEMBERS(OPEN)):
        if (yield GET(claim_key(id))) is None:
            yield MULTI()
            yield SET(claim_key(id), worker, "PX", ttl_ms)
            yield EXEC()
            return handed_out(id)
    return None


def watch_after_read(worker: str, ttl_ms: int) -> Program:
    for id in (yield SMEMBERS(OPEN)):
        if (yield GET(claim_key(id))) is None:
            yield WATCH(claim_key(id))
            yield MULTI()
            yield SET(claim_key(id), worker, "PX", ttl_ms)
            if (yield EXEC()) is not None:
                return handed_out(id)
    return None


def watch(worker: str, ttl_ms: int) -> Program:
    for id in (yield SMEMBERS(OPEN)):
        while True:
            yield WATCH(claim_key(id))
            if (yield GET(claim_key(id))) is not None:
                yield UNWATCH()
                break
            yield MULTI()
            yield SET(claim_key(id), worker, "PX", ttl_ms)
            if (yield EXEC()) is not None:
                return handed_out(id)
    return None


def set_nx(worker: str, ttl_ms: int) -> Program:
    for id in (yield SMEMBERS(OPEN)):
        if (yield SET(claim_key(id), worker, "NX", "PX", ttl_ms)) is not None:
            return handed_out(id)
    return None


def setnx_expire(worker: str, ttl_ms: int) -> Program:
    for id in (yield SMEMBERS(OPEN)):
        if (yield SETNX(claim_key(id), worker)) == 1:
            yield PEXPIRE(claim_key(id), ttl_ms)
            return handed_out(id)
    return None


def _claim_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    for id in (yield SMEMBERS(keys[0])):
        claim = f"{keys[1]}{id}:claim"
        if (yield GET(claim)) is None:
            yield SET(claim, arguments[0], "PX", arguments[1])
            return str(id)
    return None


CLAIM = Script(
    "claim.lua",
    """
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local claim = KEYS[2] .. id .. ':claim'
  if not redis.call('GET', claim) then
    redis.call('SET', claim, ARGV[1], 'PX', ARGV[2])
    return id
  end
end
return false
""",
    _claim_body,
)


def lua(worker: str, ttl_ms: int) -> Program:
    id = yield EVAL(CLAIM, (OPEN, "jobs:"), worker, ttl_ms)
    return None if id is None else handed_out(id)


def enqueue_at_the_end(id: str, type: str, params: Json) -> Program:
    yield RPUSH(QUEUED, id)
    return True


def blpop_record(worker: str, ttl_ms: int) -> Program:
    popped = yield BLPOP(QUEUED, 0.05)
    if popped is not None:
        yield SADD(CLAIMED, popped[1])
        yield SET(claim_key(popped[1]), worker, "PX", ttl_ms)
        return handed_out(popped[1])
    return (yield from _reclaim((yield SMEMBERS(CLAIMED)), worker, ttl_ms))


def lmove_set(worker: str, ttl_ms: int) -> Program:
    """Reliable queue: the job is never in neither list."""
    id = yield LMOVE(QUEUED, CLAIMED, "LEFT", "RIGHT")
    if id is not None:
        yield SET(claim_key(id), worker, "PX", ttl_ms)
        return handed_out(id)
    return (yield from _reclaim((yield LRANGE(CLAIMED, 0, -1)), worker, ttl_ms))


def lmove_set_nx(worker: str, ttl_ms: int) -> Program:
    yield LMOVE(QUEUED, CLAIMED, "LEFT", "RIGHT")
    return (yield from _reclaim((yield LRANGE(CLAIMED, 0, -1)), worker, ttl_ms))


def _reclaim(ids: Sequence[str], worker: str, ttl_ms: int) -> Program:
    """A job whose claim has expired, or was never recorded."""
    for id in ids:
        if (yield SET(claim_key(id), worker, "NX", "PX", ttl_ms)) is not None:
            return handed_out(id)
    return None


_REDIS = RedisModel()
_OPEN: Operations = {"enqueue": enqueue}
_QUEUE: Operations = {"enqueue": enqueue_at_the_end}


def _claims_once(client: str) -> Sequence[Invocation]:
    return (Invocation("claim", {"worker": client, "ttl_ms": TTL_MS}),)


JOBS_CLAIM = Protocol(
    name="jobs-claim",
    title="take a job that nobody holds",
    object="jobs",
    model=partial(model_of, TABLES["jobs"]),
    setup=(Invocation("enqueue", {"id": "j-1", "type": "t", "params": None}),),
    roles=(_claims_once,),
    audit=(Pause(), Invocation("claim", {"worker": "auditor", "ttl_ms": TTL_MS})),
    pauses=1,
    schema=JOBS_SCHEMA,
    variants=(
        Variant(
            "get-set",
            "GET the claim, SET it where there is none",
            _REDIS,
            {**_OPEN, "claim": get_set},
            loses="two workers read before either writes",
        ),
        Variant(
            "multi",
            "GET, then SET within MULTI",
            _REDIS,
            {**_OPEN, "claim": multi},
            loses="MULTI holds the writes together, but what was decided on was read before",
        ),
        Variant(
            "watch-after-read",
            "GET, then WATCH, MULTI, SET, EXEC",
            _REDIS,
            {**_OPEN, "claim": watch_after_read},
            loses="a claim between GET and WATCH goes unnoticed",
        ),
        Variant("watch", "WATCH, GET, MULTI, SET, EXEC; again when EXEC refuses", _REDIS, {**_OPEN, "claim": watch}),
        Variant(
            "setnx-expire",
            "SETNX, then PEXPIRE",
            _REDIS,
            {**_OPEN, "claim": setnx_expire},
            loses="a worker that dies in between holds the job for ever",
        ),
        Variant("set-nx", "SET NX PX", _REDIS, {**_OPEN, "claim": set_nx}),
        Variant("lua", "GET and SET in one script", _REDIS, {**_OPEN, "claim": lua}),
        Variant(
            "blpop-record",
            "BLPOP, then record the claim",
            _REDIS,
            {**_QUEUE, "claim": blpop_record},
            loses="the job of a worker that dies in between is in no queue and claimed by nobody",
        ),
        Variant(
            "lmove-set",
            "LMOVE to a second list, then SET the claim",
            _REDIS,
            {**_QUEUE, "claim": lmove_set},
            loses="a moved job without a claim looks like an abandoned one, and two workers take it",
        ),
        Variant("lmove-set-nx", "LMOVE to a second list, then SET NX PX", _REDIS, {**_QUEUE, "claim": lmove_set_nx}),
        *SQLITE_VARIANTS,
    ),
)

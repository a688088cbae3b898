"""Putting jobs back into the queue: what a store does about workers that are gone.

A job is a field of the hash `jobs:_states`, its claim the key `jobs:<id>:claim`, and the list `jobs:_queued` is what
workers take from. Taking and completing are scripts here; what varies is how a worker, before it takes a job, puts
those back whose claim has expired.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from lawful.models.primitives.command import Program, Script
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import (
    DEL,
    EVAL,
    EXEC,
    GET,
    HGET,
    HSET,
    LPOP,
    MULTI,
    RPUSH,
    SET,
    UNWATCH,
    WATCH,
)
from lawful.models.protocols.jobs_claim import QUEUED, claim_key, handed_out
from lawful.models.protocols.protocol import TTL_MS, Invocation, Operations, Pause, Protocol, Variant
from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

STATES = "jobs:_states"
JOB = "j-1"


def enqueue(id: str, type: str, params: Json) -> Program:
    yield MULTI()
    yield HSET(STATES, id, "queued")
    yield RPUSH(QUEUED, id)
    yield EXEC()
    return True


def _claim_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    id = yield LPOP(keys[0])
    if id is None:
        return None
    yield HSET(keys[1], id, "in_progress")
    yield SET(f"{keys[2]}{id}:claim", arguments[0], "PX", arguments[1])
    return str(id)


CLAIM = Script(
    "claim.lua",
    """
local id = redis.call('LPOP', KEYS[1])
if not id then return false end
redis.call('HSET', KEYS[2], id, 'in_progress')
redis.call('SET', KEYS[3] .. id .. ':claim', ARGV[1], 'PX', ARGV[2])
return id
""",
    _claim_body,
)


def taking(reap: Callable[[str], Program]) -> Callable[[str, int], Program]:
    """`claim` with this way to put back what is abandoned."""

    def claim(worker: str, ttl_ms: int) -> Program:
        yield from reap(JOB)
        id = yield EVAL(CLAIM, (QUEUED, STATES, "jobs:"), worker, ttl_ms)
        return None if id is None else handed_out(id)

    return claim


def _complete_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if (yield GET(keys[1])) != arguments[1]:
        return 0
    yield HSET(keys[0], arguments[0], "completed")
    yield DEL(keys[1])
    return 1


COMPLETE = Script(
    "complete.lua",
    """
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], 'completed')
redis.call('DEL', KEYS[2])
return 1
""",
    _complete_body,
)


def complete(id: str, worker: str) -> Program:
    return (yield EVAL(COMPLETE, (STATES, claim_key(id)), id, worker)) == 1


def get_set(id: str) -> Program:
    if (yield HGET(STATES, id)) == "in_progress" and (yield GET(claim_key(id))) is None:
        yield HSET(STATES, id, "queued")
        yield RPUSH(QUEUED, id)
    return None


def state_after_claim(id: str) -> Program:
    if (yield GET(claim_key(id))) is None and (yield HGET(STATES, id)) == "in_progress":
        yield MULTI()
        yield HSET(STATES, id, "queued")
        yield RPUSH(QUEUED, id)
        yield EXEC()
    return None


def on_update(id: str) -> Program:
    """The upsert of the row is used again, and with it the entry in the queue."""
    if (yield GET(claim_key(id))) is None:
        yield MULTI()
        yield HSET(STATES, id, "queued")
        yield RPUSH(QUEUED, id)
        yield EXEC()
    return None


def watch(id: str) -> Program:
    yield WATCH(STATES, claim_key(id))
    if (yield HGET(STATES, id)) != "in_progress" or (yield GET(claim_key(id))) is not None:
        yield UNWATCH()
        return None
    yield MULTI()
    yield HSET(STATES, id, "queued")
    yield RPUSH(QUEUED, id)
    yield EXEC()
    return None


def _reap_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    id = arguments[0]
    if (yield HGET(keys[0], id)) == "in_progress" and (yield GET(keys[1])) is None:
        yield HSET(keys[0], id, "queued")
        yield RPUSH(keys[2], id)
    return None


REAP = Script(
    "reap.lua",
    """
if redis.call('HGET', KEYS[1], ARGV[1]) == 'in_progress' and not redis.call('GET', KEYS[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], 'queued')
  redis.call('RPUSH', KEYS[3], ARGV[1])
end
return false
""",
    _reap_body,
)


def lua(id: str) -> Program:
    yield EVAL(REAP, (STATES, claim_key(id), QUEUED), id)
    return None


def _worker(client: str) -> Sequence[Invocation]:
    return (
        Invocation("claim", {"worker": client, "ttl_ms": TTL_MS}),
        Invocation("complete", {"id": JOB, "worker": client}),
    )


_REDIS = RedisModel()
_OTHERS: Operations = {"enqueue": enqueue, "complete": complete}

JOBS_REQUEUE = Protocol(
    name="jobs-requeue",
    title="put the job of a worker that is gone back into the queue",
    object="jobs",
    model=partial(model_of, TABLES["jobs"]),
    setup=(
        Invocation("enqueue", {"id": JOB, "type": "t", "params": None}),
        Invocation("claim", {"worker": "gone", "ttl_ms": TTL_MS}),
    ),
    roles=(_worker,),
    audit=(
        Pause(),
        Invocation("claim", {"worker": "auditor", "ttl_ms": TTL_MS}),
        Invocation("claim", {"worker": "auditor", "ttl_ms": TTL_MS}),
    ),
    pauses=1,
    variants=(
        Variant(
            "get-set",
            "look at state and claim, then HSET and RPUSH",
            _REDIS,
            {**_OTHERS, "claim": taking(get_set)},
            loses="a reaper that dies in between leaves a queued job in no queue",
        ),
        Variant(
            "multi",
            "look at claim and state, then HSET and RPUSH within MULTI",
            _REDIS,
            {**_OTHERS, "claim": taking(state_after_claim)},
            loses="two reapers put the job into the queue twice",
        ),
        Variant(
            "on-update",
            "put it back whenever it is written without a claim",
            _REDIS,
            {**_OTHERS, "claim": taking(on_update)},
            loses="a job that is finished or queued already is queued again",
        ),
        Variant("watch", "WATCH both, look, MULTI, HSET, RPUSH, EXEC", _REDIS, {**_OTHERS, "claim": taking(watch)}),
        Variant("lua", "all in one script", _REDIS, {**_OTHERS, "claim": taking(lua)}),
    ),
)

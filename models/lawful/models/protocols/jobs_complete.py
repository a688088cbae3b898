"""Completing a job: the worker looks whether the claim is still its own, and then writes.

The claim of a job is the key `jobs:<id>:claim`; open jobs stand in a set, and a completed one is taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lawful.models.primitives.command import Program, Script
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import DEL, EVAL, EXEC, GET, MULTI, SREM, UNWATCH, WATCH
from lawful.models.protocols.jobs_claim import OPEN, claim_key, enqueue, set_nx
from lawful.models.protocols.jobs_claim import lua as claim
from lawful.models.protocols.protocol import TTL_MS, Invocation, Operations, Protocol, Variant
from lawful.models.task_store.declared import model_of
from lawful.specs.task_store import TABLES


def get_set(id: str, worker: str) -> Program:
    if (yield GET(claim_key(id))) != worker:
        return False
    yield SREM(OPEN, id)
    yield DEL(claim_key(id))
    return True


def multi(id: str, worker: str) -> Program:
    if (yield GET(claim_key(id))) != worker:
        return False
    yield MULTI()
    yield SREM(OPEN, id)
    yield DEL(claim_key(id))
    yield EXEC()
    return True


def watch(id: str, worker: str) -> Program:
    yield WATCH(claim_key(id))
    if (yield GET(claim_key(id))) != worker:
        yield UNWATCH()
        return False
    yield MULTI()
    yield SREM(OPEN, id)
    yield DEL(claim_key(id))
    return (yield EXEC()) is not None


def _complete_body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
    if (yield GET(keys[1])) != arguments[1]:
        return 0
    yield SREM(keys[0], arguments[0])
    yield DEL(keys[1])
    return 1


COMPLETE = Script(
    "complete.lua",
    """
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
redis.call('SREM', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return 1
""",
    _complete_body,
)


def lua(id: str, worker: str) -> Program:
    return (yield EVAL(COMPLETE, (OPEN, claim_key(id)), id, worker)) == 1


def _late_worker(client: str) -> Sequence[Invocation]:
    return (Invocation("complete", {"id": "j-1", "worker": "late"}),)


def _next_worker(client: str) -> Sequence[Invocation]:
    return (Invocation("claim", {"worker": client, "ttl_ms": TTL_MS}),)


_REDIS = RedisModel()
_CLAIM: Operations = {"enqueue": enqueue, "claim": claim}

JOBS_COMPLETE = Protocol(
    name="jobs-complete",
    title="finish a job whose claim may expire at any time",
    object="jobs",
    model=partial(model_of, TABLES["jobs"]),
    setup=(
        Invocation("enqueue", {"id": "j-1", "type": "t", "params": None}),
        Invocation("claim", {"worker": "late", "ttl_ms": TTL_MS}),
    ),
    roles=(_late_worker, _next_worker),
    audit=(Invocation("claim", {"worker": "auditor", "ttl_ms": TTL_MS}),),
    pauses=1,
    variants=(
        Variant(
            "get-set",
            "GET the claim, then SREM and DEL",
            _REDIS,
            {**_CLAIM, "complete": get_set},
            loses="the claim expires in between, and the job of the next worker is taken away",
        ),
        Variant(
            "multi",
            "GET the claim, then SREM and DEL within MULTI",
            _REDIS,
            {**_CLAIM, "complete": multi},
            loses="the claim expires between GET and EXEC",
        ),
        Variant("watch", "WATCH, GET, MULTI, SREM, DEL, EXEC", _REDIS, {**_CLAIM, "complete": watch}),
        Variant("lua", "GET, SREM and DEL in one script", _REDIS, {**_CLAIM, "complete": lua}),
        Variant(
            "set-nx-claims",
            "lua, but claims are SMEMBERS and SET NX PX",
            _REDIS,
            {**_CLAIM, "claim": set_nx, "complete": lua},
            loses="a job that was open when the claimant looked is finished by the time it takes it",
        ),
    ),
)

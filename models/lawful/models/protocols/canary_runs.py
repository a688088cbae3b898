"""Keeping the newest runs of a canary in a sorted set by time."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.primitives.command import Program
from lawful.models.primitives.redis import RedisModel
from lawful.models.primitives.redis_commands import EXEC, MULTI, ZADD, ZCARD, ZRANGE, ZREMRANGEBYRANK
from lawful.models.protocols.objects import Newest
from lawful.models.protocols.protocol import Invocation, Protocol, Variant

RUNS = "canary_runs:c"
KEPT = 2


def list_runs(*_: object) -> Program:
    return [int(run) for run in (yield ZRANGE(RUNS, 0, -1))]


def add_then_trim(ran_at: int) -> Program:
    yield ZADD(RUNS, ran_at, str(ran_at))
    yield ZREMRANGEBYRANK(RUNS, 0, -KEPT - 1)
    return None


def trim_by_count(ran_at: int) -> Program:
    excess = (yield ZCARD(RUNS)) + 1 - KEPT
    yield MULTI()
    if excess > 0:
        yield ZREMRANGEBYRANK(RUNS, 0, excess - 1)
    yield ZADD(RUNS, ran_at, str(ran_at))
    yield EXEC()
    return None


def multi(ran_at: int) -> Program:
    yield MULTI()
    yield ZADD(RUNS, ran_at, str(ran_at))
    yield ZREMRANGEBYRANK(RUNS, 0, -KEPT - 1)
    yield EXEC()
    return None


def _first(client: str) -> Sequence[Invocation]:
    return (Invocation("insert", {"ran_at": 11}), Invocation("list", {}))


def _second(client: str) -> Sequence[Invocation]:
    return (Invocation("insert", {"ran_at": 12}), Invocation("list", {}))


_REDIS = RedisModel()

CANARY_RUNS_INSERT = Protocol(
    name="canary-runs-insert",
    title="insert a run and remove what is more than the newest N",
    object="canary_runs",
    model=lambda clock_error_ns: Newest(KEPT),
    setup=(Invocation("insert", {"ran_at": 10}),),
    roles=(_first, _second),
    audit=(Invocation("list", {}),),
    variants=(
        Variant(
            "add-then-trim",
            "ZADD, then ZREMRANGEBYRANK",
            _REDIS,
            {"list": list_runs, "insert": add_then_trim},
            loses="between the two, and for good after a crash, there is one too many",
        ),
        Variant(
            "trim-by-count",
            "ZCARD, then remove the excess and ZADD within MULTI",
            _REDIS,
            {"list": list_runs, "insert": trim_by_count},
            loses="two inserts find room for one",
        ),
        Variant("multi", "ZADD and ZREMRANGEBYRANK within MULTI", _REDIS, {"list": list_runs, "insert": multi}),
    ),
)

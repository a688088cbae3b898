"""Table `canary_runs` in Redis (clauses TS-CANARY_RUNS-n).

The runs of a canary are the sorted set `miroir:canary_runs:<id>` by ran_at. A score is a double, and members of equal
score stand in order of their bytes (Redis documentation, "Sorted sets"). So a member begins with its ran_at, moved up
to be positive, in 20 digits: two instants beyond 2^53 that have one score are still told apart and in order. After it
comes the run, as JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts
from lawful.models.values import Json, canonical

_RANK_DIGITS = 20
_SMALLEST = -(2**63)

_SHARED = """
local runs = row_of(ARGV[1])
local function rank_of(member) return string.sub(member, 1, 20) end
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "insert": """
local ran_at, rank, member, last_to_go = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
for _, known in ipairs(redis.call('ZRANGEBYSCORE', runs, ran_at, ran_at)) do
  if rank_of(known) == rank then return 0 end
end
redis.call('ZADD', runs, ran_at, member)
redis.call('ZREMRANGEBYRANK', runs, 0, last_to_go)
return 1
""",
        "list": "return redis.call('ZREVRANGE', runs, ARGV[2], ARGV[3])",
        "prune": """
local before, rank = ARGV[2], ARGV[3]
local pruned = 0
for _, member in ipairs(redis.call('ZRANGEBYSCORE', runs, '-inf', before)) do
  if rank_of(member) < rank then pruned = pruned + redis.call('ZREM', runs, member) end
end
return pruned
""",
    },
)


class CanaryRuns:
    """One method per function, named and called as the specification says, with the canary first."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}canary_runs:", _SCRIPTS)

    def insert(
        self, canary_id: str, ran_at: int, status: str, latency_ms: int, failed_assertions_json: Json, keep: int
    ) -> bool:
        rank = _rank(ran_at)
        run: Json = {
            "ran_at": ran_at,
            "status": status,
            "latency_ms": latency_ms,
            "failed_assertions_json": failed_assertions_json,
        }
        # Ranks from the end are negative: of n to keep, the last one to go is the one before the n-th from the end.
        last_to_go = -max(keep, 0) - 1
        return bool(self._scripts.run("insert", canary_id, ran_at, rank, rank + canonical(run), last_to_go))

    def list(self, canary_id: str, limit: int | None) -> Sequence[Json]:
        # A range from 1 to 0 is empty; one to -1 goes to the end.
        first, last = (0, -1) if limit is None else (0, limit - 1) if limit > 0 else (1, 0)
        return [json.loads(member[_RANK_DIGITS:]) for member in self._scripts.run("list", canary_id, first, last)]

    def prune(self, canary_id: str, before: int) -> int:
        return int(self._scripts.run("prune", canary_id, before, _rank(before)))


def _rank(ran_at: int) -> str:
    return f"{ran_at - _SMALLEST:0{_RANK_DIGITS}d}"

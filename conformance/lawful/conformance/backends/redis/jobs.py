"""Table `jobs` in Redis (clauses TS-JOBS-n).

A row is a hash `miroir:jobs:<id>` with the fields id, type, params, state, claimed_by, progress (the last two absent:
null) and claim_expires_at_us while it is in progress. Ids stand in the set `miroir:jobs:_index`, those of queued jobs
also in the set `miroir:jobs:_queued`, and those in progress in the sorted set `miroir:jobs:_claimed` by expiry, so
that a claim finds an expired one without looking at every row. Expiry is judged by the server's clock alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts, fields_of
from lawful.models.values import Json, canonical

_SHARED = """
local index, queued, claimed = table_prefix .. '_index', table_prefix .. '_queued', table_prefix .. '_claimed'

-- Give the job to the claimant until ttl milliseconds from now. '%.0f': the shorter '%d' stops at 2^31 on some builds.
local function hold(id, now, ttl_ms)
  local expires = string.format('%.0f', now + tonumber(ttl_ms) * 1000)
  redis.call('HSET', row_of(id), 'claim_expires_at_us', expires)
  redis.call('ZADD', claimed, expires, id)
end

local function is_held_by(id, worker, now)
  local fields = redis.call('HMGET', row_of(id), 'state', 'claimed_by', 'claim_expires_at_us')
  return fields[1] == 'in_progress' and fields[2] == worker and tonumber(fields[3]) > now
end
"""

_FINISH = """
if not is_held_by(ARGV[1], ARGV[2], now_us()) then return 0 end
local row = row_of(ARGV[1])
redis.call('HSET', row, 'state', '%s')
redis.call('HDEL', row, 'claim_expires_at_us')
redis.call('ZREM', claimed, ARGV[1])
return 1
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "enqueue": """
local row = row_of(ARGV[1])
if redis.call('EXISTS', row) == 1 then return 0 end
redis.call('HSET', row, 'id', ARGV[1], 'type', ARGV[2], 'params', ARGV[3], 'state', 'queued')
redis.call('SADD', index, ARGV[1])
redis.call('SADD', queued, ARGV[1])
return 1
""",
        "claim": """
local now = now_us()
local id = redis.call('ZRANGEBYSCORE', claimed, '-inf', string.format('%.0f', now), 'LIMIT', 0, 1)[1]
if not id then id = redis.call('SRANDMEMBER', queued) end
if not id then return false end
hold(id, now, ARGV[2])
redis.call('HSET', row_of(id), 'state', 'in_progress', 'claimed_by', ARGV[1])
redis.call('SREM', queued, id)
return redis.call('HMGET', row_of(id), 'id', 'type', 'params')
""",
        "heartbeat": """
local now = now_us()
if not is_held_by(ARGV[1], ARGV[2], now) then return 0 end
hold(ARGV[1], now, ARGV[3])
return 1
""",
        "progress": """
if not is_held_by(ARGV[1], ARGV[2], now_us()) then return 0 end
redis.call('HSET', row_of(ARGV[1]), 'progress', ARGV[3])
return 1
""",
        "complete": _FINISH % "completed",
        "fail": _FINISH % "failed",
        "get": "return redis.call('HGETALL', row_of(ARGV[1]))",
        "list": """
local rows = {}
for _, id in ipairs(redis.call('SMEMBERS', index)) do
  local row = row_of(id)
  if #ARGV == 0 or redis.call('HGET', row, 'state') == ARGV[1] then
    rows[#rows + 1] = redis.call('HGETALL', row)
  end
end
return rows
""",
        "queue_depth": "return redis.call('SCARD', queued)",
    },
)


class Jobs:
    """One method per function, named and called as the specification says."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}jobs:", _SCRIPTS)

    def enqueue(self, id: str, type: str, params: Json) -> bool:
        return bool(self._scripts.run("enqueue", id, type, canonical(params)))

    def claim(self, worker: str, ttl_ms: int) -> Json:
        claimed = self._scripts.run("claim", worker, ttl_ms)
        if claimed is None:
            return None
        id, type, params = claimed
        return {"id": id, "type": type, "params": json.loads(params)}

    def heartbeat(self, id: str, worker: str, ttl_ms: int) -> bool:
        return bool(self._scripts.run("heartbeat", id, worker, ttl_ms))

    def progress(self, id: str, worker: str, progress: Json) -> bool:
        return bool(self._scripts.run("progress", id, worker, canonical(progress)))

    def complete(self, id: str, worker: str) -> bool:
        return bool(self._scripts.run("complete", id, worker))

    def fail(self, id: str, worker: str) -> bool:
        return bool(self._scripts.run("fail", id, worker))

    def get(self, id: str) -> Json:
        fields = fields_of(self._scripts.run("get", id))
        return shown_job(fields) if fields else None

    def list(self, state: str | None, limit: int | None) -> Sequence[Json]:
        rows = [fields_of(row) for row in self._scripts.run("list", *(() if state is None else (state,)))]
        rows.sort(key=lambda row: row["id"])
        return [shown_job(row) for row in rows[:limit]]

    def queue_depth(self) -> int:
        return int(self._scripts.run("queue_depth"))


def shown_job(fields: Mapping[str, str]) -> Json:
    """The row as a client sees it."""
    return {
        "id": fields["id"],
        "type": fields["type"],
        "params": json.loads(fields["params"]),
        "state": fields["state"],
        "claimed_by": fields.get("claimed_by"),
        "progress": json.loads(fields.get("progress", "null")),
    }

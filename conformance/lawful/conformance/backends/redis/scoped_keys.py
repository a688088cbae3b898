"""Extra `scoped_keys` in Redis (clauses TS-SCOPED_KEYS-n).

The keys of an index are the hash `miroir:scoped_keys:<index>` with the fields primary, previous (absent: null),
generation and rotated_at. What a pod reports is the string `miroir:scoped_keys:_observed:<index>:<pod>`, which the
server removes when it expires; the set `miroir:scoped_keys:_pods:<index>` holds the pods that reported, so that no scan
is needed. A pod whose report has expired stays in the set until the next report on that index.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import LONGEST_TTL_MS, Scripts, compile_scripts, fields_of
from lawful.models.values import Json

_SHARED = """
local keys, pods = row_of(ARGV[1]), table_prefix .. '_pods:' .. ARGV[1]
local generation = redis.call('HGET', keys, 'generation') or '0'

-- The length of the index tells 'a:b' and 'c' from 'a' and 'b:c'.
local function report_of(pod)
  return table_prefix .. '_observed:' .. #ARGV[1] .. ':' .. ARGV[1] .. ':' .. pod
end
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "rotate": """
if ARGV[3] ~= generation or redis.call('HEXISTS', keys, 'previous') == 1 then return false end
local before = redis.call('HGET', keys, 'primary')
redis.call('HSET', keys, 'primary', ARGV[2], 'rotated_at', ARGV[4])
if before then redis.call('HSET', keys, 'previous', before) end
return redis.call('HINCRBY', keys, 'generation', 1)
""",
        "get": "return redis.call('HGETALL', keys)",
        "observe": """
if generation == '0' then return 0 end
local before = string.format('%.0f', tonumber(generation) - 1)
local uses_previous = ARGV[3] == before and redis.call('HEXISTS', keys, 'previous') == 1
if ARGV[3] ~= generation and not uses_previous then return 0 end
redis.call('SADD', pods, ARGV[2])
redis.call('SET', report_of(ARGV[2]), ARGV[3])
redis.call('PEXPIRE', report_of(ARGV[2]), ARGV[4])
for _, pod in ipairs(redis.call('SMEMBERS', pods)) do
  if redis.call('EXISTS', report_of(pod)) == 0 then redis.call('SREM', pods, pod) end
end
return 1
""",
        "observers": """
local live = {}
for _, pod in ipairs(redis.call('SMEMBERS', pods)) do
  local observed = redis.call('GET', report_of(pod))
  if observed then live[#live + 1] = {pod, observed} end
end
return live
""",
        "revoke_previous": """
if redis.call('HEXISTS', keys, 'previous') == 0 then return 0 end
for _, pod in ipairs(redis.call('SMEMBERS', pods)) do
  local observed = redis.call('GET', report_of(pod))
  if observed and below(observed, generation) then return 0 end
end
return redis.call('HDEL', keys, 'previous')
""",
    },
)


class ScopedKeys:
    """One method per function, named and called as the specification says, with the index first."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}scoped_keys:", _SCRIPTS)

    def rotate(self, index_uid: str, new_key: str, expected_generation: int, rotated_at: int) -> int | None:
        generation = self._scripts.run("rotate", index_uid, new_key, expected_generation, rotated_at)
        return None if generation is None else int(generation)

    def get(self, index_uid: str) -> Json:
        fields = fields_of(self._scripts.run("get", index_uid))
        rotated_at = fields.get("rotated_at")
        return {
            "primary": fields.get("primary"),
            "previous": fields.get("previous"),
            "generation": int(fields.get("generation", 0)),
            "rotated_at": None if rotated_at is None else int(rotated_at),
        }

    def observe(self, index_uid: str, pod: str, generation: int, ttl_ms: int) -> bool:
        return bool(self._scripts.run("observe", index_uid, pod, generation, min(ttl_ms, LONGEST_TTL_MS)))

    def observers(self, index_uid: str) -> Sequence[Json]:
        live = sorted(self._scripts.run("observers", index_uid))
        return [{"pod": pod, "observed_generation": int(observed)} for pod, observed in live]

    def revoke_previous(self, index_uid: str) -> bool:
        return bool(self._scripts.run("revoke_previous", index_uid))

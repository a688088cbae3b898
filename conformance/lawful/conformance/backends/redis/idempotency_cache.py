"""Table `idempotency_cache` in Redis (clauses TS-IDEMPOTENCY_CACHE-n).

An entry is a hash `miroir:idempotency_cache:<key>` with the fields body_sha256 and miroir_task_id, which the server
removes when its time is over (`PEXPIRE`). There is no index, as nothing lists the entries, and nothing to prune.
"""

from __future__ import annotations

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts
from lawful.models.values import Json

_LONGEST_TTL_MS = 2**53
"""Longer ones are cut to this: the server refuses an expiry beyond 2^63 ms after the epoch."""

_SHARED = """
local row = row_of(ARGV[1])

local function standing()
  local fields = redis.call('HMGET', row, 'body_sha256', 'miroir_task_id')
  if not fields[1] then return {'miss'} end
  if fields[1] ~= ARGV[2] then return {'conflict'} end
  return {'replay', fields[2]}
end
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "record": """
if redis.call('EXISTS', row) == 1 then return standing() end
redis.call('HSET', row, 'body_sha256', ARGV[2], 'miroir_task_id', ARGV[3])
redis.call('PEXPIRE', row, ARGV[4])
return {'recorded', ARGV[3]}
""",
        "check": "return standing()",
    },
)


class IdempotencyCache:
    """One method per function, named and called as the specification says."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}idempotency_cache:", _SCRIPTS)

    def record(self, key: str, body_sha256: str, miroir_task_id: str, ttl_ms: int) -> Json:
        ttl_ms = max(min(ttl_ms, _LONGEST_TTL_MS), 0)
        return _shown(self._scripts.run("record", key, body_sha256, miroir_task_id, ttl_ms))

    def check(self, key: str, body_sha256: str) -> Json:
        return _shown(self._scripts.run("check", key, body_sha256))

    def prune(self) -> None:
        """The server has done it."""


def _shown(reply: list[str]) -> Json:
    return {"status": reply[0], "miroir_task_id": reply[1] if len(reply) > 1 else None}

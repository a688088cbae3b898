"""Extra `rate_limits` in Redis (clauses TS-RATE_LIMITS-n).

The window of a bucket is the counter `miroir:rate_limits:<bucket>`, which the server removes when the window ends. Its
expiry is set once, with the first hit: set with each hit, a bucket under load would never be emptied. Only admitted
hits are counted, and what the script answers is how many there were before; what remains of a limit of 64 bits is
computed here, because Lua's numbers are doubles.
"""

from __future__ import annotations

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import LONGEST_TTL_MS, Scripts, compile_scripts
from lawful.models.values import Json

_SCRIPTS = compile_scripts(
    "local window = row_of(ARGV[1])\nlocal admitted = tonumber(redis.call('GET', window) or 0)\n",
    {
        "hit": """
if admitted >= tonumber(ARGV[2]) then return false end
if admitted > 0 then
  redis.call('INCR', window)
elseif tonumber(ARGV[3]) > 0 then
  redis.call('SET', window, 1, 'PX', ARGV[3])
end
return admitted
""",
        "remaining": "return admitted",
    },
)


class RateLimits:
    """One method per function, named and called as the specification says, with the bucket first."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}rate_limits:", _SCRIPTS)

    def hit(self, bucket: str, limit: int, window_ms: int) -> Json:
        before = self._scripts.run("hit", bucket, limit, min(window_ms, LONGEST_TTL_MS))
        if before is None:
            return {"admitted": False, "remaining": 0}
        return {"admitted": True, "remaining": limit - int(before) - 1}

    def remaining(self, bucket: str, limit: int) -> int:
        return max(limit - int(self._scripts.run("remaining", bucket)), 0)

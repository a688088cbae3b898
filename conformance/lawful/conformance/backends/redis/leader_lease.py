"""Table `leader_lease` in Redis (clauses TS-LEADER_LEASE-n).

The lease of a scope is the string `miroir:lease:<scope>`: its value is the holder, and the server removes it when it
expires (Redis documentation, "SET", options NX and PX). The fencing token is the counter `miroir:lease_token:<scope>`,
a key of its own without expiry: numbered by the lease's own key, the next grant after an expiry would start again
at 1. The protected value is JSON text in `miroir:lease_value:<scope>`.

The server keeps expiries in whole milliseconds, so a lease may end up to 1 ms early or late.
"""

from __future__ import annotations

import json

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import LONGEST_TTL_MS, Scripts, compile_scripts
from lawful.models.values import Json, canonical

_SHARED = """
local scope = ARGV[1]
local lease = table_prefix .. 'lease:' .. scope
local token = table_prefix .. 'lease_token:' .. scope
local value = table_prefix .. 'lease_value:' .. scope
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "acquire": """
if redis.call('EXISTS', lease) == 1 then return false end
local granted = redis.call('INCR', token)
if tonumber(ARGV[3]) > 0 then redis.call('SET', lease, ARGV[2], 'PX', ARGV[3]) end
return granted
""",
        "renew": """
if redis.call('GET', lease) ~= ARGV[2] then return 0 end
return redis.call('PEXPIRE', lease, ARGV[3])
""",
        "release": """
if redis.call('GET', lease) ~= ARGV[2] then return 0 end
return redis.call('DEL', lease)
""",
        "get": "return {redis.call('GET', lease), redis.call('GET', token)}",
        "guarded_write": """
if tonumber(ARGV[2]) < tonumber(redis.call('GET', token) or 0) then return 0 end
redis.call('SET', value, ARGV[3])
return 1
""",
        "guarded_read": "return redis.call('GET', value)",
    },
)


class LeaderLease:
    """One method per function, named and called as the specification says, with the scope first."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, prefix, _SCRIPTS)

    def acquire(self, scope: str, holder: str, ttl_ms: int) -> int | None:
        token = self._scripts.run("acquire", scope, holder, min(ttl_ms, LONGEST_TTL_MS))
        return None if token is None else int(token)

    def renew(self, scope: str, holder: str, ttl_ms: int) -> bool:
        return bool(self._scripts.run("renew", scope, holder, min(ttl_ms, LONGEST_TTL_MS)))

    def release(self, scope: str, holder: str) -> bool:
        return bool(self._scripts.run("release", scope, holder))

    def get(self, scope: str) -> Json:
        holder, token = self._scripts.run("get", scope)
        return None if holder is None else {"holder": holder, "token": int(token)}

    def guarded_write(self, scope: str, token: int, value: Json) -> bool:
        return bool(self._scripts.run("guarded_write", scope, token, canonical(value)))

    def guarded_read(self, scope: str) -> Json:
        text = self._scripts.run("guarded_read", scope)
        value: Json = None if text is None else json.loads(text)
        return value

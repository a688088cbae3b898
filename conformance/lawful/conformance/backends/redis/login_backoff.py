"""Extra `login_backoff` in Redis (clauses TS-LOGIN_BACKOFF-n).

An account with failures has the hash `miroir:login_backoff:<account>`: `failures`, and `blocked_until_us` by the
server's clock once it was blocked. The hash itself does not expire, because failures are consecutive until a success,
however long that takes.
"""

from __future__ import annotations

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts
from lawful.models.values import Json
from lawful.specs.task_store.login_backoff import LONGEST_BLOCK_MS

_SCRIPTS = compile_scripts(
    "local row = row_of(ARGV[1])\n",
    {
        # Times beyond 2^53 µs are held as doubles: within milliseconds in the year 300,000.
        "failed": f"""
local failures = redis.call('HINCRBY', row, 'failures', 1)
local threshold = tonumber(ARGV[2])
if failures < threshold then return {{failures, '0'}} end
local times = math.min(failures - threshold, {LONGEST_BLOCK_MS.bit_length()})
local blocked_ms = math.min(tonumber(ARGV[3]) * 2 ^ times, {LONGEST_BLOCK_MS})
redis.call('HSET', row, 'blocked_until_us', string.format('%.0f', now_us() + blocked_ms * 1000))
return {{failures, string.format('%.0f', blocked_ms)}}
""",
        "may_try": """
local until_us = redis.call('HGET', row, 'blocked_until_us')
if until_us and tonumber(until_us) > now_us() then return 0 end
return 1
""",
        "succeeded": "return redis.call('DEL', row)",
        "get": "return redis.call('HGET', row, 'failures')",
    },
)


class LoginBackoff:
    """One method per function, named and called as the specification says, with the account first."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}login_backoff:", _SCRIPTS)

    def failed(self, account: str, threshold: int, base_ms: int) -> Json:
        failures, blocked_ms = self._scripts.run("failed", account, threshold, base_ms)
        return {"failures": int(failures), "blocked_ms": int(blocked_ms)}

    def may_try(self, account: str) -> bool:
        return bool(self._scripts.run("may_try", account))

    def succeeded(self, account: str) -> bool:
        return bool(self._scripts.run("succeeded", account))

    def get(self, account: str) -> Json:
        return {"failures": int(self._scripts.run("get", account) or 0)}

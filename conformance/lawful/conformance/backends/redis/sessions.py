"""Table `sessions` in Redis (clauses TS-SESSIONS-n).

A row is a hash `miroir:sessions:<id>`, which the server removes when it expires (`PEXPIREAT`). Two sorted sets hold the
ids: `miroir:sessions:_index` by the millisecond of expiry, so that a count need not look at each row, and
`miroir:sessions:_used` by the number of the last use, counted in `miroir:sessions:_uses`. An upsert takes what has
expired out of both before it writes; nobody sees whether that happened.

What has expired is judged by the scores alone, and by the clock that the scripts read: were it judged by whether the
hash is still there as well, a session could be gone for one script and be counted by the next. A hash is never gone
before its score says so, as the server removes it when its clock has reached the same millisecond, at the earliest.
"""

from __future__ import annotations

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts, fields_of
from lawful.models.values import Json

_LONGEST_TTL_MS = 2**52
"""Longer ones are cut to this, which a score holds exactly together with the time of day."""
_MOST_SESSIONS = 2**31

_SHARED = """
local index, used, uses = table_prefix .. '_index', table_prefix .. '_used', table_prefix .. '_uses'
local now_ms = math.floor(now_us() / 1000)

local function drop(id)
  redis.call('DEL', row_of(id))
  redis.call('ZREM', index, id)
  redis.call('ZREM', used, id)
end

local function drop_expired()
  local expired = redis.call('ZRANGEBYSCORE', index, '-inf', string.format('%.0f', now_ms))
  for _, id in ipairs(expired) do drop(id) end
end

local function lives(id)
  local expires = redis.call('ZSCORE', index, id)
  return expires and tonumber(expires) > now_ms
end

local function use(id, ttl_ms)
  local expires = string.format('%.0f', now_ms + tonumber(ttl_ms))
  redis.call('ZADD', index, expires, id)
  redis.call('ZADD', used, redis.call('INCR', uses), id)
  redis.call('PEXPIREAT', row_of(id), expires)
end
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "upsert": """
local id, row = ARGV[1], row_of(ARGV[1])
local is_new = not lives(id)
drop_expired()
redis.call('HSET', row, 'session_id', id)
redis.call('HDEL', row, 'last_write_mtask_id', 'last_write_at', 'pinned_group')
for i = 4, #ARGV, 2 do redis.call('HSET', row, ARGV[i], ARGV[i + 1]) end
use(id, ARGV[2])
local too_many = redis.call('ZCARD', used) - tonumber(ARGV[3])
if too_many > 0 then
  for _, one in ipairs(redis.call('ZRANGE', used, 0, too_many - 1)) do drop(one) end
end
return is_new and 1 or 0
""",
        "get": """
if not lives(ARGV[1]) then return {} end
local fields = redis.call('HGETALL', row_of(ARGV[1]))  -- before a time of zero removes them
use(ARGV[1], ARGV[2])
return fields
""",
        "delete": """
local lived = lives(ARGV[1])
drop(ARGV[1])
return lived and 1 or 0
""",
        "count": "return redis.call('ZCOUNT', index, string.format('(%.0f', now_ms), '+inf')",
    },
)


class Sessions:
    """One method per function, named and called as the specification says. A field that is absent is null."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}sessions:", _SCRIPTS)

    def upsert(
        self,
        session_id: str,
        last_write_mtask_id: str | None,
        last_write_at: int | None,
        pinned_group: int | None,
        min_settings_version: int,
        ttl_ms: int,
        max_sessions: int,
    ) -> bool:
        fields = {
            "last_write_mtask_id": last_write_mtask_id,
            "last_write_at": last_write_at,
            "pinned_group": pinned_group,
            "min_settings_version": min_settings_version,
        }
        flat = [text for name, value in fields.items() if value is not None for text in (name, value)]
        most = min(max(max_sessions, 0), _MOST_SESSIONS)
        return bool(self._scripts.run("upsert", session_id, _cut(ttl_ms), most, *flat))

    def get(self, session_id: str, ttl_ms: int) -> Json:
        fields = fields_of(self._scripts.run("get", session_id, _cut(ttl_ms)))
        if not fields:
            return None
        write_at, group = fields.get("last_write_at"), fields.get("pinned_group")
        return {
            "session_id": fields["session_id"],
            "last_write_mtask_id": fields.get("last_write_mtask_id"),
            "last_write_at": None if write_at is None else int(write_at),
            "pinned_group": None if group is None else int(group),
            "min_settings_version": int(fields["min_settings_version"]),
        }

    def delete(self, session_id: str) -> bool:
        return bool(self._scripts.run("delete", session_id))

    def count(self) -> int:
        return int(self._scripts.run("count"))


def _cut(ttl_ms: int) -> int:
    return max(min(ttl_ms, _LONGEST_TTL_MS), 0)

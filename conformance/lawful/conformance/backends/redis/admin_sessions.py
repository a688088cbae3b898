"""Table `admin_sessions` in Redis (clauses TS-ADMIN_SESSIONS-n).

A session is the hash `miroir:admin_sessions:<id>`, which the server removes when it expires (Redis documentation,
"PEXPIRE"). The field `revoked` is there once the session was revoked; `user_agent` and `source_ip` are absent where
they are null. Sessions are not listed, so there is no index set.

A revoke also publishes the id on the channel `miroir:admin_sessions:_revoked`, so that pods that keep a session in
memory can drop it at once. A subscriber that is away misses the notice: the flag in the row is the promise.

The server keeps expiries in whole milliseconds, so a session may end up to 1 ms early or late.
"""

from __future__ import annotations

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import LONGEST_TTL_MS, Scripts, compile_scripts, fields_of
from lawful.models.values import Json

_SCRIPTS = compile_scripts(
    "local row = row_of(ARGV[1])\n",
    {
        "create": """
if redis.call('EXISTS', row) == 1 then return 0 end
for i = 3, #ARGV, 2 do redis.call('HSET', row, ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', row, ARGV[2])
return 1
""",
        "get": "return redis.call('HGETALL', row)",
        "revoke": """
if redis.call('EXISTS', row) == 0 then return 0 end
redis.call('HSET', row, 'revoked', '1')
redis.call('PUBLISH', table_prefix .. '_revoked', ARGV[1])
return 1
""",
        "is_valid": """
if redis.call('EXISTS', row) == 0 then return 0 end
return 1 - redis.call('HEXISTS', row, 'revoked')
""",
        "delete": "return redis.call('DEL', row)",
    },
)


class AdminSessions:
    """One method per function, named and called as the specification says."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}admin_sessions:", _SCRIPTS)

    def create(
        self,
        session_id: str,
        csrf_token: str,
        admin_key_hash: str,
        created_at: int,
        ttl_ms: int,
        user_agent: str | None,
        source_ip: str | None,
    ) -> bool:
        fields = {
            "csrf_token": csrf_token,
            "admin_key_hash": admin_key_hash,
            "created_at": str(created_at),
            "user_agent": user_agent,
            "source_ip": source_ip,
        }
        flat = [text for name, value in fields.items() if value is not None for text in (name, value)]
        return bool(self._scripts.run("create", session_id, min(ttl_ms, LONGEST_TTL_MS), *flat))

    def get(self, session_id: str) -> Json:
        fields = fields_of(self._scripts.run("get", session_id))
        if not fields:
            return None
        return {
            "session_id": session_id,
            "csrf_token": fields["csrf_token"],
            "admin_key_hash": fields["admin_key_hash"],
            "created_at": int(fields["created_at"]),
            "revoked": "revoked" in fields,
            "user_agent": fields.get("user_agent"),
            "source_ip": fields.get("source_ip"),
        }

    def revoke(self, session_id: str) -> bool:
        return bool(self._scripts.run("revoke", session_id))

    def is_valid(self, session_id: str) -> bool:
        return bool(self._scripts.run("is_valid", session_id))

    def delete(self, session_id: str) -> bool:
        return bool(self._scripts.run("delete", session_id))

    def prune(self) -> None:
        """Nothing is left to remove: the server removes a session when it expires."""

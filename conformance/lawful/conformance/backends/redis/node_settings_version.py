"""Table `node_settings_version` in Redis (clauses TS-NODE_SETTINGS_VERSION-n).

A row is a hash `miroir:node_settings_version:<index>:<node>` (see `joined_id`) with the fields node_id, version and
updated_at. The nodes of an index stand in the set `miroir:node_settings_version:_index:<index>`. Versions are
compared as text: two beyond 2^53 would be one number to Lua.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts, fields_of, joined_id
from lawful.models.values import Json

_SHARED = """
local index = table_prefix .. '_index:' .. ARGV[1]
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "get": "return redis.call('HGETALL', row_of(ARGV[2]))",
        "advance": """
local row = row_of(ARGV[2])
local version = redis.call('HGET', row, 'version')
if version and not below(version, ARGV[4]) then return 0 end
redis.call('HSET', row, 'node_id', ARGV[3], 'version', ARGV[4], 'updated_at', ARGV[5])
redis.call('SADD', index, ARGV[2])
return 1
""",
        "list": """
local rows = {}
for _, id in ipairs(redis.call('SMEMBERS', index)) do
  rows[#rows + 1] = redis.call('HGETALL', row_of(id))
end
return rows
""",
    },
)


class NodeSettingsVersion:
    """One method per function, named and called as the specification says, with the index first."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}node_settings_version:", _SCRIPTS)

    def get(self, index_uid: str, node_id: str) -> Json:
        fields = fields_of(self._scripts.run("get", index_uid, joined_id(index_uid, node_id)))
        return _shown(fields) if fields else None

    def advance(self, index_uid: str, node_id: str, version: int, updated_at: int) -> bool:
        id = joined_id(index_uid, node_id)
        return bool(self._scripts.run("advance", index_uid, id, node_id, version, updated_at))

    def list(self, index_uid: str) -> Sequence[Json]:
        rows = [fields_of(row) for row in self._scripts.run("list", index_uid)]
        rows.sort(key=lambda row: row["node_id"])
        return [_shown(row) for row in rows]


def _shown(fields: Mapping[str, str]) -> Json:
    return {
        "node_id": fields["node_id"],
        "version": int(fields["version"]),
        "updated_at": int(fields["updated_at"]),
    }

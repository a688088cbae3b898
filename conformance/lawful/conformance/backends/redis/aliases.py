"""Table `aliases` in Redis (clauses TS-ALIASES-n).

A row is a hash `miroir:aliases:<name>` with the fields name, kind, target (JSON text), version and created_at. The
prior states are a list `miroir:aliases:_history:<name>`, oldest first, of items `<version> <target>`: a script adds one
and cuts the list to the retention, neither of which it could do to one JSON text (see `script`). Names stand in the set
`miroir:aliases:_index`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts, fields_of
from lawful.models.values import Json, canonical

_LONGEST_HISTORY = 2**31
"""A retention beyond that is cut to it: Lua and the server would take a larger one through doubles."""

_SHARED = """
local index = table_prefix .. '_index'

local function history_of(name)
  return table_prefix .. '_history:' .. name
end

local function shown(name)
  return {redis.call('HGETALL', row_of(name)), redis.call('LRANGE', history_of(name), 0, -1)}
end
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "create": """
local row = row_of(ARGV[1])
if redis.call('EXISTS', row) == 1 then return 0 end
redis.call('HSET', row, 'name', ARGV[1], 'kind', ARGV[2], 'target', ARGV[3], 'created_at', ARGV[4], 'version', 1)
redis.call('SADD', index, ARGV[1])
return 1
""",
        "get": "return shown(ARGV[1])",
        "flip": """
local row, history, retention = row_of(ARGV[1]), history_of(ARGV[1]), tonumber(ARGV[5])
local fields = redis.call('HMGET', row, 'kind', 'version', 'target')
if fields[1] ~= ARGV[2] or fields[2] ~= ARGV[3] then return 0 end
redis.call('HSET', row, 'target', ARGV[4])
redis.call('HINCRBY', row, 'version', 1)
redis.call('RPUSH', history, fields[2] .. ' ' .. fields[3])
if retention > 0 then redis.call('LTRIM', history, -retention, -1) else redis.call('DEL', history) end
return 1
""",
        "delete": """
if redis.call('DEL', row_of(ARGV[1])) == 0 then return 0 end
redis.call('DEL', history_of(ARGV[1]))
redis.call('SREM', index, ARGV[1])
return 1
""",
        "list": """
local rows = {}
for _, name in ipairs(redis.call('SMEMBERS', index)) do rows[#rows + 1] = shown(name) end
return rows
""",
    },
)


class Aliases:
    """One method per function, named and called as the specification says."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}aliases:", _SCRIPTS)

    def create(self, name: str, current_uid: str, created_at: int) -> bool:
        return bool(self._scripts.run("create", name, "single", canonical(current_uid), created_at))

    def create_multi(self, name: str, target_uids: Sequence[Json], created_at: int) -> bool:
        return bool(self._scripts.run("create", name, "multi", canonical(target_uids), created_at))

    def get(self, name: str) -> Json:
        fields, history = self._scripts.run("get", name)
        return _shown(fields_of(fields), history) if fields else None

    def flip(self, name: str, expected_version: int, current_uid: str, retention: int) -> bool:
        return self._flip(name, "single", expected_version, current_uid, retention)

    def flip_multi(self, name: str, expected_version: int, target_uids: Sequence[Json], retention: int) -> bool:
        return self._flip(name, "multi", expected_version, target_uids, retention)

    def delete(self, name: str) -> bool:
        return bool(self._scripts.run("delete", name))

    def list(self) -> Sequence[Json]:
        rows = [(fields_of(fields), history) for fields, history in self._scripts.run("list")]
        rows.sort(key=lambda row: row[0]["name"])
        return [_shown(*row) for row in rows]

    def _flip(self, name: str, kind: str, expected_version: int, target: Json, retention: int) -> bool:
        kept = min(max(retention, 0), _LONGEST_HISTORY)
        return bool(self._scripts.run("flip", name, kind, expected_version, canonical(target), kept))


def _shown(fields: dict[str, str], history: list[str]) -> Json:
    prior = [item.split(" ", 1) for item in history]
    return {
        "name": fields["name"],
        "kind": fields["kind"],
        **_targets(fields["kind"], fields["target"]),
        "version": int(fields["version"]),
        "created_at": int(fields["created_at"]),
        "history": [{"version": int(version), **_targets(fields["kind"], target)} for version, target in prior],
    }


def _targets(kind: str, target: str) -> dict[str, Json]:
    value = json.loads(target)
    return {
        "current_uid": value if kind == "single" else None,
        "target_uids": value if kind == "multi" else None,
    }

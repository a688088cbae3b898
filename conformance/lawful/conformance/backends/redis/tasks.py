"""Table `tasks` in Redis (clauses TS-TASKS-n).

A row is a hash `miroir:tasks:<id>` with the fields id, created_at, status, error (absent: null) and, for each node,
`node_uid:<node>` and `node_status:<node>`: fields of their own, because a map written as one JSON text could not be
changed in a script (see `script`). The set `miroir:tasks:_index` holds the ids.

A list is read by one script and put in order here: scores of a sorted set are doubles, and two ages beyond 2^53
would count as equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts, fields_of
from lawful.models.values import Json
from lawful.specs.task_store.tasks import TERMINAL_STATUSES

_UID, _STATUS = "node_uid:", "node_status:"

_SHARED = (
    "local is_terminal = {"
    + ", ".join(f"{status} = true" for status in sorted(TERMINAL_STATUSES))
    + "}\n"
    + """
local index = table_prefix .. '_index'
"""
)

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "insert": """
local row = row_of(ARGV[1])
if redis.call('EXISTS', row) == 1 then return 0 end
redis.call('HSET', row, 'id', ARGV[1])
for i = 2, #ARGV, 2 do redis.call('HSET', row, ARGV[i], ARGV[i + 1]) end
redis.call('SADD', index, ARGV[1])
return 1
""",
        "get": "return redis.call('HGETALL', row_of(ARGV[1]))",
        "update_status": """
local row = row_of(ARGV[1])
local status = redis.call('HGET', row, 'status')
if not status or is_terminal[status] then return 0 end
redis.call('HSET', row, 'status', ARGV[2])
return 1
""",
        "update_node": """
local row = row_of(ARGV[1])
local status = redis.call('HGET', row, 'status')
if not status then return 0 end
redis.call('HSET', row, 'node_uid:' .. ARGV[2], ARGV[3], 'node_status:' .. ARGV[2], ARGV[4])
if is_terminal[status] then return 1 end
local final = 'succeeded'
local fields = redis.call('HGETALL', row)
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 12) == 'node_status:' then
    if not is_terminal[fields[i + 1]] then return 1 end
    if fields[i + 1] == 'failed' then final = 'failed' end
  end
end
redis.call('HSET', row, 'status', final)
return 1
""",
        "set_error": """
local row = row_of(ARGV[1])
if redis.call('EXISTS', row) == 0 then return 0 end
if #ARGV == 1 then redis.call('HDEL', row, 'error') else redis.call('HSET', row, 'error', ARGV[2]) end
return 1
""",
        "list": """
local rows = {}
for _, id in ipairs(redis.call('SMEMBERS', index)) do
  local row = row_of(id)
  if #ARGV == 0 or redis.call('HGET', row, 'status') == ARGV[1] then
    rows[#rows + 1] = redis.call('HGETALL', row)
  end
end
return rows
""",
        "delete": """
if redis.call('DEL', row_of(ARGV[1])) == 0 then return 0 end
redis.call('SREM', index, ARGV[1])
return 1
""",
        "prune": """
local pruned = 0
for _, id in ipairs(redis.call('SMEMBERS', index)) do
  local row = row_of(id)
  local fields = redis.call('HMGET', row, 'status', 'created_at')
  if is_terminal[fields[1]] and below(fields[2], ARGV[1]) then
    redis.call('DEL', row)
    redis.call('SREM', index, id)
    pruned = pruned + 1
  end
end
return pruned
""",
    },
)


class Tasks:
    """One method per function, named and called as the specification says."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}tasks:", _SCRIPTS)

    def insert(
        self, id: str, created_at: int, status: str, node_tasks: Mapping[str, Mapping[str, str]], error: str | None
    ) -> bool:
        fields = {"created_at": str(created_at), "status": status}
        if error is not None:
            fields["error"] = error
        for node, node_task in node_tasks.items():
            fields[_UID + node] = node_task["uid"]
            fields[_STATUS + node] = node_task["status"]
        flat = [text for field in fields.items() for text in field]
        return bool(self._scripts.run("insert", id, *flat))

    def get(self, id: str) -> Json:
        fields = fields_of(self._scripts.run("get", id))
        return _shown(fields) if fields else None

    def update_status(self, id: str, status: str) -> bool:
        return bool(self._scripts.run("update_status", id, status))

    def update_node(self, id: str, node: str, uid: str, status: str) -> bool:
        return bool(self._scripts.run("update_node", id, node, uid, status))

    def set_error(self, id: str, error: str | None) -> bool:
        return bool(self._scripts.run("set_error", id, *(() if error is None else (error,))))

    def list(self, status: str | None, limit: int | None, offset: int | None) -> Sequence[Json]:
        rows = [fields_of(row) for row in self._scripts.run("list", *(() if status is None else (status,)))]
        rows.sort(key=lambda row: (-int(row["created_at"]), row["id"]))
        first = offset or 0
        return [_shown(row) for row in rows[first : None if limit is None else first + limit]]

    def delete(self, id: str) -> bool:
        return bool(self._scripts.run("delete", id))

    def prune(self, before: int) -> int:
        return int(self._scripts.run("prune", before))


def _shown(fields: Mapping[str, str]) -> Json:
    nodes = [name.removeprefix(_UID) for name in fields if name.startswith(_UID)]
    return {
        "id": fields["id"],
        "created_at": int(fields["created_at"]),
        "status": fields["status"],
        "node_tasks": {node: {"uid": fields[_UID + node], "status": fields[_STATUS + node]} for node in nodes},
        "error": fields.get("error"),
    }

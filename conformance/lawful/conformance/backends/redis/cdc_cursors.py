"""Table `cdc_cursors` in Redis (clauses TS-CDC_CURSORS-n).

A cursor is the integer `miroir:cdc_cursor:<sink>:<index>`, with its time beside it in
`miroir:cdc_cursor_updated_at:<sink>:<index>`; the set `miroir:cdc_cursors:_index:<sink>` holds the indexes of a sink.
In the name of a sink `:` is written `%3A`, and `%` as `%25`: the sink `a:b` with the index `c` and the sink `a` with
the index `b:c` would share a cursor otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts
from lawful.models.values import Json

_SHARED = """
local sink = ARGV[1]
local index = table_prefix .. 'cdc_cursors:_index:' .. sink
local function cursor_of(uid) return table_prefix .. 'cdc_cursor:' .. sink .. ':' .. uid end
local function time_of(uid) return table_prefix .. 'cdc_cursor_updated_at:' .. sink .. ':' .. uid end
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        "get": "return redis.call('MGET', cursor_of(ARGV[2]), time_of(ARGV[2]))",
        "advance": """
local uid, expected, seq, updated_at = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local stands_at = redis.call('GET', cursor_of(uid))
if (stands_at or 'nowhere') ~= expected then return 0 end
if stands_at and not below(stands_at, seq) then return 0 end
redis.call('MSET', cursor_of(uid), seq, time_of(uid), updated_at)
redis.call('SADD', index, uid)
return 1
""",
        "list": """
local rows = {}
for _, uid in ipairs(redis.call('SMEMBERS', index)) do
  rows[#rows + 1] = {uid, redis.call('GET', cursor_of(uid)), redis.call('GET', time_of(uid))}
end
return rows
""",
    },
)


class CdcCursors:
    """One method per function, named and called as the specification says, with the sink first."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, prefix, _SCRIPTS)

    def get(self, sink_name: str, index_uid: str) -> Json:
        seq, updated_at = self._scripts.run("get", _escaped(sink_name), index_uid)
        return None if seq is None else _shown(index_uid, seq, updated_at)

    def advance(self, sink_name: str, index_uid: str, expected_seq: int | None, seq: int, updated_at: int) -> bool:
        expected = "nowhere" if expected_seq is None else str(expected_seq)
        return bool(self._scripts.run("advance", _escaped(sink_name), index_uid, expected, seq, updated_at))

    def list(self, sink_name: str) -> Sequence[Json]:
        rows = sorted(self._scripts.run("list", _escaped(sink_name)))
        return [_shown(index_uid, seq, updated_at) for index_uid, seq, updated_at in rows]


def _escaped(sink_name: str) -> str:
    return sink_name.replace("%", "%25").replace(":", "%3A")


def _shown(index_uid: str, seq: str, updated_at: str) -> Json:
    return {"index_uid": index_uid, "last_event_seq": int(seq), "updated_at": int(updated_at)}

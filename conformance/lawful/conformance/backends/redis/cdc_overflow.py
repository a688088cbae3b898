"""Extra `cdc_overflow` in Redis (clauses TS-CDC_OVERFLOW-n).

The events of a sink are the list `miroir:cdc_overflow:<sink>`, oldest first, each as `<bytes>:<payload as JSON>`.
The counter `miroir:cdc_overflow:_bytes:<sink>` is the sum of their sizes: it is raised first and lowered again where
that was too much, because the server adds integers of 64 bits and Lua does not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts
from lawful.models.values import Json, canonical

_SHARED = """
local events, size = row_of(ARGV[1]), table_prefix .. '_bytes:' .. ARGV[1]
"""

_SCRIPTS = compile_scripts(
    _SHARED,
    {
        # A sum beyond 64 bits is an error of INCRBY, which then changes nothing.
        "append": """
if below(ARGV[2], '0') then return 0 end
local raised = redis.pcall('INCRBY', size, ARGV[2])
if type(raised) == 'table' then
  if string.find(raised.err, 'overflow', 1, true) then return 0 end
  return raised
end
if below(ARGV[3], redis.call('GET', size)) then
  redis.call('DECRBY', size, ARGV[2])
  return 0
end
redis.call('RPUSH', events, ARGV[2] .. ':' .. ARGV[4])
return 1
""",
        "size": "return redis.call('GET', size)",
        "drain": """
local drained = redis.call('LRANGE', events, 0, ARGV[2])
for _, event in ipairs(drained) do
  redis.call('DECRBY', size, string.match(event, '^%d+'))
end
if #drained > 0 then redis.call('LTRIM', events, #drained, -1) end
return drained
""",
    },
)


class CdcOverflow:
    """One method per function, named and called as the specification says, with the sink first."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}cdc_overflow:", _SCRIPTS)

    def append(self, sink: str, bytes: int, max_bytes: int, payload: Json) -> bool:
        return bool(self._scripts.run("append", sink, bytes, max_bytes, canonical(payload)))

    def size(self, sink: str) -> int:
        return int(self._scripts.run("size", sink) or 0)

    def drain(self, sink: str, most: int) -> Sequence[Json]:
        if most < 1:
            return []
        return [_event(text) for text in self._scripts.run("drain", sink, most - 1)]


def _event(text: str) -> Json:
    bytes, _, payload = text.partition(":")
    return {"bytes": int(bytes), "payload": json.loads(payload)}

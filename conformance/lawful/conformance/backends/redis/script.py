"""Lua scripts: the one step in which a conditional operation is decided and carried out.

Claims, from the Redis documentation ("Scripting with Lua", "Replication and AOF"):
- While a script runs, the server does nothing else. It is not undone when it fails half-way, so no script here calls
  a command that can fail by its arguments.
- Its writes are stored together: a server killed in the middle has all of them after a restart, or none.
- Lua's numbers are doubles, and its JSON codec goes through them and makes `{}` and `[]` one. So values pass through
  as text, and an integer that may exceed 2^53 is compared as text (`below`).
- `TIME` stands still while a script runs.

Assumption: one server, not a cluster, because scripts compute the names of rows from the table's prefix.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from lawful.conformance.backends.redis.link import Link, ScriptUnknown

LONGEST_TTL_MS = 2**53
"""Longer ones are cut to this: the server refuses an expiry beyond 2^63 ms after the epoch."""

COMMON = """
local table_prefix = KEYS[1]

-- The key of a row. An id that starts with '_' gets another, so that no row is mistaken for an index ('_index').
local function row_of(id)
  if string.sub(id, 1, 1) == '_' then id = '_' .. id end
  return table_prefix .. id
end

-- Whether the integer a is below b; both are decimal text of any length.
local function below(a, b)
  local a_is_negative, b_is_negative = string.sub(a, 1, 1) == '-', string.sub(b, 1, 1) == '-'
  if a_is_negative ~= b_is_negative then return a_is_negative end
  if a_is_negative then a, b = string.sub(b, 2), string.sub(a, 2) end
  if #a ~= #b then return #a < #b end
  return a < b
end

-- Microseconds since the epoch by the server's clock.
local function now_us()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end
"""


class Script:
    """A script, called by its digest; its text is sent only where the server does not have it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def run(self, link: Link, prefix: str, arguments: tuple[str | int, ...]) -> Any:
        """What the script returns; null for `false` and `nil`."""
        try:
            return link.call("EVALSHA", self._digest, 1, prefix, *arguments)
        except ScriptUnknown:
            return link.call("EVAL", self._text, 1, prefix, *arguments)


class Scripts:
    """The scripts of one table, by function, over one connection."""

    def __init__(self, link: Link, prefix: str, scripts: Mapping[str, Script]) -> None:
        self._link = link
        self._prefix = prefix
        self._scripts = scripts

    def run(self, function: str, *arguments: str | int) -> Any:
        """What the script of `function` returns. Raises `OperationFailed`, `OutcomeUnknown`."""
        return self._scripts[function].run(self._link, self._prefix, arguments)


def compile_scripts(shared: str, bodies: Mapping[str, str]) -> dict[str, Script]:
    """A script for each body, with the functions that all tables share and those of this one before it."""
    return {function: Script(COMMON + shared + body) for function, body in bodies.items()}


def joined_id(*parts: str) -> str:
    """The id of a row with several key fields: `a:b`, with `%` and `:` in the parts written as `%25` and `%3A`.

    >>> joined_id("a", "b"), joined_id("a:b", "c"), joined_id("a", "b:c")
    ('a:b', 'a%3Ab:c', 'a:b%3Ac')
    """
    return ":".join(part.replace("%", "%25").replace(":", "%3A") for part in parts)


def fields_of(flat: list[str]) -> dict[str, str]:
    """The fields of a hash, which the server answers as one list of names and values in turn."""
    return dict(zip(flat[::2], flat[1::2], strict=True))

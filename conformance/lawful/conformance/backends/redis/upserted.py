"""Tables in Redis whose rows are put, looked up, listed and removed, and nothing else.

A row is a hash `miroir:<table>:<key>`, and the set `miroir:<table>:_index` holds the keys. A field is text: integers
in decimal, booleans `1` and `0`, anything else as JSON text; null is a field that is absent. An upsert removes the old
hash first: fields that are null in the new row would keep their old values otherwise.

Row and index entry are written by one script, so that a list never meets one without the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts, fields_of
from lawful.models.values import Json, canonical

_SCRIPTS = compile_scripts(
    "local index, row = table_prefix .. '_index', ARGV[1] and row_of(ARGV[1])\n",
    {
        "upsert": """
local replaced = redis.call('DEL', row)
for i = 2, #ARGV, 2 do redis.call('HSET', row, ARGV[i], ARGV[i + 1]) end
redis.call('SADD', index, ARGV[1])
return 1 - replaced
""",
        "get": "return redis.call('HGETALL', row)",
        "delete": """
if redis.call('DEL', row) == 0 then return 0 end
redis.call('SREM', index, ARGV[1])
return 1
""",
        "list": """
local rows = {}
for _, key in ipairs(redis.call('SMEMBERS', index)) do
  rows[#rows + 1] = {key, redis.call('HGETALL', row_of(key))}
end
return rows
""",
    },
)


class HashField(NamedTuple):
    """A field of the hash, with the way from a JSON value to text and back."""

    name: str
    held: Callable[[Any], str | None]
    shown: Callable[[str], Json]


def text(name: str) -> HashField:
    """A text as it is, or null."""
    return HashField(name, lambda value: value, lambda held: held)


def integer(name: str) -> HashField:
    return HashField(name, str, int)


def boolean(name: str) -> HashField:
    return HashField(name, lambda value: "1" if value else "0", lambda held: held == "1")


def json_text(name: str) -> HashField:
    """Any JSON value; null is a text as well."""
    return HashField(name, canonical, json.loads)


class UpsertedRows:
    """One such table. Its fields are those of the subclass, the first of which is never null."""

    table: ClassVar[str]
    key: ClassVar[str]
    """The field that tells rows apart, a text."""
    fields: ClassVar[tuple[HashField, ...]]
    """The other fields."""
    named: ClassVar[str | None] = None
    """The argument by which clients name a row; None: the one called like the key."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._scripts = Scripts(link, f"{prefix}{self.table}:", _SCRIPTS)

    def key_of(self, name: str) -> str:
        """The key of the row that clients call `name`."""
        return name

    def upsert(self, **arguments: Json) -> bool:
        held = [(field.name, field.held(arguments[field.name])) for field in self.fields]
        flat = [part for name, value in held if value is not None for part in (name, value)]
        return bool(self._scripts.run("upsert", self._key(arguments), *flat))

    def get(self, **arguments: Json) -> Json:
        key = self._key(arguments)
        held = fields_of(self._scripts.run("get", key))
        return self._shown(key, held) if held else None

    def delete(self, **arguments: Json) -> bool:
        return bool(self._scripts.run("delete", self._key(arguments)))

    def list(self) -> Sequence[Json]:
        rows = sorted(self._scripts.run("list"), key=lambda row: str(row[0]))
        return [self._shown(key, fields_of(flat)) for key, flat in rows]

    def _key(self, arguments: Mapping[str, Json]) -> str:
        return self.key_of(str(arguments[self.named or self.key]))

    def _shown(self, key: str, held: Mapping[str, str]) -> Json:
        values = {field.name: field.shown(held[field.name]) if field.name in held else None for field in self.fields}
        return {self.key: key, **values}

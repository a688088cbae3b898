"""Rows as hashes with an index set beside them: each a command of its own."""

from __future__ import annotations

from collections.abc import Mapping

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import fields_of


class NaiveRows:
    """The rows of one table."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._link = link
        self._prefix = prefix
        self._index = f"{prefix}_index"

    def key(self, id: str) -> str:
        """The key of a row; an id like `_index` gets another underscore, to keep clear of the index."""
        return f"{self._prefix}_{id}" if id.startswith("_") else f"{self._prefix}{id}"

    def exists(self, id: str) -> bool:
        return bool(self._link.call("EXISTS", self.key(id)))

    def read(self, id: str) -> dict[str, str]:
        """The fields of a row; none where there is no row, or only what an update wrote after a delete."""
        fields = fields_of(self._link.call("HGETALL", self.key(id)))
        return fields if "id" in fields else {}

    def read_all(self) -> list[dict[str, str]]:
        """All rows that the index names, one by one."""
        rows = [self.read(id) for id in self._link.call("SMEMBERS", self._index)]
        return [row for row in rows if row]

    def write(self, id: str, fields: Mapping[str, str]) -> None:
        """Set fields of a row, whether or not it is there."""
        self._link.call("HSET", self.key(id), *(text for field in fields.items() for text in field))

    def add(self, id: str, fields: Mapping[str, str]) -> None:
        """A new row. Whoever lists now does not see it; a client that dies now leaves it unlisted for good."""
        self.write(id, {"id": id, **fields})
        self._link.call("SADD", self._index, id)

    def remove(self, id: str) -> bool:
        removed = self._link.call("DEL", self.key(id))
        self._link.call("SREM", self._index, id)
        return bool(removed)

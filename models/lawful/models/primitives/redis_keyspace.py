"""The keys of a Redis server while one command, or one atomic block of commands, works on them.

Claims, from the Redis documentation ("Data types", "EXPIRE", "Transactions"): a collection without members does not
exist; writing a key keeps its expiry unless the command replaces the value; a watch notices every write, also one
that leaves the value as it was.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lawful.models.rows import Rows


class Entry(NamedTuple):
    """A key's value."""

    kind: str
    """string, hash, set, list or zset."""
    data: Any
    """A string; `Rows` of field to text, or of member to score; a frozen set; a tuple of elements."""
    expires_at_ms: int | None = None


class WrongType(Exception):
    """The key holds a value of another kind than the command is for."""


class Refused(Exception):
    """The server answers with an error of this code."""


class Keyspace:
    """Keys by name, changed in place, with a note of what was touched. Lives no longer than one step of the model."""

    def __init__(self, entries: Rows[Entry], now_ms: int) -> None:
        self.entries = entries
        self.now_ms = now_ms
        self.touched: set[str] = set()

    def find(self, key: str, kind: str) -> Any:
        """The data of `key`; None where there is none. Raises `WrongType`."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        if entry.kind != kind:
            raise WrongType
        return entry.data

    def put(self, key: str, kind: str, data: Any) -> None:
        """Change the value; the expiry stays."""
        before = self.entries.get(key)
        self.entries = self.entries.put(key, Entry(kind, data, None if before is None else before.expires_at_ms))
        self.touched.add(key)

    def put_members(self, key: str, kind: str, data: Any) -> None:
        """Change a collection; an empty one is gone."""
        if len(data):
            self.put(key, kind, data)
        else:
            self.remove(key)

    def expire(self, key: str, expires_at_ms: int | None) -> None:
        """Set or take away the expiry of a key that exists; one that lies in the past removes the key."""
        entry = self.entries.get(key)
        assert entry is not None
        if expires_at_ms is not None and expires_at_ms <= self.now_ms:
            self.remove(key)
            return
        self.entries = self.entries.put(key, entry._replace(expires_at_ms=expires_at_ms))
        self.touched.add(key)

    def remove(self, key: str) -> bool:
        """Whether there was such a key."""
        if self.entries.get(key) is None:
            return False
        self.entries = self.entries.without(key)
        self.touched.add(key)
        return True

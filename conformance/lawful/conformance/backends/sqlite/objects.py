"""Simple objects in SQLite: a register, a set, a queue, and a lock without owners. Values are JSON text."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lawful.conformance.backends.sqlite.database import Database
from lawful.models.values import Json, canonical

SCHEMA = """
CREATE TABLE registers (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE elements (key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, value));
CREATE TABLE queued (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE locks (key TEXT NOT NULL PRIMARY KEY);
"""
READS = frozenset({"read", "contains"})
"""The functions that change nothing."""


class StoredObject:
    """A class with a method for each function of its model."""

    def __init__(self, database: Database) -> None:
        self._database = database


class CasRegister(StoredObject):
    """A row; null where there is none."""

    def read(self, key: str) -> Json:
        row = self._database.execute("SELECT value FROM registers WHERE key = ?", key).fetchone()
        value: Json = None if row is None else json.loads(row[0])
        return value

    def write(self, key: str, value: Json) -> None:
        self._database.execute("INSERT OR REPLACE INTO registers VALUES (?, ?)", key, canonical(value))

    def cas(self, key: str, old: Json, new: Json) -> bool:
        if canonical(self.read(key)) != canonical(old):
            return False
        self.write(key, new)
        return True


class ValueSet(StoredObject):
    """A row for each element."""

    def insert(self, key: str, value: Json) -> bool:
        return self._changed("INSERT OR IGNORE INTO elements VALUES (?, ?)", key, value)

    def remove(self, key: str, value: Json) -> bool:
        return self._changed("DELETE FROM elements WHERE key = ? AND value = ?", key, value)

    def contains(self, key: str, value: Json) -> bool:
        found = self._database.execute("SELECT 1 FROM elements WHERE key = ? AND value = ?", key, canonical(value))
        return found.fetchone() is not None

    def _changed(self, statement: str, key: str, value: Json) -> bool:
        return self._database.execute(statement, key, canonical(value)).rowcount == 1


class FifoQueue(StoredObject):
    """A row for each value that was put in and not yet taken out, with a number that only grows."""

    def enqueue(self, key: str, value: Json) -> None:
        self._database.execute("INSERT INTO queued (key, value) VALUES (?, ?)", key, canonical(value))

    def dequeue(self, key: str) -> Json:
        first = "SELECT number, value FROM queued WHERE key = ? ORDER BY number LIMIT 1"
        row = self._database.execute(first, key).fetchone()
        if row is None:
            return None
        self._database.execute("DELETE FROM queued WHERE number = ?", row[0])
        value: Json = json.loads(row[1])
        return value


class Semaphore(StoredObject):
    """A row while the lock is taken."""

    def acquire(self, key: str) -> bool:
        return self._database.execute("INSERT OR IGNORE INTO locks VALUES (?)", key).rowcount == 1

    def release(self, key: str) -> bool:
        return self._database.execute("DELETE FROM locks WHERE key = ?", key).rowcount == 1


OBJECT_CLASSES: Mapping[str, type[StoredObject]] = {
    "cas-register": CasRegister,
    "set": ValueSet,
    "fifo-queue": FifoQueue,
    "semaphore": Semaphore,
}
"""By the name of the model."""

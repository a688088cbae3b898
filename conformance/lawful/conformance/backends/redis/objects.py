"""Simple objects in Redis, one key each: a register, a set, a queue, and a lock without owners.

Values are JSON text. Each operation is one command, but for the compare-and-set of a register, which is a script.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import Scripts, compile_scripts
from lawful.conformance.backends.redis.tables import TableClass
from lawful.models.values import Json, canonical

_CAS = compile_scripts(
    "",
    {
        "cas": """
local row = row_of(ARGV[1])
if (redis.call('GET', row) or 'null') ~= ARGV[2] then return 0 end
redis.call('SET', row, ARGV[3])
return 1
"""
    },
)


class CasRegister:
    """A string; null where there is none."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._link = link
        self._prefix = f"{prefix}register:"
        self._scripts = Scripts(link, self._prefix, _CAS)

    def read(self, key: str) -> Json:
        text = self._link.call("GET", self._prefix + key)
        value: Json = None if text is None else json.loads(text)
        return value

    def write(self, key: str, value: Json) -> None:
        self._link.call("SET", self._prefix + key, canonical(value))

    def cas(self, key: str, old: Json, new: Json) -> bool:
        return bool(self._scripts.run("cas", key, canonical(old), canonical(new)))


class ValueSet:
    """A set."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._link = link
        self._prefix = f"{prefix}set:"

    def insert(self, key: str, value: Json) -> bool:
        return bool(self._link.call("SADD", self._prefix + key, canonical(value)))

    def remove(self, key: str, value: Json) -> bool:
        return bool(self._link.call("SREM", self._prefix + key, canonical(value)))

    def contains(self, key: str, value: Json) -> bool:
        return bool(self._link.call("SISMEMBER", self._prefix + key, canonical(value)))


class FifoQueue:
    """A list: in at the right, out at the left."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._link = link
        self._prefix = f"{prefix}queue:"

    def enqueue(self, key: str, value: Json) -> None:
        self._link.call("RPUSH", self._prefix + key, canonical(value))

    def dequeue(self, key: str) -> Json:
        text = self._link.call("LPOP", self._prefix + key)
        value: Json = None if text is None else json.loads(text)
        return value


class Semaphore:
    """A key that is there while the lock is taken."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._link = link
        self._prefix = f"{prefix}lock:"

    def acquire(self, key: str) -> bool:
        return self._link.call("SET", self._prefix + key, "taken", "NX") is not None

    def release(self, key: str) -> bool:
        return bool(self._link.call("DEL", self._prefix + key))


OBJECT_CLASSES: Mapping[str, TableClass] = {
    "cas-register": CasRegister,
    "set": ValueSet,
    "fifo-queue": FifoQueue,
    "semaphore": Semaphore,
}
"""By the name of the model."""

"""What each Redis command does to the keys: strings, expiry and hashes. Collections follow in `redis_collections`.

Claims: the Redis documentation, page of each command. Answers are those of protocol version 2: integers, strings,
null; a map is a flat list. What the server gives in no order (fields of a hash, members of a set) is sorted here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lawful.models.primitives.command import Answer
from lawful.models.primitives.redis_keyspace import Keyspace, Refused
from lawful.models.rows import Rows

RedisFunction = Callable[..., Answer]
_LARGEST = 2**63 - 1
_UNITS = {"PX": 1, "EX": 1000}


def integer(text: Any) -> int:
    """A string as the server reads a number; raises `Refused`."""
    try:
        number = int(text)
    except ValueError:
        raise Refused("ERR") from None
    if str(number) != str(text) or not -_LARGEST - 1 <= number <= _LARGEST:
        raise Refused("ERR")
    return number


def _get(keys: Keyspace, key: str) -> Answer:
    return keys.find(key, "string")


def _set(keys: Keyspace, key: str, value: Any, *options: Any) -> Answer:
    exists = keys.entries.get(key) is not None
    if ("NX" in options and exists) or ("XX" in options and not exists):
        return None
    expires_at_ms = None
    for unit, factor in _UNITS.items():
        if unit in options:
            expires_at_ms = keys.now_ms + options[options.index(unit) + 1] * factor
    keys.put(key, "string", str(value))
    if "KEEPTTL" not in options:
        keys.expire(key, expires_at_ms)
    return "OK"


def _setnx(keys: Keyspace, key: str, value: Any) -> Answer:
    return 0 if _set(keys, key, value, "NX") is None else 1


def _del(keys: Keyspace, *names: str) -> Answer:
    return sum(keys.remove(name) for name in names)


def _exists(keys: Keyspace, *names: str) -> Answer:
    return sum(keys.entries.get(name) is not None for name in names)


def _incrby(keys: Keyspace, key: str, amount: int) -> Answer:
    total = integer(keys.find(key, "string") or "0") + amount
    if not -_LARGEST - 1 <= total <= _LARGEST:
        raise Refused("ERR")
    keys.put(key, "string", str(total))
    return total


def _pexpire(keys: Keyspace, key: str, ttl_ms: int) -> Answer:
    if keys.entries.get(key) is None:
        return 0
    keys.expire(key, keys.now_ms + ttl_ms)
    return 1


def _persist(keys: Keyspace, key: str) -> Answer:
    entry = keys.entries.get(key)
    if entry is None or entry.expires_at_ms is None:
        return 0
    keys.expire(key, None)
    return 1


def _fields(keys: Keyspace, key: str) -> Rows[str]:
    found: Rows[str] | None = keys.find(key, "hash")
    return Rows() if found is None else found


def _hget(keys: Keyspace, key: str, field: str) -> Answer:
    return _fields(keys, key).get(field)


def _hset(keys: Keyspace, key: str, *flat: Any) -> Answer:
    fields = _fields(keys, key)
    before = len(fields)
    for name, value in zip(flat[::2], flat[1::2], strict=True):
        fields = fields.put(name, str(value))
    keys.put(key, "hash", fields)
    return len(fields) - before


def _hsetnx(keys: Keyspace, key: str, field: str, value: Any) -> Answer:
    if _fields(keys, key).get(field) is not None:
        return 0
    return _hset(keys, key, field, value)


def _hdel(keys: Keyspace, key: str, *names: str) -> Answer:
    fields = _fields(keys, key)
    present = {name for name in names if fields.get(name) is not None}
    for name in present:
        fields = fields.without(name)
    if present:
        keys.put_members(key, "hash", fields)
    return len(present)


def _hgetall(keys: Keyspace, key: str) -> Answer:
    return tuple(text for pair in _fields(keys, key).items() for text in pair)


def _hincrby(keys: Keyspace, key: str, field: str, amount: int) -> Answer:
    total = integer(_fields(keys, key).get(field) or "0") + amount
    if not -_LARGEST - 1 <= total <= _LARGEST:
        raise Refused("ERR")
    _hset(keys, key, field, total)
    return total


VALUE_FUNCTIONS: dict[str, RedisFunction] = {
    "GET": _get,
    "SET": _set,
    "SETNX": _setnx,
    "DEL": _del,
    "EXISTS": _exists,
    "INCR": lambda keys, key: _incrby(keys, key, 1),
    "INCRBY": _incrby,
    "PEXPIRE": _pexpire,
    "EXPIRE": lambda keys, key, ttl_s: _pexpire(keys, key, ttl_s * 1000),
    "PERSIST": _persist,
    "HGET": _hget,
    "HSET": _hset,
    "HSETNX": _hsetnx,
    "HDEL": _hdel,
    "HGETALL": _hgetall,
    "HINCRBY": _hincrby,
}

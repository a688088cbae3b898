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
_NO_KEY, _NO_EXPIRY = -2, -1
"""Answers of PTTL."""
_UNITS = {"PX": 1, "EX": 1000, "PXAT": 1, "EXAT": 1000}


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
    conditions, expires_at_ms = _set_options(keys.now_ms, options)
    before = keys.find(key, "string") if "GET" in conditions else None
    exists = keys.entries.get(key) is not None
    if ("NX" in conditions and exists) or ("XX" in conditions and not exists):
        return before
    keys.put(key, "string", str(value))
    if "KEEPTTL" not in conditions:
        keys.expire(key, expires_at_ms)
    return before if "GET" in conditions else "OK"


def _set_options(now_ms: int, options: tuple[Any, ...]) -> tuple[set[str], int | None]:
    """The options without a number, and when the key expires; raises `Refused`."""
    words: set[str] = set()
    expires_at_ms = None
    left = list(options)
    while left:
        word = left.pop(0)
        if word in _UNITS and left and expires_at_ms is None:
            expires_at_ms = _instant(now_ms, word, integer(left.pop(0)))
        elif word in ("NX", "XX", "GET", "KEEPTTL"):
            words.add(word)
        else:
            raise Refused("ERR")
    if {"NX", "XX"} <= words or ("KEEPTTL" in words and expires_at_ms is not None):
        raise Refused("ERR")
    return words, expires_at_ms


def _instant(now_ms: int, unit: str, number: int) -> int:
    if number <= 0:
        raise Refused("ERR")
    return number * _UNITS[unit] + (0 if unit.endswith("AT") else now_ms)


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


def _pexpireat(keys: Keyspace, key: str, expires_at_ms: int) -> Answer:
    if keys.entries.get(key) is None:
        return 0
    keys.expire(key, expires_at_ms)
    return 1


def _pttl(keys: Keyspace, key: str) -> Answer:
    entry = keys.entries.get(key)
    if entry is None:
        return _NO_KEY
    return _NO_EXPIRY if entry.expires_at_ms is None else entry.expires_at_ms - keys.now_ms


def _type(keys: Keyspace, key: str) -> Answer:
    entry = keys.entries.get(key)
    return "none" if entry is None else entry.kind


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
    if len(flat) % 2:
        raise Refused("ERR")
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
    "TYPE": _type,
    "PEXPIREAT": _pexpireat,
    "PEXPIRE": lambda keys, key, ttl_ms: _pexpireat(keys, key, keys.now_ms + ttl_ms),
    "EXPIRE": lambda keys, key, ttl_s: _pexpireat(keys, key, keys.now_ms + ttl_s * 1000),
    "PTTL": _pttl,
    "PERSIST": _persist,
    "HGET": _hget,
    "HSET": _hset,
    "HSETNX": _hsetnx,
    "HDEL": _hdel,
    "HGETALL": _hgetall,
    "HINCRBY": _hincrby,
}

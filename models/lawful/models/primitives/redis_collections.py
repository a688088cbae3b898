"""What each Redis command does to the keys: sets, lists and sorted sets.

Claims: the Redis documentation, page of each command. Scores are integers here. `BLPOP` on an empty list answers at
once what it answers after its time-out: a schedule has another client come first where waiting would matter.
"""

from __future__ import annotations

from typing import Any

from lawful.models.primitives.command import Answer
from lawful.models.primitives.redis_keyspace import Keyspace
from lawful.models.primitives.redis_values import RedisFunction
from lawful.models.rows import Rows


def _members(keys: Keyspace, key: str) -> frozenset[str]:
    found: frozenset[str] | None = keys.find(key, "set")
    return frozenset() if found is None else found


def _sadd(keys: Keyspace, key: str, *members: str) -> Answer:
    before = _members(keys, key)
    added = frozenset(members) - before
    if added:
        keys.put(key, "set", before | added)
    return len(added)


def _srem(keys: Keyspace, key: str, *members: str) -> Answer:
    before = _members(keys, key)
    removed = before & frozenset(members)
    if removed:
        keys.put_members(key, "set", before - removed)
    return len(removed)


def _elements(keys: Keyspace, key: str) -> tuple[str, ...]:
    found: tuple[str, ...] | None = keys.find(key, "list")
    return () if found is None else found


def _lpush(keys: Keyspace, key: str, *values: str) -> Answer:
    after = (*reversed(values), *_elements(keys, key))
    keys.put(key, "list", after)
    return len(after)


def _rpush(keys: Keyspace, key: str, *values: str) -> Answer:
    after = (*_elements(keys, key), *values)
    keys.put(key, "list", after)
    return len(after)


def _pop(keys: Keyspace, key: str, side: str) -> Answer:
    elements = _elements(keys, key)
    if not elements:
        return None
    rest, taken = (elements[1:], elements[0]) if side == "LEFT" else (elements[:-1], elements[-1])
    keys.put_members(key, "list", rest)
    return taken


def _lmove(keys: Keyspace, source: str, target: str, from_side: str, to_side: str) -> Answer:
    if not _elements(keys, source):
        return None
    _elements(keys, target)  # the type of the target is looked at before anything is taken
    taken = _pop(keys, source, from_side)
    (_lpush if to_side == "LEFT" else _rpush)(keys, target, taken)
    return taken


def _blpop(keys: Keyspace, key: str, timeout_s: Any) -> Answer:
    taken = _pop(keys, key, "LEFT")
    return None if taken is None else (key, taken)


def _lrem(keys: Keyspace, key: str, count: int, value: str) -> Answer:
    """The first `count` from the left; 0: all; below 0: from the right."""
    elements = list(_elements(keys, key))
    places = [place for place, element in enumerate(elements) if element == value]
    if count:
        places = places[:count] if count > 0 else places[count:]
    if places:
        keys.put_members(key, "list", tuple(e for place, e in enumerate(elements) if place not in places))
    return len(places)


def _between(count: int, first: int, last: int) -> slice:
    """Positions as Redis counts them: from the end where negative, `last` included."""
    start = max(0, first + count if first < 0 else first)
    return slice(start, max(start, (last + count if last < 0 else last) + 1))


def _scores(keys: Keyspace, key: str) -> Rows[int]:
    found: Rows[int] | None = keys.find(key, "zset")
    return Rows() if found is None else found


def _ranked(keys: Keyspace, key: str) -> list[str]:
    """Members by score, equal ones by name."""
    return [member for member, _ in sorted(_scores(keys, key).items(), key=lambda item: (item[1], item[0]))]


def _zadd(keys: Keyspace, key: str, score: int, member: str) -> Answer:
    scores = _scores(keys, key)
    before = scores.get(member)
    if before != score:
        keys.put(key, "zset", scores.put(member, score))
    return 1 if before is None else 0


def _zrem(keys: Keyspace, key: str, *members: str) -> Answer:
    scores = _scores(keys, key)
    present = {member for member in members if scores.get(member) is not None}
    for member in present:
        scores = scores.without(member)
    if present:
        keys.put_members(key, "zset", scores)
    return len(present)


def _zscore(keys: Keyspace, key: str, member: str) -> Answer:
    score = _scores(keys, key).get(member)
    return None if score is None else str(score)


def _zrange(keys: Keyspace, key: str, first: int, last: int) -> Answer:
    ranked = _ranked(keys, key)
    return tuple(ranked[_between(len(ranked), first, last)])


def _lrange(keys: Keyspace, key: str, first: int, last: int) -> Answer:
    elements = _elements(keys, key)
    return elements[_between(len(elements), first, last)]


COLLECTION_FUNCTIONS: dict[str, RedisFunction] = {
    "SADD": _sadd,
    "SREM": _srem,
    "SMEMBERS": lambda keys, key: tuple(sorted(_members(keys, key))),
    "SISMEMBER": lambda keys, key, member: int(member in _members(keys, key)),
    "SCARD": lambda keys, key: len(_members(keys, key)),
    "LPUSH": _lpush,
    "RPUSH": _rpush,
    "LPOP": lambda keys, key: _pop(keys, key, "LEFT"),
    "RPOP": lambda keys, key: _pop(keys, key, "RIGHT"),
    "LRANGE": _lrange,
    "LLEN": lambda keys, key: len(_elements(keys, key)),
    "LREM": _lrem,
    "LMOVE": _lmove,
    "BLPOP": _blpop,
    "ZADD": _zadd,
    "ZREM": _zrem,
    "ZCARD": lambda keys, key: len(_scores(keys, key)),
    "ZSCORE": _zscore,
    "ZRANGE": _zrange,
    "ZREMRANGEBYRANK": lambda keys, key, first, last: _zrem(keys, key, *_zrange(keys, key, first, last)),
}

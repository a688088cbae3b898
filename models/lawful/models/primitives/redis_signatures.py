"""What a Redis server knows of a command before it carries it out: how many arguments it takes, and whether it writes.

Claims (Redis documentation, COMMAND INFO): the numbers of arguments, and the flags `write` and `denyoom`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from lawful.models.primitives.command import Command


class Effect(IntEnum):
    """What a command may do to the keys."""

    READS = 0
    WRITES = 1
    """Never so that more memory is needed: it is carried out also where memory is full."""
    GROWS = 2
    """It is refused where memory is full, whether or not it would need more."""


class Signature(NamedTuple):
    """Arguments are counted without the name of the command; `most` is None where there is no end."""

    effect: Effect
    least: int
    most: int | None


def _exactly(count: int, effect: Effect = Effect.READS) -> Signature:
    return Signature(effect, count, count)


def _at_least(count: int, effect: Effect = Effect.READS) -> Signature:
    return Signature(effect, count, None)


_SIGNATURES: dict[str, Signature] = {
    "GET": _exactly(1),
    "SET": _at_least(2, Effect.GROWS),
    "SETNX": _exactly(2, Effect.GROWS),
    "DEL": _at_least(1, Effect.WRITES),
    "EXISTS": _at_least(1),
    "TYPE": _exactly(1),
    "INCR": _exactly(1, Effect.GROWS),
    "INCRBY": _exactly(2, Effect.GROWS),
    "EXPIRE": _at_least(2, Effect.WRITES),
    "PEXPIRE": _at_least(2, Effect.WRITES),
    "PEXPIREAT": _at_least(2, Effect.WRITES),
    "PERSIST": _exactly(1, Effect.WRITES),
    "PTTL": _exactly(1),
    "HGET": _exactly(2),
    "HSET": _at_least(3, Effect.GROWS),
    "HSETNX": _exactly(3, Effect.GROWS),
    "HDEL": _at_least(2, Effect.WRITES),
    "HGETALL": _exactly(1),
    "HINCRBY": _exactly(3, Effect.GROWS),
    "SADD": _at_least(2, Effect.GROWS),
    "SREM": _at_least(2, Effect.WRITES),
    "SMEMBERS": _exactly(1),
    "SISMEMBER": _exactly(2),
    "SCARD": _exactly(1),
    "LPUSH": _at_least(2, Effect.GROWS),
    "RPUSH": _at_least(2, Effect.GROWS),
    "LPOP": _at_least(1, Effect.WRITES),
    "RPOP": _at_least(1, Effect.WRITES),
    "LRANGE": _exactly(3),
    "LLEN": _exactly(1),
    "LREM": _exactly(3, Effect.WRITES),
    "LMOVE": _exactly(4, Effect.GROWS),
    "BLPOP": _at_least(2, Effect.WRITES),
    "ZADD": _at_least(3, Effect.GROWS),
    "ZREM": _at_least(2, Effect.WRITES),
    "ZCARD": _exactly(1),
    "ZSCORE": _exactly(2),
    "ZRANGE": _at_least(3),
    "ZREMRANGEBYRANK": _exactly(3, Effect.WRITES),
    "EVAL": _at_least(2),
    "WATCH": _at_least(1),
    "UNWATCH": _exactly(0),
    "MULTI": _exactly(0),
    "EXEC": _exactly(0),
    "DISCARD": _exactly(0),
    "NOW": _exactly(0),
}


def is_well_formed(command: Command) -> bool:
    """Whether the server would queue it: it knows the name, and the number of arguments fits."""
    signature = _SIGNATURES.get(command.name)
    if signature is None or len(command.arguments) < signature.least:
        return False
    return signature.most is None or len(command.arguments) <= signature.most


def effect_of(command: Command) -> Effect:
    """Of a command that is well formed. That of a script is found only as it runs."""
    return _SIGNATURES[command.name].effect

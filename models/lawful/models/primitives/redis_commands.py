"""The Redis commands that programs use, by their names, as `GET("lease:a")`.

Options stand among the arguments as in the protocol: `SET("lease:a", "w1", "NX", "PX", 1000)`.
"""

from __future__ import annotations

from lawful.models.primitives.command import Command, Primitive, Script

GET = Primitive("GET")
SET = Primitive("SET")
SETNX = Primitive("SETNX")
DEL = Primitive("DEL")
EXISTS = Primitive("EXISTS")
TYPE = Primitive("TYPE")
INCR = Primitive("INCR")
INCRBY = Primitive("INCRBY")
EXPIRE = Primitive("EXPIRE")
PEXPIRE = Primitive("PEXPIRE")
PEXPIREAT = Primitive("PEXPIREAT")
PTTL = Primitive("PTTL")
PERSIST = Primitive("PERSIST")
HGET = Primitive("HGET")
HSET = Primitive("HSET")
HSETNX = Primitive("HSETNX")
HDEL = Primitive("HDEL")
HGETALL = Primitive("HGETALL")
HINCRBY = Primitive("HINCRBY")
SADD = Primitive("SADD")
SREM = Primitive("SREM")
SMEMBERS = Primitive("SMEMBERS")
SISMEMBER = Primitive("SISMEMBER")
SCARD = Primitive("SCARD")
LPUSH = Primitive("LPUSH")
RPUSH = Primitive("RPUSH")
LPOP = Primitive("LPOP")
RPOP = Primitive("RPOP")
LRANGE = Primitive("LRANGE")
LLEN = Primitive("LLEN")
LREM = Primitive("LREM")
LMOVE = Primitive("LMOVE")
BLPOP = Primitive("BLPOP")
ZADD = Primitive("ZADD")
ZREM = Primitive("ZREM")
ZCARD = Primitive("ZCARD")
ZSCORE = Primitive("ZSCORE")
ZRANGE = Primitive("ZRANGE")
ZREMRANGEBYRANK = Primitive("ZREMRANGEBYRANK")
WATCH = Primitive("WATCH")
UNWATCH = Primitive("UNWATCH")
MULTI = Primitive("MULTI")
EXEC = Primitive("EXEC")
DISCARD = Primitive("DISCARD")


def EVAL(script: Script, keys: tuple[str, ...], *arguments: str | int) -> Command:  # noqa: N802 as Redis calls it
    """A script with the keys that it touches and its other arguments."""
    return Command("EVAL", (script, keys, arguments))


def PCALL(command: Command) -> Command:  # noqa: N802 as Lua calls it
    """Within a script: an error of `command` is its answer, and the script goes on (`redis.pcall`)."""
    return Command("PCALL", (command,))

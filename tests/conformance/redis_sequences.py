"""Random sequences of Redis commands by two clients: single ones, transactions with writes in between, scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from lawful.conformance.protocol_replay.redis_store import wire_form
from lawful.models.primitives import redis_commands as redis
from lawful.models.primitives.command import Command, Primitive, Program, Script
from lawful.models.protocols import (
    compare_and_set,
    expiring_rows,
    jobs_claim,
    jobs_complete,
    jobs_requeue,
    lease_acquire,
    lease_keep,
    rate_limit,
    revocation,
    tasks_insert,
    version_advance,
)

CLIENTS = (1, 2)
LONG_MS = 100_000
"""No test takes so long."""
LONG_PAST_MS, FAR_FUTURE_MS = 1, 10**14
NAMES = ("a", "b", "c")
OPEN = "open"
"""A set with one member at most: a script sees the members of a set in an order of the server's own."""
NUMBER = "number"
"""Holds large numbers, which Lua would round; no script touches it."""
VERSION = "version"
"""Holds a number or nothing."""

Sent = tuple[int, Command]

keys = st.sampled_from(NAMES)
words = st.sampled_from(["0", "1", "7", "x", "ü", "-3", "01"])
numbers = st.integers(-3, 3)
sides = st.sampled_from(["LEFT", "RIGHT"])
conditions = st.sampled_from([(), ("NX",), ("XX",), ("GET",), ("NX", "GET"), ("XX", "GET"), ("NX", "XX")])
expiries = st.sampled_from([
    (), ("KEEPTTL",), ("PX", LONG_MS), ("EX", LONG_MS), ("PXAT", FAR_FUTURE_MS), ("PXAT", LONG_PAST_MS), ("PX", 0),
    ("PX",), ("PX", LONG_MS, "KEEPTTL"),
])  # fmt: skip


def commands(
    primitive: Primitive | Callable[..., Command], *arguments: st.SearchStrategy[Any]
) -> st.SearchStrategy[Command]:
    return st.tuples(*arguments).map(lambda values: primitive(*values))


same_in_scripts = st.one_of(
    commands(redis.GET, keys),
    commands(redis.SET, keys, words),
    st.tuples(keys, words, conditions, expiries).map(lambda one: redis.SET(one[0], one[1], *one[2], *one[3])),
    commands(redis.SETNX, keys, words),
    commands(redis.DEL, keys, keys),
    commands(redis.EXISTS, keys, keys),
    commands(redis.TYPE, keys),
    commands(redis.INCR, keys),
    commands(redis.INCRBY, keys, numbers),
    commands(redis.PEXPIRE, keys, st.sampled_from([-5, 0, LONG_MS])),
    commands(redis.PEXPIREAT, keys, st.sampled_from([-1, LONG_PAST_MS, FAR_FUTURE_MS])),
    commands(redis.EXPIRE, keys, st.just(LONG_MS)),
    commands(redis.PERSIST, keys),
    commands(redis.HGET, keys, words),
    commands(redis.HSET, keys, words, words),
    commands(redis.HSET, keys, words, words, words, words),
    commands(redis.HSETNX, keys, words, words),
    commands(redis.HDEL, keys, words, words),
    commands(redis.HINCRBY, keys, words, numbers),
    commands(redis.SADD, keys, words, words),
    commands(redis.SREM, keys, words, words),
    commands(redis.SISMEMBER, keys, words),
    commands(redis.SCARD, keys),
    commands(redis.LPUSH, keys, words, words),
    commands(redis.RPUSH, keys, words, words),
    commands(redis.LPOP, keys),
    commands(redis.RPOP, keys),
    commands(redis.BLPOP, keys, st.just(1)),
    commands(redis.LRANGE, keys, numbers, numbers),
    commands(redis.LLEN, keys),
    commands(redis.LREM, keys, numbers, words),
    commands(redis.LMOVE, keys, keys, sides, sides),
    commands(redis.ZADD, keys, numbers, words),
    commands(redis.ZREM, keys, words, words),
    commands(redis.ZCARD, keys),
    commands(redis.ZSCORE, keys, words),
    commands(redis.ZRANGE, keys, numbers, numbers),
    commands(redis.ZREMRANGEBYRANK, keys, numbers, numbers),
    commands(redis.SADD, st.just(OPEN), st.just("j")),
)
refused = st.sampled_from([
    Command("NOSUCH", ("a",)), redis.GET(), redis.SET("a"), redis.HSET("a", "x"), redis.HSET("a", "x", "1", "y"),
    redis.EXISTS(), redis.INCRBY("a"), redis.ZADD("a", 1), redis.LRANGE("a", 0),
])  # fmt: skip
"""Unknown, or with a number of arguments that does not fit."""
own_order_or_time = st.one_of(
    commands(redis.SMEMBERS, keys),
    commands(redis.HGETALL, keys),
    commands(redis.PTTL, keys),
    commands(redis.INCRBY, st.just(NUMBER), st.sampled_from([2**63 - 1, -(2**63), 1, -1])),
    commands(redis.HINCRBY, st.just(NUMBER), words, st.sampled_from([2**63 - 1, -1])),
    commands(redis.DEL, st.just(NUMBER)),
)

holders = st.sampled_from(["w1", "w2", "x"])
task_store_scripts = st.one_of(
    keys.map(lambda key: redis.EVAL(rate_limit.ADMIT, (key,), LONG_MS)),
    holders.map(lambda holder: redis.EVAL(jobs_claim.CLAIM, (OPEN, "jobs:"), holder, LONG_MS)),
    holders.map(lambda holder: redis.EVAL(jobs_complete.COMPLETE, (OPEN, "jobs:j:claim"), "j", holder)),
    st.tuples(keys, keys, holders).map(lambda one: redis.EVAL(lease_acquire.ACQUIRE, one[:2], one[2], LONG_MS)),
    st.tuples(keys, holders).map(lambda one: redis.EVAL(lease_keep.RELEASE, one[:1], one[1])),
    st.tuples(keys, holders).map(lambda one: redis.EVAL(lease_keep.RENEW, one[:1], one[1], LONG_MS)),
    st.tuples(keys, keys, holders).map(
        lambda one: redis.EVAL(jobs_requeue.CLAIM, (*one[:2], "jobs:"), one[2], LONG_MS)
    ),
    st.tuples(keys, words, holders).map(
        lambda one: redis.EVAL(jobs_requeue.COMPLETE, (one[0], f"jobs:{one[1]}:claim"), *one[1:])
    ),
    st.tuples(keys, keys, words).map(
        lambda one: redis.EVAL(jobs_requeue.REAP, (one[0], f"jobs:{one[2]}:claim", one[1]), one[2])
    ),
    st.tuples(keys, words, words).map(lambda one: redis.EVAL(compare_and_set.ADVANCE, one[:1], *one[1:])),
    st.tuples(keys, words, words).map(lambda one: redis.EVAL(compare_and_set.FLIP, one[:1], one[1], "x", one[2])),
    numbers.map(lambda number: redis.EVAL(version_advance.ADVANCE, (VERSION,), number)),
    st.tuples(keys, keys, words).map(lambda one: redis.EVAL(tasks_insert.INSERT_TASK, one[:2], one[2], 5, "queued")),
    st.tuples(keys, keys, words).map(lambda one: redis.EVAL(revocation.USE, one[:2], one[2])),
    keys.map(lambda key: redis.EVAL(expiring_rows.TOUCH, (key,), LONG_MS)),
)
"""Every script of the protocols, on whatever the keys hold."""


def script_of(calls: Sequence[tuple[bool, Command]]) -> Command:
    """A script that makes these calls, protected where marked so, and answers all their answers."""
    lines = [f"answers[{place + 1}] = {_lua_call(*call)}" for place, call in enumerate(calls)]

    def body(names: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
        answers = []
        for is_protected, command in calls:
            answers.append((yield redis.PCALL(command) if is_protected else command))
        return tuple(answers)

    lua = "\n".join(["local answers = {}", *lines, "return answers"])
    return redis.EVAL(Script(f"[{'; '.join(lines)}]", lua, body), (*NAMES, OPEN))


def _lua_call(is_protected: bool, command: Command) -> str:
    marker = "\0"
    words = [str(word) for word in wire_form(command, marker)]
    places = {marker + name: f"KEYS[{place + 1}]" for place, name in enumerate((*NAMES, OPEN))}
    return f"redis.{'pcall' if is_protected else 'call'}({', '.join(places.get(word, repr(word)) for word in words)})"


called = st.one_of(same_in_scripts, same_in_scripts, same_in_scripts, refused)
random_scripts = st.lists(st.tuples(st.booleans(), called), min_size=1, max_size=5).map(script_of)

single = st.one_of(same_in_scripts, same_in_scripts, own_order_or_time, task_store_scripts, random_scripts, refused)
of_connection = st.one_of(
    commands(redis.WATCH, keys, keys),
    commands(redis.UNWATCH),
    commands(redis.MULTI),
    commands(redis.EXEC),
    commands(redis.DISCARD),
    st.just(redis.WATCH()),
)
clients = st.sampled_from(CLIENTS)
one_command = st.tuples(clients, st.one_of(single, single, of_connection)).map(lambda sent: [sent])


@st.composite
def transactions(draw: st.DrawFn) -> list[Sent]:
    """WATCH, perhaps a write of either client, MULTI, some commands with others in between, EXEC."""
    client = draw(clients)
    queued = st.one_of(single, single, single, of_connection)
    watched = [(client, redis.WATCH(*draw(st.lists(keys, min_size=1, max_size=2))))] if draw(st.booleans()) else []
    before = draw(st.lists(st.tuples(clients, single), max_size=1))
    within = draw(st.lists(st.one_of(st.tuples(st.just(client), queued), st.tuples(clients, single)), max_size=5))
    return [*watched, *before, (client, redis.MULTI()), *within, (client, redis.EXEC())]


@st.composite
def of_expiring_key(draw: st.DrawFn) -> list[Sent]:
    """A key that will expire, and what then happens to it."""
    name, word = draw(keys), draw(words)
    expiry = draw(st.sampled_from([("PX", LONG_MS), ("PXAT", FAR_FUTURE_MS)]))
    changes = [redis.SET(name, word), redis.INCR(name), redis.SETNX(name, word), redis.SET(name, word, "KEEPTTL")]
    return [(draw(clients), redis.SET(name, word, *expiry)), (draw(clients), draw(st.sampled_from(changes)))]


blocks = st.one_of(one_command, one_command, transactions(), of_expiring_key())
sequences = st.lists(blocks, min_size=1, max_size=8).map(lambda drawn: [sent for block in drawn for sent in block])

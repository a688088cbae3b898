"""The models of the primitives answer as the real stores do: random commands of a few clients, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawful.conformance.errors import BackendUnavailable
from lawful.conformance.protocol_replay import Replayer
from lawful.conformance.protocol_replay.connection import RealConnection, RealStore
from lawful.conformance.protocol_replay.sqlite_store import SqliteStore
from lawful.models.primitives import redis_commands as redis
from lawful.models.primitives import sqlite_statements as sqlite
from lawful.models.primitives.command import Command, Primitive
from lawful.models.primitives.redis import FUNCTIONS, RedisModel
from lawful.models.primitives.sqlite import SqliteModel
from lawful.models.protocols.jobs_claim import CLAIM
from lawful.models.protocols.rate_limit import ADMIT

CLIENTS = 3
SCHEMA = {"t": ("n", "text")}
LONG_MS = 100_000

Sequence_ = list[tuple[int, Command]]


@pytest.fixture(scope="module")
def redis_store() -> Iterator[RealStore]:
    try:
        replayer = Replayer("redis").__enter__()
    except BackendUnavailable as missing:
        pytest.skip(str(missing))
    with replayer:
        assert replayer._redis is not None
        yield replayer._redis


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    return SqliteStore(tmp_path_factory.mktemp("sqlite") / "store.sqlite3", SCHEMA)


keys = st.sampled_from(["a", "b", "c"])
words = st.sampled_from(["0", "1", "7", "x", "ü", "-3", "01"])
numbers = st.integers(-3, 3)


def commands(
    primitive: Primitive | Callable[..., Command], *arguments: st.SearchStrategy[Any]
) -> st.SearchStrategy[Command]:
    return st.tuples(*arguments).map(lambda values: primitive(*values))


redis_commands = st.one_of(
    commands(redis.GET, keys),
    commands(redis.SET, keys, words),
    commands(redis.SET, keys, words, st.sampled_from(["NX", "XX", "KEEPTTL"])),
    commands(redis.SET, keys, words, st.just("PX"), st.just(LONG_MS), st.sampled_from(["NX", "XX"])),
    commands(redis.SET, keys, words, st.just("EX"), st.just(LONG_MS)),
    commands(redis.SETNX, keys, words),
    commands(redis.DEL, keys, keys),
    commands(redis.EXISTS, keys, keys),
    commands(redis.INCR, keys),
    commands(redis.INCRBY, keys, st.one_of(numbers, st.just(2**63 - 1))),
    commands(redis.PEXPIRE, keys, st.sampled_from([-5, 0, LONG_MS])),
    commands(redis.EXPIRE, keys, st.just(LONG_MS)),
    commands(redis.PERSIST, keys),
    commands(redis.HGET, keys, words),
    commands(redis.HSET, keys, words, words),
    commands(redis.HSET, keys, words, words, words, words),
    commands(redis.HSETNX, keys, words, words),
    commands(redis.HDEL, keys, words, words),
    commands(redis.HGETALL, keys),
    commands(redis.HINCRBY, keys, words, numbers),
    commands(redis.SADD, keys, words, words),
    commands(redis.SREM, keys, words, words),
    commands(redis.SMEMBERS, keys),
    commands(redis.SISMEMBER, keys, words),
    commands(redis.SCARD, keys),
    commands(redis.LPUSH, keys, words, words),
    commands(redis.RPUSH, keys, words, words),
    commands(redis.LPOP, keys),
    commands(redis.RPOP, keys),
    commands(redis.LRANGE, keys, numbers, numbers),
    commands(redis.LLEN, keys),
    commands(redis.LREM, keys, numbers, words),
    commands(redis.LMOVE, keys, keys, st.sampled_from(["LEFT", "RIGHT"]), st.sampled_from(["LEFT", "RIGHT"])),
    commands(redis.ZADD, keys, numbers, words),
    commands(redis.ZREM, keys, words, words),
    commands(redis.ZCARD, keys),
    commands(redis.ZSCORE, keys, words),
    commands(redis.ZRANGE, keys, numbers, numbers),
    commands(redis.ZREMRANGEBYRANK, keys, numbers, numbers),
    keys.map(lambda key: redis.EVAL(ADMIT, (key,), LONG_MS)),
    keys.map(lambda key: redis.EVAL(CLAIM, (key, "a"), "w", LONG_MS)),
)
connection_commands = st.one_of(
    commands(redis.WATCH, keys, keys),
    commands(redis.UNWATCH),
    commands(redis.MULTI),
    commands(redis.EXEC),
    commands(redis.DISCARD),
)
clients = st.integers(1, CLIENTS)
redis_sequences = st.lists(st.tuples(clients, st.one_of(redis_commands, connection_commands)), max_size=25)

rows = st.sampled_from(["r1", "r2"])
columns = st.fixed_dictionaries(
    {}, optional={"n": st.sampled_from([None, 1, 2**63 - 1]), "text": st.sampled_from(["", "ü"])}
)
some_columns = columns.filter(bool)
sqlite_statements = st.one_of(
    commands(sqlite.SELECT, st.just("t"), rows),
    columns.map(lambda where: sqlite.SELECT_ALL("t", **where)),
    st.tuples(rows, columns).map(lambda given_: sqlite.INSERT("t", given_[0], **given_[1])),
    commands(sqlite.UPDATE, st.just("t"), rows, some_columns),
    commands(sqlite.UPDATE, st.just("t"), rows, some_columns, columns),
    commands(sqlite.DELETE, st.just("t"), rows),
    commands(sqlite.BEGIN_DEFERRED),
    commands(sqlite.BEGIN_IMMEDIATE),
    commands(sqlite.COMMIT),
    commands(sqlite.ROLLBACK),
)
sqlite_sequences = st.lists(st.tuples(clients, sqlite_statements), max_size=25)


class Pair:
    """A model and the real store, side by side. Client 0 stands for a lost connection of the others in turn."""

    def __init__(self, model: Any, store: RealStore) -> None:
        store.clear()
        self.model = model
        self.store = store
        self.state = model.initial(SCHEMA)
        self.connections: dict[int, RealConnection] = {client: store.connect() for client in range(1, CLIENTS + 1)}

    def send(self, client: int, command: Command) -> None:
        reply = self.model.step(self.state, client, command)
        if reply is None:
            return  # it has to wait: nobody sends it now
        real = self.connections[client].send(command)
        assert (type(reply.answer), reply.answer) == (type(real), real), f"client {client}: {command}"
        self.state = reply.state

    def lose(self, client: int) -> None:
        self.connections[client].close()
        self.connections[client] = self.store.connect()
        self.state = self.model.disconnected(self.state, client)

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()


def agree(model: Any, store: RealStore, sequence: Sequence_, lost: list[int]) -> None:
    """The model answers like the store; after every eighth command a client loses its connection."""
    pair = Pair(model, store)
    try:
        for number, (client, command) in enumerate(sequence):
            pair.send(client, command)
            if number % 8 == 7 and lost:
                pair.lose(lost[number // 8 % len(lost)])
    finally:
        pair.close()


RARELY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OFTEN = settings(RARELY, max_examples=3000)
lost_clients = st.lists(clients, max_size=2)


@RARELY
@given(redis_sequences, lost_clients)
def test_the_model_answers_as_redis_does(redis_store: RealStore, sequence: Sequence_, lost: list[int]) -> None:
    agree(RedisModel(), redis_store, sequence, lost)


@RARELY
@given(sqlite_sequences, lost_clients)
def test_the_model_answers_as_sqlite_does(sqlite_store: RealStore, sequence: Sequence_, lost: list[int]) -> None:
    agree(SqliteModel(), sqlite_store, sequence, lost)


@pytest.mark.slow
@pytest.mark.timeout(600)
@OFTEN
@given(redis_sequences, lost_clients)
def test_the_model_answers_as_redis_does_thousands_of_times(
    redis_store: RealStore, sequence: Sequence_, lost: list[int]
) -> None:
    agree(RedisModel(), redis_store, sequence, lost)


@pytest.mark.slow
@pytest.mark.timeout(600)
@OFTEN
@given(sqlite_sequences, lost_clients)
def test_the_model_answers_as_sqlite_does_thousands_of_times(
    sqlite_store: RealStore, sequence: Sequence_, lost: list[int]
) -> None:
    agree(SqliteModel(), sqlite_store, sequence, lost)


@settings(RARELY, max_examples=8)
@given(
    st.lists(st.tuples(clients, st.one_of(redis_commands, connection_commands)), max_size=12),
    st.lists(st.tuples(clients, st.one_of(redis_commands, connection_commands)), max_size=12),
)
def test_the_model_lets_keys_expire_as_redis_does(redis_store: RealStore, before: Sequence_, after: Sequence_) -> None:
    pair = Pair(RedisModel(), redis_store)
    try:
        short = [(1, redis.SET("a", "1", "PX", 200)), (1, redis.HSET("b", "f", "1")), (1, redis.PEXPIRE("b", 200))]
        for client, command in [*short, *before]:
            pair.send(client, command)
        time.sleep(0.25)
        pair.state = pair.model.later(pair.state, 250)
        for client, command in after:
            pair.send(client, command)
    finally:
        pair.close()


def test_every_command_of_the_model_is_tried() -> None:
    tried = {command.name for command in vars(redis).values() if hasattr(command, "name")}
    assert set(FUNCTIONS) <= tried
    generated: set[str] = set()

    @settings(max_examples=600, deadline=None, database=None)
    @given(st.one_of(redis_commands, connection_commands))
    def collect(command: Command) -> None:
        generated.add(command.name)

    collect()
    assert generated >= set(FUNCTIONS) - {"BLPOP"}, "BLPOP blocks, and is tried by the schedules that use it"


class LostUpdates(SqliteModel):
    """Broken twin: a transaction that is out of date writes all the same."""

    def step(self, state: Any, client: int, command: Command) -> Any:
        transactions = state.transactions
        for name, transaction in transactions.items():
            transactions = transactions.put(name, transaction._replace(is_stale=False))
        return super().step(state._replace(transactions=transactions), client, command)


class BlindWatch(RedisModel):
    """Broken twin: nobody notices what was written to a watched key."""

    def step(self, state: Any, client: int, command: Command) -> Any:
        connections = state.connections
        for name, connection in connections.items():
            connections = connections.put(name, connection._replace(is_dirty=False))
        return super().step(state._replace(connections=connections), client, command)


def test_a_model_that_forgets_a_conflict_is_found_out(redis_store: RealStore, sqlite_store: RealStore) -> None:
    stale = [
        (1, sqlite.INSERT("t", "r1")),
        (1, sqlite.BEGIN_DEFERRED()),
        (1, sqlite.SELECT("t", "r1")),
        (2, sqlite.UPDATE("t", "r1", {"n": 1})),
        (1, sqlite.UPDATE("t", "r1", {"n": 2})),
    ]
    agree(SqliteModel(), sqlite_store, stale, [])
    with pytest.raises(AssertionError, match="UPDATE"):
        agree(LostUpdates(), sqlite_store, stale, [])
    watched = [(1, redis.WATCH("a")), (2, redis.SET("a", "x")), (1, redis.MULTI()), (1, redis.EXEC())]
    agree(RedisModel(), redis_store, watched, [])
    with pytest.raises(AssertionError, match="EXEC"):
        agree(BlindWatch(), redis_store, watched, [])

"""The model of a Redis server answers as a real one does, and ends in the same state, for random commands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lawful.conformance.errors import BackendUnavailable
from lawful.conformance.protocol_replay import Replayer
from lawful.conformance.protocol_replay.redis_store import RedisConnection, RedisStore
from lawful.models.history import NS_PER_MS
from lawful.models.primitives import redis_commands as redis
from lawful.models.primitives.command import Answer, Command, ErrorReply, Primitive
from lawful.models.primitives.redis import FUNCTIONS, Connection, RedisModel, RedisState
from lawful.models.primitives.redis_eviction import EvictionPolicy, evictable
from lawful.models.rows import Rows

from .redis_sequences import CLIENTS, LONG_MS, Sent, clients, of_connection, sequences, single

CLOCK_MS = 1000
"""The server reads its clock now and then; what it says of time may be off by less than this."""
MODEL = RedisModel()


@pytest.fixture(scope="module")
def store() -> Iterator[RedisStore]:
    try:
        replayer = Replayer("redis").__enter__()
    except BackendUnavailable as missing:
        pytest.skip(str(missing))
    with replayer:
        assert replayer._redis is not None
        yield replayer._redis


@pytest.fixture(scope="module")
def server(store: RedisStore) -> Iterator[Server]:
    server = Server(store)
    yield server
    server.close()


class Server:
    """The real server with a connection for each client, and one to look at it."""

    def __init__(self, store: RedisStore) -> None:
        self._store = store
        self.observer = store.connect()
        self.clients: dict[int, RedisConnection] = {client: store.connect() for client in CLIENTS}

    def empty(self) -> None:
        for connection in self.clients.values():
            connection.send(redis.DISCARD())
            connection.send(redis.UNWATCH())
        self.observer.raw("FLUSHALL")

    def lose(self, client: int) -> None:
        self.clients[client].close()
        self.clients[client] = self._store.connect()

    def entries(self) -> dict[str, tuple[str, Any, int]]:
        """Type, value and what PTTL says, of every key."""
        return {key: self._entry(key) for key in self.observer.raw("KEYS", "*")}

    def close(self) -> None:
        for connection in (self.observer, *self.clients.values()):
            connection.close()

    def _entry(self, key: str) -> tuple[str, Any, int]:
        ask = self.observer.raw
        kind = ask("TYPE", key)
        match kind:
            case "string":
                data: Any = ask("GET", key)
            case "hash":
                flat = ask("HGETALL", key)
                data = Rows(dict(zip(flat[::2], flat[1::2], strict=True)))
            case "set":
                data = frozenset(ask("SMEMBERS", key))
            case "list":
                data = tuple(ask("LRANGE", key, 0, -1))
            case _:
                data = Rows({member: int(ask("ZSCORE", key, member)) for member in ask("ZRANGE", key, 0, -1)})
        return kind, data, ask("PTTL", key)


class Pair:
    """The model beside an empty server. What both say of time is compared as closely as the time that passes allows."""

    def __init__(self, model: RedisModel, server: Server) -> None:
        server.empty()
        self.model = model
        self.server = server
        self.started_ms = _now_ms()
        self.state: RedisState = model.later(model.initial({}), self.started_ms)

    def send(self, client: int, command: Command) -> None:
        connection = self.state.connections.get(str(client))
        reply = self.model.step(self.state, client, command)
        if command.name == "BLPOP" and reply.answer is None:
            return  # it would have to wait
        queued = () if connection is None else connection.queued or ()
        real = self.server.clients[client].send(command)
        assert self._agree(command, queued, reply.answer, real), f"{client}: {command}: model {reply.answer}, is {real}"
        assert isinstance(reply.state, RedisState)
        self.state = reply.state

    def lose(self, client: int) -> None:
        self.server.lose(client)
        self.state = self.model.disconnected(self.state, client)

    def compare(self) -> None:
        """The states: the same keys with the same values, that expire at the same times."""
        real = self.server.entries()
        assert set(real) == set(self.state.entries)
        for key, entry in self.state.entries.items():
            kind, data, left_ms = real[key]
            expected_ms = -1 if entry.expires_at_ms is None else entry.expires_at_ms - self.state.now_ms
            assert (kind, data) == (entry.kind, entry.data), key
            assert self._same_time(expected_ms, left_ms), f"{key}: expires in {expected_ms} ms, is {left_ms}"

    def _agree(self, command: Command, queued: tuple[Command, ...], model: Answer, real: Answer) -> bool:
        if command.name == "EXEC" and isinstance(model, tuple) and isinstance(real, tuple):
            return all(self._agree(one, (), *two) for one, *two in zip(queued, model, real, strict=True))
        if command.name == "PTTL" and isinstance(model, int) and isinstance(real, int):
            return self._same_time(model, real)
        return type(model) is type(real) and bool(model == real)

    def _same_time(self, model_ms: int, real_ms: int) -> bool:
        if model_ms < 0:
            return model_ms == real_ms
        passed_ms = _now_ms() - self.started_ms
        return model_ms - passed_ms - CLOCK_MS <= real_ms <= model_ms + CLOCK_MS


def _now_ms() -> int:
    return time.time_ns() // NS_PER_MS


def agree(model: RedisModel, server: Server, sequence: list[Sent], lost: list[int]) -> None:
    """Answers and the final state; after every eighth command a client loses its connection."""
    pair = Pair(model, server)
    for number, (client, command) in enumerate(sequence):
        pair.send(client, command)
        if number % 8 == 7 and lost:
            pair.lose(lost[number // 8 % len(lost)])
    pair.compare()


HUNDREDS = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
THOUSANDS = settings(HUNDREDS, max_examples=6000)
lost_clients = st.lists(clients, max_size=2)


@HUNDREDS
@given(sequences, lost_clients)
def test_the_model_answers_as_redis_does(server: Server, sequence: list[Sent], lost: list[int]) -> None:
    agree(MODEL, server, sequence, lost)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@THOUSANDS
@given(sequences, lost_clients)
def test_the_model_answers_as_redis_does_thousands_of_times(
    server: Server, sequence: list[Sent], lost: list[int]
) -> None:
    agree(MODEL, server, sequence, lost)


class BlindWatch(RedisModel):
    """Broken twin: nobody notices what was written to a watched key."""

    def step(self, state: Any, client: int, command: Command) -> Any:
        return super().step(_of_connections(state, lambda one: one._replace(is_dirty=False)), client, command)


class NeverAborts(RedisModel):
    """Broken twin: what could not be queued is forgotten, and EXEC carries out the rest."""

    def step(self, state: Any, client: int, command: Command) -> Any:
        return super().step(_of_connections(state, lambda one: one._replace(is_aborted=False)), client, command)


class RollsBack(RedisModel):
    """Broken twin: a transaction with an error in it changes nothing."""

    def step(self, state: Any, client: int, command: Command) -> Any:
        reply = super().step(state, client, command)
        failed = isinstance(reply.answer, tuple) and any(isinstance(one, ErrorReply) for one in reply.answer)
        return _undone(reply, state) if command.name == "EXEC" and failed else reply


class ScriptsRollBack(RedisModel):
    """Broken twin: a script that ends in an error has written nothing."""

    def step(self, state: Any, client: int, command: Command) -> Any:
        reply = super().step(state, client, command)
        return _undone(reply, state) if command.name == "EVAL" and isinstance(reply.answer, ErrorReply) else reply


class KeepsExpiry(RedisModel):
    """Broken twin: SET without options leaves the expiry of a key as it was."""

    def step(self, state: Any, client: int, command: Command) -> Any:
        is_plain = command.name == "SET" and len(command.arguments) == 2
        kept = Command("SET", (*command.arguments, "KEEPTTL")) if is_plain else command
        return super().step(state, client, kept)


def _of_connections(state: RedisState, change: Callable[[Connection], Connection]) -> RedisState:
    connections = state.connections
    for name, connection in connections.items():
        connections = connections.put(name, change(connection))
    return state._replace(connections=connections)


def _undone(reply: Any, before: RedisState) -> Any:
    return reply._replace(state=reply.state._replace(entries=before.entries))


TWINS = (BlindWatch, NeverAborts, RollsBack, ScriptsRollBack, KeepsExpiry)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.__name__)
def test_a_model_with_a_mistake_is_found_out(server: Server, twin: type[RedisModel]) -> None:
    """By one of the first few hundred sequences; which one changes with the release of Hypothesis."""

    @settings(HUNDREDS, phases=(Phase.generate,), max_examples=2000)
    @given(sequences)
    def agrees(sequence: list[Sent]) -> None:
        agree(twin(), server, sequence, [])

    with pytest.raises(AssertionError):
        agrees()


@settings(HUNDREDS, max_examples=8)
@given(sequences, sequences)
def test_keys_expire_by_the_clock_of_the_server(server: Server, before: list[Sent], after: list[Sent]) -> None:
    """`before` touches none of the keys that expire, so it may take as long as it likes."""
    pair = Pair(MODEL, server)
    for name in ("short", "watched"):
        pair.send(1, redis.SET(name, "1", "PX", 40))
    pair.send(2, redis.WATCH("watched"))
    is_in_time = server.observer.raw("PTTL", "watched") > 0
    for client, command in before:
        if client == 1:
            pair.send(client, command)
    while server.observer.raw("EXISTS", "short", "watched"):
        time.sleep(0.005)
    pair.state = MODEL.later(pair.state, pair.started_ms + 2000)._replace(now_ms=pair.started_ms)
    assert "short" not in pair.state.entries
    for client, command in [(2, redis.MULTI()), (2, redis.GET("short")), (2, redis.EXEC())] if is_in_time else []:
        pair.send(client, command)
    server.clients[2].send(redis.UNWATCH())
    pair.state = MODEL.disconnected(pair.state, 2)
    for client, command in after:
        pair.send(client, command)
    pair.compare()


class Full:
    """A pair whose server has no memory left. What it evicts has to be what it may evict."""

    def __init__(self, pair: Pair, policy: EvictionPolicy) -> None:
        self.pair = pair
        self.policy = policy
        self.evicted: set[str] = set()
        self._set("maxmemory-policy", policy.value)
        self._set("maxmemory", "1")
        pair.state = pair.state._replace(is_full=True)
        self.notice()

    def notice(self) -> None:
        """Remove from the model what the server evicted; a server this full evicts all that it may."""
        pair = self.pair
        gone = set(pair.state.entries) - set(pair.server.observer.raw("KEYS", "*"))
        assert gone <= evictable(pair.state, self.policy), gone
        pair.state = pair.model.removed(pair.state, gone)
        assert not evictable(pair.state, self.policy)
        self.evicted |= gone

    def end(self) -> None:
        self._set("maxmemory", "0")
        self.pair.state = self.pair.state._replace(is_full=False)

    def _set(self, name: str, value: str) -> None:
        assert self.pair.server.observer.raw("CONFIG", "SET", name, value) == "OK"


@pytest.mark.parametrize("policy", EvictionPolicy)
def test_a_server_without_memory_evicts_what_it_may_and_refuses_the_rest(
    server: Server, policy: EvictionPolicy
) -> None:
    evicted: set[str] = set()

    @settings(HUNDREDS, max_examples=20)
    @given(sequences, sequences)
    def agrees(before: list[Sent], after: list[Sent]) -> None:
        pair = Pair(MODEL, server)
        for client, command in [*before, (1, redis.DISCARD()), (1, redis.SET("a", "1", "PX", LONG_MS))]:
            pair.send(client, command)
        full = Full(pair, policy)
        try:
            for client, command in after:
                pair.send(client, command)
                full.notice()
        finally:
            full.end()
        evicted.update(full.evicted)
        pair.compare()

    agrees()
    assert bool(evicted) is (policy is not EvictionPolicy.NOEVICTION)


def test_every_command_of_the_model_is_tried() -> None:
    named = {one.name for one in vars(redis).values() if isinstance(one, Primitive)}
    assert set(FUNCTIONS) <= named
    generated: set[str] = set()

    @settings(HUNDREDS, max_examples=600)
    @given(st.one_of(single, of_connection))
    def collect(command: Command) -> None:
        generated.add(command.name)

    collect()
    assert generated >= named

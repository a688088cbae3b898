"""The model of Redis keeps what the documentation says of transactions, scripts, expiry and lost connections."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.models.primitives.command import (
    NOW,
    Answer,
    Command,
    Done,
    ErrorReply,
    Program,
    Script,
    answer_text,
    next_command,
)
from lawful.models.primitives.redis import RedisModel, RedisState
from lawful.models.primitives.redis_commands import (
    DEL,
    DISCARD,
    EVAL,
    EXEC,
    EXISTS,
    GET,
    HSET,
    INCR,
    LPOP,
    LPUSH,
    MULTI,
    PCALL,
    PEXPIRE,
    SADD,
    SET,
    SREM,
    UNWATCH,
    WATCH,
)
from lawful.models.primitives.redis_eviction import EvictionPolicy, evictable

MODEL = RedisModel()


class Server:
    """The model with its state, as a server has one."""

    def __init__(self) -> None:
        self.state: RedisState = MODEL.initial({})

    def send(self, client: int, command: Command) -> Answer:
        reply = MODEL.step(self.state, client, command)
        assert isinstance(reply.state, RedisState)
        self.state = reply.state
        return reply.answer

    def all(self, client: int, *commands: Command) -> list[Answer]:
        return [self.send(client, command) for command in commands]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.mark.parametrize(
    ("write", "is_noticed"),
    [
        (SET("k", "same"), True),
        (DEL("k"), True),
        (PEXPIRE("k", 1000), True),
        (GET("k"), False),
        (SET("k", "x", "NX"), False),
        (DEL("other"), False),
    ],
    ids=str,
)
def test_exec_is_refused_after_a_write_to_a_watched_key(server: Server, write: Command, is_noticed: bool) -> None:
    """Also where the value is as before, and whoever wrote it."""
    for writer in (1, 2):
        server.send(1, SET("k", "same"))
        server.send(1, WATCH("k"))
        server.send(writer, write)
        server.all(1, MULTI(), SET("done", writer))
        assert (server.send(1, EXEC()) is None) is is_noticed


def test_watches_end_with_exec_discard_unwatch_and_the_connection(server: Server) -> None:
    for end in ([MULTI(), EXEC()], [MULTI(), DISCARD()], [UNWATCH()]):
        server.all(1, WATCH("k"), *end)
        server.send(2, SET("k", "x"))
        assert server.all(1, MULTI(), INCR("n"), EXEC())[-1] is not None
    server.send(1, WATCH("k"))
    server.state = MODEL.disconnected(server.state, 1)
    server.send(2, SET("k", "y"))
    assert server.all(1, MULTI(), EXEC())[-1] == ()


def test_what_was_queued_goes_with_the_connection(server: Server) -> None:
    assert server.all(1, MULTI(), SET("k", "x")) == ["OK", "QUEUED"]
    server.state = MODEL.disconnected(server.state, 1)
    assert server.send(1, EXEC()) == ErrorReply("ERR")
    assert server.send(1, GET("k")) is None


def test_a_transaction_goes_on_after_an_error(server: Server) -> None:
    server.send(1, LPUSH("list", "x"))
    answers = server.all(1, MULTI(), INCR("n"), GET("list"), INCR("n"), EXEC())
    assert answers[-1] == (1, ErrorReply("WRONGTYPE"), 2)


def test_a_script_that_fails_keeps_what_it_wrote(server: Server) -> None:
    def body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
        yield SET("written", "1")
        yield LPOP("written")
        yield SET("after", "1")

    script = Script("fails.lua", "", body)
    assert server.send(1, EVAL(script, ("written", "after"))) == ErrorReply("WRONGTYPE")
    assert server.all(1, GET("written"), GET("after")) == ["1", None]


def test_a_key_lives_through_its_last_millisecond_and_no_longer(server: Server) -> None:
    server.all(1, SET("k", "x", "PX", 100), WATCH("k"))
    server.state = MODEL.later(server.state, 100)
    assert server.send(2, EXISTS("k")) == 1
    server.state = MODEL.later(server.state, 101)
    assert server.all(2, EXISTS("k"), NOW()) == [0, 101]
    assert server.all(1, MULTI(), EXEC())[-1] is None, "an expiry counts as a write to a watched key"


def test_a_plain_set_takes_the_expiry_away_and_a_change_does_not(server: Server) -> None:
    server.all(1, SET("set", "1", "PX", 100), SET("set", "2"), SET("incr", "1", "PX", 100), INCR("incr"))
    server.state = MODEL.later(server.state, 1000)
    assert server.all(1, GET("set"), GET("incr")) == ["2", None]


def test_an_empty_collection_does_not_exist(server: Server) -> None:
    server.all(1, SADD("s", "x"), SREM("s", "x"))
    assert server.all(1, EXISTS("s"), HSET("s", "f", "v")) == [0, 1]


def test_equal_histories_of_a_key_are_equal_states() -> None:
    one, other = Server(), Server()
    one.all(1, SET("a", "1"), SET("b", "2"), DEL("a"))
    other.all(2, SET("b", "2"), WATCH("b"), UNWATCH())
    assert (one.state, hash(one.state)) == (other.state, hash(other.state))


def test_a_program_is_found_again_from_its_answers() -> None:
    def program() -> Program:
        value = yield GET("k")
        if value is None:
            yield SET("k", "x")
        return value

    assert next_command(program, ()) == GET("k")
    assert next_command(program, (None,)) == SET("k", "x")
    assert next_command(program, ("v",)) == Done("v")
    assert next_command(program, (None, "OK")) == Done(None)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "→ null"), (("a", 1), '→ ["a", 1]'), (ErrorReply("BUSY"), "→ error BUSY"), (((), None), "→ [[], null]")],
)
def test_answers_are_shown(value: Any, text: str) -> None:
    assert answer_text(value) == text


def test_commands_are_shown() -> None:
    assert str(SET("k", "two words", "NX")) == 'SET k "two words" NX'
    assert str(SET("k", "")) == 'SET k ""'


def test_what_cannot_be_queued_aborts_the_transaction(server: Server) -> None:
    answers = server.all(1, MULTI(), SET("k", "x"), Command("NOSUCH"), SET("k"), EXEC(), GET("k"))
    assert answers == ["OK", "QUEUED", ErrorReply("ERR"), ErrorReply("ERR"), ErrorReply("EXECABORT"), None]


def test_a_protected_call_lets_the_script_go_on(server: Server) -> None:
    def body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
        failed = yield PCALL(LPOP(keys[0]))
        yield SET(keys[0], "2")
        return failed.code

    server.send(1, SET("k", "1"))
    assert server.all(1, EVAL(Script("goes_on.lua", "", body), ("k",)), GET("k")) == ["WRONGTYPE", "2"]


def test_a_full_server_refuses_what_could_need_memory(server: Server) -> None:
    def body(keys: tuple[str, ...], arguments: tuple[str | int, ...]) -> Program:
        if arguments:
            yield DEL("other")
        yield SET(keys[0], "2")

    script = Script("writes.lua", "", body)
    server.all(1, SET("k", "1"), SET("other", "1"), MULTI(), SET("k", "2"))
    server.state = server.state._replace(is_full=True)
    assert server.send(1, EXEC()) == ErrorReply("EXECABORT")
    refused = server.all(1, SET("k", "2"), EVAL(script, ("k",)))
    assert refused == [ErrorReply("OOM"), ErrorReply("OOM")]
    assert server.all(1, EVAL(script, ("k",), "deletes first"), GET("k"), EXISTS("other")) == [None, "2", 0]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (EvictionPolicy.NOEVICTION, set()),
        (EvictionPolicy.ALLKEYS_LRU, {"lasts", "expires"}),
        (EvictionPolicy.VOLATILE_TTL, {"expires"}),
    ],
)
def test_the_policy_says_what_may_be_evicted(server: Server, policy: EvictionPolicy, expected: set[str]) -> None:
    server.all(1, SET("lasts", "1"), SET("expires", "1", "PX", 100), WATCH("expires"), MULTI())
    assert evictable(server.state, policy) == expected
    server.state = MODEL.removed(server.state, expected)
    assert (server.send(1, EXEC()) is None) is ("expires" in expected), "an eviction counts as a write"

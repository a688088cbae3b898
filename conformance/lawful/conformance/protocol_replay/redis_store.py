"""Commands of programs on a real Redis server, one connection per client.

Claim (Redis documentation, "Redis serialization protocol"): answers come in the order of commands, and an error within
a transaction stands in the place of that command's answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from lawful.conformance.backends.redis.address import open_connection
from lawful.models.history import NS_PER_MS
from lawful.models.primitives.command import Answer, Command, ErrorReply, Script
from lawful.models.values import Json

_TIMEOUT_S = 10.0
_WITHOUT_KEYS = frozenset({"MULTI", "EXEC", "DISCARD", "UNWATCH"})
_ALL_KEYS = frozenset({"DEL", "EXISTS", "WATCH"})
_CODES = ("WRONGTYPE",)
"""Codes of errors that the model knows, and for which the client library has no class."""
_KEYS_PER_SCAN = 1000


class RedisStore:
    """The server at `connection` (see `RedisServer.connection`), where every key starts with `prefix`."""

    def __init__(self, connection: Mapping[str, Json], prefix: str) -> None:
        self._connection = connection
        self._prefix = prefix

    def connect(self) -> RedisConnection:
        return RedisConnection(open_connection(self._connection, _TIMEOUT_S, _TIMEOUT_S), self._prefix)

    def clear(self) -> None:
        connection = self.connect()
        cursor = "0"
        while True:
            cursor, keys = connection.raw("SCAN", cursor, "MATCH", f"{self._prefix}*", "COUNT", _KEYS_PER_SCAN)
            if keys:
                connection.raw("DEL", *keys)
            if cursor == "0":
                break
        connection.close()


class RedisConnection:
    """Remembers what is queued since MULTI, to read the answer of EXEC."""

    def __init__(self, connection: Any, prefix: str) -> None:
        self._connection = connection
        self._prefix = prefix
        self._queued: list[Command] = []

    def send(self, command: Command) -> Answer:
        if command.name == "NOW":
            return time.time_ns() // NS_PER_MS
        reply = self.raw(*wire_form(command, self._prefix))
        if reply == "QUEUED":
            self._queued.append(command)
            return reply
        if command.name == "EXEC" and isinstance(reply, list):
            answers = tuple(self._answer(*pair) for pair in zip(self._queued, reply, strict=True))
            self._queued.clear()
            return answers
        if command.name in ("EXEC", "DISCARD"):
            self._queued.clear()
        return self._answer(command, reply)

    def raw(self, *words: str | int | float) -> Any:
        """The reply as the client library reads it; an error of the server as an exception object."""
        from redis.exceptions import ResponseError

        self._connection.connect()
        self._connection.send_command(*words)
        try:
            return self._connection.read_response()
        except ResponseError as error:
            return error

    def close(self) -> None:
        self._connection.disconnect()

    def _answer(self, command: Command, reply: Any) -> Answer:
        if isinstance(reply, Exception):
            return ErrorReply(_code(reply))
        if command.name == "BLPOP" and reply is not None:
            return tuple(text.removeprefix(self._prefix) for text in reply[:1]) + tuple(reply[1:])
        in_order = _IN_ORDER.get(command.name)
        return in_order(reply) if in_order is not None else _frozen(reply)


def wire_form(command: Command, prefix: str) -> list[str | int | float]:
    """The words of a command, with the prefix before each key."""
    if command.name == "EVAL":
        script, keys, arguments = command.arguments
        assert isinstance(script, Script)
        return ["EVAL", script.lua, len(keys), *(prefix + key for key in keys), *arguments]
    if command.name in _WITHOUT_KEYS:
        return [command.name]
    keys = len(command.arguments) if command.name in _ALL_KEYS else 2 if command.name == "LMOVE" else 1
    words = [prefix + argument if place < keys else argument for place, argument in enumerate(command.arguments)]
    return [command.name, *words]


def _code(error: Exception) -> str:
    """The code that an error began with. The client library takes it off where it knows it, and has a class for it."""
    from redis.exceptions import ExecAbortError, OutOfMemoryError

    match error:
        case ExecAbortError():
            return "EXECABORT"
        case OutOfMemoryError():
            return "OOM"
    return next((code for code in _CODES if str(error).startswith(f"{code} ")), "ERR")


def _frozen(reply: Any) -> Answer:
    if isinstance(reply, Exception):
        return ErrorReply(_code(reply))
    return tuple(map(_frozen, reply)) if isinstance(reply, list) else reply


def _sorted_fields(reply: list[str]) -> Answer:
    return tuple(text for pair in sorted(zip(reply[::2], reply[1::2], strict=True)) for text in pair)


_IN_ORDER: dict[str, Callable[[list[str]], Answer]] = {
    "SMEMBERS": lambda reply: tuple(sorted(reply)),
    "HGETALL": _sorted_fields,
}
"""Answers that the server gives in no order."""

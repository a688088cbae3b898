"""A Redis server as clients see it: single commands, WATCH/MULTI/EXEC, scripts, and expiry by the server's clock.

Claims, from the Redis documentation ("Transactions", "Scripting with Lua", "EXPIRE"):
- A command runs alone. So does what stands between MULTI and EXEC, and a script; neither is undone when one of its
  commands fails, and a transaction goes on after it.
- EXEC answers null and does nothing where a watched key was written since WATCH, by whichever client, or expired.
- EXEC and DISCARD end all watches; a lost connection drops its watches and what it had queued.
- An expired key is gone for everybody, judged by the server's clock.

Assumption: one server, no eviction, and none of its crashes; those are the business of the runs under faults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lawful.models.primitives.command import Answer, Command, ErrorReply, Script
from lawful.models.primitives.redis_collections import COLLECTION_FUNCTIONS
from lawful.models.primitives.redis_keyspace import Entry, Keyspace, Refused, WrongType
from lawful.models.primitives.redis_values import VALUE_FUNCTIONS
from lawful.models.primitives.store import Reply
from lawful.models.rows import Rows

FUNCTIONS = {**VALUE_FUNCTIONS, **COLLECTION_FUNCTIONS}


class Connection(NamedTuple):
    """What the server keeps for a client."""

    watched: frozenset[str] = frozenset()
    is_dirty: bool = False
    """A watched key was written."""
    queued: tuple[Command, ...] | None = None
    """The commands since MULTI; None outside of a transaction."""


_FRESH = Connection()


class RedisState(NamedTuple):
    """Connections that are in their first state are left out."""

    entries: Rows[Entry] = Rows()
    now_ms: int = 0
    connections: Rows[Connection] = Rows()


@dataclass(frozen=True, slots=True)
class RedisModel:
    """The server."""

    name: str = "redis"

    def initial(self, schema: Mapping[str, Sequence[str]]) -> RedisState:
        return RedisState()

    def step(self, state: RedisState, client: int, command: Command) -> Reply:
        connection = state.connections.get(str(client)) or _FRESH
        match command.name:
            case "NOW":
                return Reply(state.now_ms, state)
            case "WATCH" if connection.queued is not None:
                return Reply(ErrorReply("ERR"), state)
            case "WATCH":
                watched = connection.watched | frozenset(command.arguments)
                return Reply("OK", _with(state, client, connection._replace(watched=watched)))
            case "UNWATCH" if connection.queued is None:
                return Reply("OK", _with(state, client, _FRESH))
            case "MULTI" if connection.queued is not None:
                return Reply(ErrorReply("ERR"), state)
            case "MULTI":
                return Reply("OK", _with(state, client, connection._replace(queued=())))
            case "EXEC" | "DISCARD" if connection.queued is None:
                return Reply(ErrorReply("ERR"), state)
            case "DISCARD":
                return Reply("OK", _with(state, client, _FRESH))
            case "EXEC":
                return _exec(_with(state, client, _FRESH), connection)
        if connection.queued is not None:
            queued = (*connection.queued, command)
            return Reply("QUEUED", _with(state, client, connection._replace(queued=queued)))
        (answer,), after = _run(state, (command,))
        return Reply(answer, after)

    def disconnected(self, state: RedisState, client: int) -> RedisState:
        return _with(state, client, _FRESH)

    def later(self, state: RedisState, now_ms: int) -> RedisState:
        expired = {
            key
            for key, entry in state.entries.items()
            # The server keeps whole milliseconds, and a key lives through the last one.
            if entry.expires_at_ms is not None and entry.expires_at_ms < now_ms
        }
        entries = state.entries
        for key in expired:
            entries = entries.without(key)
        return _noticed(state._replace(entries=entries, now_ms=now_ms), expired)


def _exec(state: RedisState, connection: Connection) -> Reply:
    if connection.is_dirty:
        return Reply(None, state)
    answers, after = _run(state, connection.queued or ())
    return Reply(answers, after)


def _run(state: RedisState, commands: Sequence[Command]) -> tuple[tuple[Answer, ...], RedisState]:
    """The answers of commands that no other client comes between, and the state after them."""
    keys = Keyspace(state.entries, state.now_ms)
    answers = tuple(_carry_out(keys, command) for command in commands)
    return answers, _noticed(state._replace(entries=keys.entries), keys.touched)


def _carry_out(keys: Keyspace, command: Command) -> Answer:
    try:
        match command.name:
            case "EVAL":
                return _evaluate(keys, *command.arguments)
            case "UNWATCH":  # within a transaction: nothing is watched any more
                return "OK"
        return FUNCTIONS[command.name](keys, *command.arguments)
    except WrongType:
        return ErrorReply("WRONGTYPE")
    except Refused as refused:
        return ErrorReply(str(refused))


def _evaluate(keys: Keyspace, script: Script, names: tuple[str, ...], arguments: tuple[str | int, ...]) -> Answer:
    program = script.body(names, arguments)
    try:
        command = next(program)
        while True:
            # An error raised here ends the script as redis.call does; what it wrote before stays.
            command = program.send(FUNCTIONS[command.name](keys, *command.arguments))
    except StopIteration as end:
        return end.value


def _with(state: RedisState, client: int, connection: Connection) -> RedisState:
    name, known = str(client), state.connections
    if connection != _FRESH:
        return state._replace(connections=known.put(name, connection))
    return state._replace(connections=known.without(name)) if known.get(name) is not None else state


def _noticed(state: RedisState, touched: set[str]) -> RedisState:
    """The state after whoever watches one of the keys has noticed that it was written."""
    connections = state.connections
    for name, connection in connections.items():
        if not connection.is_dirty and not touched.isdisjoint(connection.watched):
            connections = connections.put(name, connection._replace(is_dirty=True))
    return state._replace(connections=connections)

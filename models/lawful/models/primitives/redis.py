"""A Redis server as clients see it: single commands, WATCH/MULTI/EXEC, scripts, expiry by the server's clock, eviction.

Claims, from the Redis documentation ("Transactions", "Scripting with Lua", "EXPIRE", "Key eviction"):
- A command runs alone. So does what stands between MULTI and EXEC, and a script; neither is undone when one of its
  commands fails, and a transaction goes on after it.
- A command that the server will not even queue (unknown, or with too few arguments) makes EXEC answer EXECABORT.
- EXEC answers null and does nothing where a watched key was written since WATCH, by whichever client, or expired, or
  was evicted.
- EXEC and DISCARD end all watches; a lost connection drops its watches and what it had queued.
- An expired key is gone for everybody, judged by the server's clock.
- Where memory is full and nothing may be evicted, what could need more is refused with OOM: a command, also where it is
  only to be queued, a transaction that holds one, and those of a script up to its first write.

Assumption: one server, and none of its crashes; those are the business of the runs under faults. When memory is full is
not modelled, only what follows from it: see `redis_eviction`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lawful.models.primitives.command import Answer, Command, ErrorReply, Script
from lawful.models.primitives.redis_collections import COLLECTION_FUNCTIONS
from lawful.models.primitives.redis_keyspace import Entry, Keyspace, Refused, WrongType
from lawful.models.primitives.redis_signatures import Effect, effect_of, is_well_formed
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
    is_aborted: bool = False
    """One of the commands since MULTI was refused."""


_FRESH = Connection()


class RedisState(NamedTuple):
    """Connections that are in their first state are left out."""

    entries: Rows[Entry] = Rows()
    now_ms: int = 0
    connections: Rows[Connection] = Rows()
    is_full: bool = False
    """More memory is used than `maxmemory` allows, and nothing more may be evicted."""


@dataclass(frozen=True, slots=True)
class RedisModel:
    """The server."""

    name: str = "redis"

    def initial(self, schema: Mapping[str, Sequence[str]]) -> RedisState:
        return RedisState()

    def step(self, state: RedisState, client: int, command: Command) -> Reply:
        connection = state.connections.get(str(client)) or _FRESH
        refusal = _refusal(state, connection, command)
        if refusal is not None:
            return _refused(state, client, connection, command, refusal)
        match command.name:
            case "NOW":
                return Reply(state.now_ms, state)
            case "WATCH":
                watched = connection.watched | frozenset(command.arguments)
                return Reply("OK", _with(state, client, connection._replace(watched=watched)))
            case "UNWATCH" if connection.queued is None:
                return Reply("OK", _with(state, client, _FRESH))
            case "MULTI":
                return Reply("OK", _with(state, client, connection._replace(queued=())))
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
        # The server keeps whole milliseconds, and a key lives through the last one.
        entries = state.entries.items()
        expired = [key for key, entry in entries if entry.expires_at_ms is not None and entry.expires_at_ms < now_ms]
        return self.removed(state, expired)._replace(now_ms=now_ms)

    def removed(self, state: RedisState, keys: Collection[str]) -> RedisState:
        """The state after the server itself removed some of its keys."""
        entries = state.entries
        for key in keys:
            entries = entries.without(key)
        return _noticed(state._replace(entries=entries), set(keys))


def _refusal(state: RedisState, connection: Connection, command: Command) -> str | None:
    """The code of the error with which the server refuses a command before it looks at any key."""
    in_transaction = connection.queued is not None
    if not is_well_formed(command):
        return "ERR"
    match command.name:
        case "WATCH" | "MULTI" if in_transaction:
            return "ERR"
        case "EXEC" | "DISCARD" if not in_transaction:
            return "ERR"
        case "EXEC":
            grows = any(effect_of(queued) is Effect.GROWS for queued in connection.queued or ())
            return "EXECABORT" if connection.is_aborted or (state.is_full and grows) else None
    return "OOM" if state.is_full and effect_of(command) is Effect.GROWS else None


def _refused(state: RedisState, client: int, connection: Connection, command: Command, code: str) -> Reply:
    if code == "EXECABORT":
        connection = _FRESH
    elif connection.queued is not None:
        connection = connection._replace(is_aborted=True)
    return Reply(ErrorReply(code), _with(state, client, connection))


def _exec(state: RedisState, connection: Connection) -> Reply:
    if connection.is_dirty:
        return Reply(None, state)
    answers, after = _run(state, connection.queued or ())
    return Reply(answers, after)


def _run(state: RedisState, commands: Sequence[Command]) -> tuple[tuple[Answer, ...], RedisState]:
    """The answers of commands that no other client comes between, and the state after them."""
    keys = Keyspace(state.entries, state.now_ms)
    answers = tuple(_carry_out(keys, command, state.is_full) for command in commands)
    return answers, _noticed(state._replace(entries=keys.entries), keys.touched)


def _carry_out(keys: Keyspace, command: Command, is_full: bool) -> Answer:
    try:
        match command.name:
            case "EVAL":
                return _evaluate(keys, is_full, *command.arguments)
            case "UNWATCH":  # within a transaction: nothing is watched any more
                return "OK"
        return FUNCTIONS[command.name](keys, *command.arguments)
    except WrongType:
        return ErrorReply("WRONGTYPE")
    except Refused as refused:
        return ErrorReply(str(refused))


def _evaluate(
    keys: Keyspace, is_full: bool, script: Script, names: tuple[str, ...], arguments: tuple[str | int, ...]
) -> Answer:
    program = script.body(names, arguments)
    answer: Answer = None
    try:
        while True:
            command = program.send(answer)
            is_protected = command.name == "PCALL"
            called: Command = command.arguments[0] if is_protected else command
            # An error ends the script as that of redis.call does; what it wrote before stays.
            answer = ErrorReply("ERR")
            if called.name in FUNCTIONS and is_well_formed(called):
                effect = effect_of(called)
                answer = ErrorReply("OOM")
                if not (is_full and effect is Effect.GROWS):
                    answer = _carry_out(keys, called, is_full)
                    # A script that has written something cannot be stopped in the middle.
                    is_full = is_full and effect is Effect.READS
            if isinstance(answer, ErrorReply) and not is_protected:
                program.close()
                return answer
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

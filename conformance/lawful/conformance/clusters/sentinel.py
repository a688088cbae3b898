"""A Redis primary with replicas, watched by Sentinels that elect another one when it is gone.

Replication is asynchronous, so nothing here keeps an acknowledged write that only the old primary had (Redis
documentation, "High availability with Redis Sentinel", "Fundamental things to know about Sentinel before deploying").

By default the three-box set-up of that page: a data node and a Sentinel at each place. `apart`: each Sentinel at a
place of its own, so that a primary can be cut off together with a replica and the Sentinels still have a majority.
"""

from __future__ import annotations

from dataclasses import dataclass

from lawful.conformance.adapter import Workspace
from lawful.conformance.clusters.cluster import Cluster, agreed
from lawful.conformance.clusters.member import NOT_READY, wait_for
from lawful.conformance.clusters.redis_node import RedisNode, announced, durable

GROUP = "lawful"
"""The name under which the Sentinels watch the primary."""
DOWN_AFTER_MS = 800
FAILOVER_TIMEOUT_MS = 2000
"""Sentinels whose votes were split try again after twice as long, which is to be within the time that a fault lasts."""
_MAX_LAG_S = 2
_START_TIMEOUT_S = 45.0


@dataclass(frozen=True, slots=True)
class SentinelSettings:
    """What can be chosen."""

    servers: int = 3
    """The primary and its replicas."""
    sentinels: int = 3
    appendfsync: str = "everysec"
    min_replicas: int = 0
    """`min-replicas-to-write`: a primary without so many replicas refuses writes, once it notices."""
    apart: bool = False


class SentinelCluster(Cluster):
    """Implements `Cluster`."""

    def __init__(self, program: str, settings: SentinelSettings, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._program = program
        self._settings = settings
        self.servers: list[RedisNode] = []
        self.sentinels: list[RedisNode] = []

    def start(self) -> None:
        """See `Cluster`: the replicas follow, and every Sentinel knows all others."""
        for number in range(1, self._settings.servers + 1):
            server = self._server(number)
            self.servers.append(server)
            self.members[server.name] = server
            server.start()
        wait_for(self._replicas_missing, "the replication", _START_TIMEOUT_S)
        for number in range(1, self._settings.sentinels + 1):
            sentinel = self._sentinel(number)
            self.sentinels.append(sentinel)
            self.members[sentinel.name] = sentinel
            sentinel.start()
        wait_for(self.unsettled, "the group of Sentinels", _START_TIMEOUT_S)

    def primaries(self) -> list[str]:
        """See `Cluster`."""
        return agreed({one.name: self._primary_seen_by(one) for one in self.sentinels}, len(self.sentinels))

    def replicas_of(self, primary: str) -> list[str]:
        """See `Cluster`."""
        return [server.name for server in self.servers if server.name != primary]

    def unsettled(self) -> str | None:
        """See `Cluster`: all Sentinels name one primary, which all other servers follow, and see nobody down."""
        for sentinel in self.sentinels:
            flat = sentinel.call("SENTINEL", "MASTER", GROUP)
            seen = dict(zip(flat[::2], flat[1::2], strict=True))
            known = int(seen["num-other-sentinels"]) + 1, int(seen["num-slaves"]) + 1
            if known != (len(self.sentinels), len(self.servers)):
                return f"{sentinel.name} knows {known[0]} Sentinels and {known[1]} servers"
            if seen["flags"] != "master":
                return f"{sentinel.name} takes the primary for {seen['flags']}"
        primary = self.primaries()
        seen_by = [self._primary_seen_by(sentinel) for sentinel in self.sentinels]
        if len(set(seen_by)) != 1 or not primary:
            return f"the Sentinels take different servers for the primary: {seen_by}"
        return self._replicas_missing(primary[0])

    def _replicas_missing(self, primary: str = "redis-1") -> str | None:
        announced_port = {server.name: server.announced_port for server in self.servers}[primary]
        for server in self.servers:
            role = server.call("ROLE")
            if server.name == primary:
                if role[0] != "master":
                    return f"{server.name} is a {role[0]}"
            elif role[0] != "slave" or int(role[2]) != announced_port or role[3] != "connected":
                return f"{server.name} does not follow {primary}: {role}"
        return None

    def _primary_seen_by(self, sentinel: RedisNode) -> str | None:
        if not sentinel.runs:
            return None
        try:
            address = sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", GROUP)
        except NOT_READY:
            return None
        return {str(one.announced_port): one.name for one in self.servers}.get(str(address[1])) if address else None

    def _server(self, number: int) -> RedisNode:
        settings = [
            *durable(self._settings.appendfsync),
            *announced("replica"),
            "repl-diskless-sync yes",
            "repl-diskless-sync-delay 0",
            "repl-timeout 5",
            "repl-ping-replica-period 1",
            f"min-replicas-to-write {self._settings.min_replicas}",
            f"min-replicas-max-lag {_MAX_LAG_S}",
        ]
        if number > 1:
            settings.append(f"replicaof 127.0.0.1 {self.servers[0].announced_port}")
        return RedisNode(f"redis-{number}", f"host-{number}", self._program, self._workspace, self.network, settings)

    def _sentinel(self, number: int) -> RedisNode:
        place = number + self._settings.servers if self._settings.apart else number
        quorum = self._settings.sentinels // 2 + 1
        settings = [
            *announced("sentinel"),
            f"sentinel monitor {GROUP} 127.0.0.1 {self.servers[0].announced_port} {quorum}",
            f"sentinel down-after-milliseconds {GROUP} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {GROUP} {FAILOVER_TIMEOUT_MS}",
            f"sentinel parallel-syncs {GROUP} 1",
        ]
        return RedisNode(
            f"sentinel-{number}",
            f"host-{place}",
            self._program,
            self._workspace,
            self.network,
            settings,
            is_sentinel=True,
        )

"""Redis Cluster: primaries that share the key space, each with replicas, formed by commands over the wire.

Each node announces two ports, behind which are the proxies of its place: one for commands and one for the bus of the
cluster. Needs Redis 7 or Valkey, as Redis 6 has its bus on a port that cannot be chosen.

Replication is asynchronous here as well: a primary that is cut off acknowledges writes until it notices that it does
not reach a majority of the primaries (Redis documentation, "Redis cluster specification", "Write safety").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lawful.conformance.adapter import Workspace
from lawful.conformance.clusters.cluster import Cluster
from lawful.conformance.clusters.member import NOT_READY, wait_for
from lawful.conformance.clusters.redis_node import RedisNode, announced, durable
from lawful.conformance.network import Network
from lawful.conformance.processes import free_ports

SLOTS = 16_384
NODE_TIMEOUT_MS = 2000
_FORMING_TIMEOUT_MS = 15_000
"""The same while the cluster is formed: on a busy machine, nodes would give each other up before they have met."""
_START_TIMEOUT_S = 60.0
_POLL_S = 0.1
_GONE = {"fail", "handshake", "noaddr"}


@dataclass(frozen=True, slots=True)
class RedisClusterSettings:
    """What can be chosen."""

    primaries: int = 3
    replicas: int = 1
    """Of each primary."""
    appendfsync: str = "everysec"


class Seen(NamedTuple):
    """A node as another one sees it: a line of CLUSTER NODES."""

    identity: str
    port: int
    flags: frozenset[str]
    primary: str
    """The identity of the primary that it follows; `-` for none."""
    has_slots: bool

    @property
    def leads(self) -> bool:
        return "master" in self.flags and self.has_slots and not self.flags & _GONE


class ClusterNode(RedisNode):
    """One process."""

    def __init__(
        self, number: int, program: str, workspace: Workspace, network: Network, settings: RedisClusterSettings
    ) -> None:
        (bus_port,) = free_ports(1)
        place = f"host-{number}"
        self.announced_bus_port = network.shared_port(place, bus_port)
        lines = [
            *durable(settings.appendfsync),
            "cluster-enabled yes",
            "cluster-config-file nodes.conf",
            f"cluster-node-timeout {_FORMING_TIMEOUT_MS}",
            f"cluster-port {bus_port}",
            *announced("cluster"),
            f"cluster-announce-bus-port {self.announced_bus_port}",
            "repl-diskless-sync yes",
            "repl-diskless-sync-delay 0",
        ]
        super().__init__(f"redis-{number}", place, program, workspace, network, lines)

    def seen(self) -> list[Seen]:
        """All nodes that it knows. Raises one of `NOT_READY`."""
        return [_seen(line) for line in _lines(self.call("CLUSTER", "NODES"))]

    def is_whole(self) -> bool:
        """Whether it takes the cluster for able to serve every key."""
        return any(line == "cluster_state:ok" for line in _lines(self.call("CLUSTER", "INFO")))


class RedisCluster(Cluster):
    """Implements `Cluster`."""

    def __init__(self, program: str, settings: RedisClusterSettings, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._program = program
        self._settings = settings
        self.nodes: list[ClusterNode] = []

    def start(self) -> None:
        """See `Cluster`: every slot is served, and every replica follows."""
        count = self._settings.primaries * (1 + self._settings.replicas)
        for number in range(1, count + 1):
            node = ClusterNode(number, self._program, self._workspace, self.network, self._settings)
            self.nodes.append(node)
            self.members[node.name] = node
            node.start()
        self._share_slots()
        wait_for(self._strangers, "the cluster", _START_TIMEOUT_S, poll_s=_POLL_S)
        wait_for(self._unattached, "the replication", _START_TIMEOUT_S)
        wait_for(self.unsettled, "the cluster", _START_TIMEOUT_S, poll_s=_POLL_S)
        for node in self.nodes:
            node.call("CONFIG", "SET", "cluster-node-timeout", NODE_TIMEOUT_MS)
            node.call("CONFIG", "REWRITE")

    def primaries(self) -> list[str]:
        """See `Cluster`: those that most nodes take for primaries with slots."""
        votes = [self._leading(node) for node in self.nodes if node.runs]
        return [node.name for node in self.nodes if 2 * sum(node.name in vote for vote in votes) > len(self.nodes)]

    def replicas_of(self, primary: str) -> list[str]:
        """See `Cluster`."""
        for node in self.nodes:
            try:
                seen = node.seen() if node.runs else []
            except NOT_READY:
                continue
            identity = {one.identity for one in seen if self._name(one.port) == primary}
            if identity:
                return [name for one in seen if one.primary in identity and (name := self._name(one.port))]
        return []

    def unsettled(self) -> str | None:
        """See `Cluster`."""
        for node in self.nodes:
            if not node.is_whole():
                return f"{node.name} takes the cluster for down"
            seen = node.seen()
            if len(seen) != len(self.nodes) or any(one.flags & {*_GONE, "fail?"} for one in seen):
                return f"{node.name} does not see all others"
            replication = node.info("replication")
            if replication["role"] == "slave" and replication["master_link_status"] != "up":
                return f"{node.name} does not follow"
        leading = [self._leading(node) for node in self.nodes]
        return None if all(one == leading[0] for one in leading) else "the nodes take different ones for primaries"

    def _share_slots(self) -> None:
        primaries = self.nodes[: self._settings.primaries]
        for position, node in enumerate(primaries):
            first, end = (SLOTS * place // len(primaries) for place in (position, position + 1))
            node.call("CLUSTER", "ADDSLOTS", *range(first, end))
        for epoch, node in enumerate(self.nodes, start=1):
            node.call("CLUSTER", "SET-CONFIG-EPOCH", epoch)

    def _strangers(self) -> str | None:
        """Introduce nodes to the first one, again where a handshake was given up; what is still missing."""
        known = {one.port for one in self.nodes[0].seen()}
        for node in self.nodes[1:]:
            if node.announced_port not in known:
                self.nodes[0].call("CLUSTER", "MEET", "127.0.0.1", node.announced_port, node.announced_bus_port)
        for node in self.nodes:
            seen = node.seen()
            if len(seen) != len(self.nodes) or any(one.flags & _GONE for one in seen):
                return f"{node.name} knows {len(seen)} of {len(self.nodes)} nodes"
        return None

    def _unattached(self) -> str | None:
        """Tell the replicas whom to follow; the first that could not be told."""
        count = self._settings.primaries
        for position, node in enumerate(self.nodes[count:]):
            if node.info("replication")["role"] != "slave":
                node.call("CLUSTER", "REPLICATE", self.nodes[position % count].call("CLUSTER", "MYID"))
        return None

    def _leading(self, node: ClusterNode) -> frozenset[str]:
        try:
            return frozenset(name for one in node.seen() if one.leads and (name := self._name(one.port)))
        except NOT_READY:
            return frozenset()

    def _name(self, announced_port: int) -> str | None:
        return next((node.name for node in self.nodes if node.announced_port == announced_port), None)


def _lines(text: object) -> Iterator[str]:
    # The client library makes a mapping of some answers and leaves others as they are.
    return iter(str(text).split("\r\n") if "\r\n" in str(text) else str(text).splitlines())


def _seen(line: str) -> Seen:
    """A line of CLUSTER NODES: identity, address, flags, primary, four numbers, and the slots.

    >>> _seen("07c3 127.0.0.1:7001@17001,host myself,master - 0 0 1 connected 0-5460").leads
    True
    """
    identity, address, flags, primary, *rest = line.split()
    port = int(address.split("@", 1)[0].rsplit(":", 1)[1])
    return Seen(identity, port, frozenset(flags.split(",")), primary, len(rest) > 4)

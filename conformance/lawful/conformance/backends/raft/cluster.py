"""The nodes of the group as members of a cluster: processes at places, which reach each other directly or over links.

Over links, each node is told for every peer the port of a proxy of its own (see `NodeSettings.dialled`), so that no
connection has to be recognised. That costs a hop per message in the process of the run, so it is asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown, Workspace
from lawful.conformance.backends.raft.client import NodeAddress, RaftClient
from lawful.conformance.backends.raft.settings import NodeSettings
from lawful.conformance.backends.raft.wire import LOOPBACK
from lawful.conformance.clusters.cluster import Cluster, agreed
from lawful.conformance.clusters.member import Member, folder_of
from lawful.conformance.network import Network
from lawful.conformance.processes import free_ports
from lawful.models.values import Json

_ATTEMPT_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class RaftSettings:
    """What can be chosen."""

    nodes: int = 3
    guards: bool = True
    compact_every: int = 0
    links: bool = False
    """Whether connections go over links that can be cut."""
    library: str | None = None
    """A folder with another release of PySyncObj, for the nodes."""


class RaftMember(Member):
    """One node."""

    def __init__(
        self,
        settings: NodeSettings,
        place: str,
        workspace: Workspace,
        network: Network,
        has_majority: Callable[[], bool],
        library: str | None = None,
    ) -> None:
        command = [sys.executable, "-m", f"{__package__}.server_process", settings.text()]
        # Looked at before what is installed, and after the folder that is worked in, which is not used.
        path = os.pathsep.join(filter(None, (library, os.environ.get("PYTHONPATH"))))
        environment = {"PYTHONPATH": path} if library is not None else None
        super().__init__(settings.name, place, command, workspace, network, environment=environment)
        self.settings = settings
        self._has_majority = has_majority

    @property
    def address(self) -> NodeAddress:
        return NodeAddress(self.name, LOOPBACK, self.settings.client_port)

    def answers(self) -> str | None:
        """See `Member`: a command without effect goes through its log, if a majority runs."""
        self.ask({"do": "no_op" if self._has_majority() else "status"})
        return None

    def leader(self) -> str | None:
        """The address of the node that it takes for the leader; None for none, and where it does not answer."""
        if not self.runs:
            return None
        try:
            told = self.ask({"do": "status"})
        except (OperationFailed, OutcomeUnknown):
            return None
        found = told.get("leader") if isinstance(told, Mapping) else None
        return None if found is None else str(found)

    def ask(self, request: Mapping[str, Json]) -> Json:
        """The result of a request that it is sent past the network."""
        client = RaftClient([self.address], _ATTEMPT_TIMEOUT_S)
        try:
            result: Json = client.request(request)["result"]
        finally:
            client.close()
        return result


class RaftCluster(Cluster):
    """Implements `Cluster`."""

    def __init__(self, settings: RaftSettings, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._settings = settings
        self.nodes: list[RaftMember] = []

    def start(self) -> None:
        """See `Cluster`: every node takes commands."""
        count = self._settings.nodes
        ports = free_ports(2 * count)
        peer_ports, client_ports = ports[:count], ports[count:]
        addresses = [f"{LOOPBACK}:{port}" for port in peer_ports]
        places = [f"host-{position + 1}" for position in range(count)]
        for position, place in enumerate(places):
            others = [other for other in range(count) if other != position]
            name = f"node-{position + 1}"
            settings = NodeSettings(
                name,
                addresses[position],
                tuple(addresses[other] for other in others),
                client_ports[position],
                str(folder_of(name, self._workspace)),
                self._settings.guards,
                self._settings.compact_every,
                {
                    addresses[other]: self.network.port(place, places[other], peer_ports[other])
                    for other in others
                    if self._settings.links
                },
            )
            node = RaftMember(
                settings, place, self._workspace, self.network, self._majority_runs, self._settings.library
            )
            self.nodes.append(node)
            self.members[name] = node
        for node in self.nodes:
            node.begin()
        for node in self.nodes:
            node.wait_until_ready()

    def primaries(self) -> list[str]:
        """See `Cluster`: the leader."""
        names = {node.settings.raft_address: node.name for node in self.nodes}
        return agreed({node.name: names.get(node.leader() or "") for node in self.nodes}, len(self.nodes))

    def replicas_of(self, primary: str) -> list[str]:
        """See `Cluster`."""
        return [name for name in self.members if name != primary]

    def unsettled(self) -> str | None:
        """See `Cluster`."""
        for node in self.nodes:
            node.answers()
        return None

    def address_from(self, seat: str, node: RaftMember) -> NodeAddress:
        """Where a client at `seat` reaches a node."""
        if not self._settings.links:
            return node.address
        return node.address._replace(port=self.port_from(seat, node, node.settings.client_port))

    def _majority_runs(self) -> bool:
        return 2 * sum(node.runs for node in self.nodes) > len(self.nodes)

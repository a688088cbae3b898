"""etcd members that elect a leader by Raft and answer for a majority.

Each member announces one peer URL, behind which is the proxy of its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lawful.conformance.adapter import Workspace
from lawful.conformance.clusters.cluster import Cluster, agreed
from lawful.conformance.clusters.etcd_gateway import LOOPBACK, Gateway, NoAnswer, Unreachable, encoded
from lawful.conformance.clusters.member import Member, folder_of, wait_for
from lawful.conformance.network import Network
from lawful.conformance.processes import free_ports

_HEARTBEAT_MS, _ELECTION_MS = 100, 1000
_ANSWER_TIMEOUT_S = 1.0
_START_TIMEOUT_S = 45.0
_LARGEST_REQUEST = 32 * 2**20
_TEMPORARY = (Unreachable, NoAnswer)


@dataclass(frozen=True, slots=True)
class EtcdSettings:
    """What can be chosen."""

    members: int = 3
    fsync: bool = True
    """False: `--unsafe-no-fsync`."""


class EtcdMember(Member):
    """One process."""

    def __init__(self, name: str, place: str, workspace: Workspace, network: Network) -> None:
        self.client_port, self._peer_port = free_ports(2)
        self.peer_url = f"http://{LOOPBACK}:{network.shared_port(place, self._peer_port)}"
        super().__init__(name, place, [], workspace, network)

    def configure(self, program: str, initial_cluster: str, settings: EtcdSettings, workspace: Workspace) -> None:
        """Say how it is started, once the URLs of all members are known."""
        client_url = f"http://{LOOPBACK}:{self.client_port}"
        self.command = [
            program,
            *("--name", self.name),
            *("--data-dir", str(folder_of(self.name, workspace) / "data")),
            *("--listen-client-urls", client_url),
            *("--advertise-client-urls", client_url),
            *("--listen-peer-urls", f"http://{LOOPBACK}:{self._peer_port}"),
            *("--initial-advertise-peer-urls", self.peer_url),
            *("--initial-cluster", initial_cluster),
            *("--heartbeat-interval", str(_HEARTBEAT_MS)),
            *("--election-timeout", str(_ELECTION_MS)),
            *("--max-request-bytes", str(_LARGEST_REQUEST)),
            *("--log-level", "warn"),
            *(() if settings.fsync else ("--unsafe-no-fsync",)),
        ]

    def answers(self) -> str | None:
        """See `Member`: it says its version, whether or not the others run."""
        try:
            return None if Gateway(self.client_port).version(_ANSWER_TIMEOUT_S) else "it does not say its version"
        except _TEMPORARY as error:
            return str(error)

    def leader(self) -> str | None:
        """The identity of the member that it takes for the leader."""
        found = self._ask("/v3/maintenance/status", {}).get("leader", "0")
        return None if found == "0" else str(found)

    def identity(self) -> str:
        """Its own."""
        return str(self._ask("/v3/maintenance/status", {})["header"]["member_id"])

    def serves(self) -> None:
        """Read through the leader. Raises `Unreachable` or `NoAnswer` where that does not work."""
        self._ask("/v3/kv/range", {"key": encoded("nothing")})

    def _ask(self, path: str, request: dict[str, str]) -> dict[str, Any]:
        gateway = Gateway(self.client_port)
        try:
            return gateway.ask(path, request, _ANSWER_TIMEOUT_S)
        finally:
            gateway.close()


class EtcdCluster(Cluster):
    """Implements `Cluster`."""

    def __init__(self, program: str, settings: EtcdSettings, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._program = program
        self._settings = settings
        self._identities: dict[str, str] = {}
        self.etcd_members: list[EtcdMember] = []

    def start(self) -> None:
        """See `Cluster`: every member reads through the leader."""
        for number in range(1, self._settings.members + 1):
            member = EtcdMember(f"etcd-{number}", f"host-{number}", self._workspace, self.network)
            self.etcd_members.append(member)
            self.members[member.name] = member
        initial_cluster = ",".join(f"{member.name}={member.peer_url}" for member in self.etcd_members)
        for member in self.etcd_members:
            member.configure(self._program, initial_cluster, self._settings, self._workspace)
            member.begin()
        for member in self.etcd_members:
            member.wait_until_ready()
        wait_for(self.unsettled, "the etcd cluster", _START_TIMEOUT_S)
        self._identities = {member.identity(): member.name for member in self.etcd_members}

    def primaries(self) -> list[str]:
        """See `Cluster`: the leader."""
        return agreed({member.name: self._leader_seen_by(member) for member in self.etcd_members}, len(self.members))

    def replicas_of(self, primary: str) -> list[str]:
        """See `Cluster`."""
        return [member.name for member in self.etcd_members if member.name != primary]

    def unsettled(self) -> str | None:
        """See `Cluster`."""
        for member in self.etcd_members:
            try:
                member.serves()
            except _TEMPORARY as error:
                return f"{member.name}: {error}"
        return None

    def _leader_seen_by(self, member: EtcdMember) -> str | None:
        try:
            leader = member.leader() if member.runs else None
        except _TEMPORARY:
            return None
        return None if leader is None else self._identities.get(leader)

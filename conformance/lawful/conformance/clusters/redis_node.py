"""A server of the Redis family as a member of a cluster: data node, Sentinel or node of Redis Cluster.

It is configured by a file, not by arguments: Sentinel rewrites the file of a server whose part it changes (Redis
documentation, "High availability with Redis Sentinel", "Sentinels and replicas auto discovery"), so that one that is
killed and started again comes back in the part that it was given last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lawful.conformance.adapter import Workspace
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.clusters.member import Member, folder_of
from lawful.conformance.network import Network
from lawful.conformance.processes import free_ports

CONFIGURATION = "server.conf"
_ANSWER_TIMEOUT_S = 1.0


class RedisNode(Member):
    """One process. Peers and clients reach it through the network only; `call` goes straight to it."""

    def __init__(
        self,
        name: str,
        place: str,
        program: str,
        workspace: Workspace,
        network: Network,
        settings: Sequence[str],
        *,
        is_sentinel: bool = False,
    ) -> None:
        """`settings`: lines of the configuration beside those on addresses and files. `{port}` stands for the port on
        which it is announced to its peers."""
        (self.port,) = free_ports(1)
        self.announced_port = network.shared_port(place, self.port)
        folder = folder_of(name, workspace)
        lines = ["bind 127.0.0.1", f"port {self.port}", f'dir "{folder}"', "daemonize no"]
        lines += [line.format(port=self.announced_port) for line in settings]
        command = [program, str(folder / CONFIGURATION), *(["--sentinel"] if is_sentinel else [])]
        super().__init__(name, place, command, workspace, network, {CONFIGURATION: "\n".join(lines) + "\n"})

    def call(self, *command: str | int) -> Any:
        """One command on a connection of its own, past the network. Raises `OperationFailed` or `OutcomeUnknown`."""
        link = Link(connection_to(self.name, self.port), _ANSWER_TIMEOUT_S)
        try:
            link.begin()
            return link.call(*command)
        finally:
            link.close()

    def answers(self) -> str | None:
        """See `Member`."""
        return None if self.call("PING") == "PONG" else "it does not answer PING"

    def info(self, section: str) -> dict[str, str]:
        """A section of what the server says of itself."""
        lines = str(self.call("INFO", section)).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line and not line.startswith("#"))


def connection_to(server: str, port: int) -> dict[str, Any]:
    """What `backends.redis.link.Link` needs to reach a port of this machine."""
    return {"url": f"redis://127.0.0.1:{port}/0", "external": False, "server": server}


def durable(appendfsync: str) -> list[str]:
    """Settings of a server that keeps every write in an append-only file."""
    return ["appendonly yes", f"appendfsync {appendfsync}", 'save ""']


def announced(kind: str) -> list[str]:
    """Settings that tell peers to come through the network; `kind`: replica, sentinel or cluster."""
    separator = " " if kind == "sentinel" else "-"
    return [f"{kind}{separator}announce-ip 127.0.0.1", f"{kind}{separator}announce-port {{port}}"]

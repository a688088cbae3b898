"""The group as the runner sees it: starts the node processes, tells clients where they are, injects faults.

Options: `nodes` (default 3), `guards` (`on` or `off`: the work-arounds of `transport`), `compact_every` (default 0:
never; see `node`), `links` (`off` or `on`: connections go over links that can be cut; see `cluster`) and `library` (a
folder with another release of PySyncObj, as `pip install --target` makes it). With the
defaults the group is meant to be lawful; `guards` and `compact_every` bring back defects of PySyncObj that
TRACK_RECORD.md lists.

Assumption: every user of this machine is trusted. PySyncObj unpickles what arrives at its port on 127.0.0.1, so
whoever can connect there can run code as the user of the run, for as long as it lasts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata

from lawful.conformance.adapter import Client, OperationFailed, OutcomeUnknown, Workspace
from lawful.conformance.backends.numbers import whole_number
from lawful.conformance.backends.raft.client import NodeAddress, RaftClient
from lawful.conformance.backends.raft.cluster import RaftCluster, RaftMember, RaftSettings
from lawful.conformance.backends.raft.store.objects import OBJECTS
from lawful.conformance.clusters.backend import ClusterBackend
from lawful.conformance.errors import BackendError, BackendUnavailable, UsageError
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

MOST_NODES = 9


class RaftBackend(ClusterBackend[RaftCluster]):
    """Implements `adapter.Backend`."""

    tables = frozenset(TABLES)
    objects = frozenset(OBJECTS)

    def __init__(
        self,
        nodes: str | int = 3,
        guards: str = "on",
        compact_every: str | int = 0,
        links: str = "off",
        library: str | None = None,
    ) -> None:
        super().__init__()
        for name, value in (("guards", guards), ("links", links)):
            if value not in ("on", "off"):
                raise UsageError(f"{name} is on or off, not {value!r}")
        self._settings = RaftSettings(
            nodes=whole_number("nodes", nodes, 1, MOST_NODES),
            guards=guards == "on",
            compact_every=whole_number("compact_every", compact_every, 0, 10**9),
            links=links == "on",
            library=library,
        )
        self.has_links = self._settings.links

    def versions(self) -> dict[str, str]:
        """See `adapter.Backend`."""
        if self._settings.library is not None:
            return {"pysyncobj": _release_in(self._settings.library)}
        try:
            return {"pysyncobj": metadata.version("pysyncobj")}
        except metadata.PackageNotFoundError:
            raise BackendUnavailable(
                "the raft backend is not installed",
                cause="there is no package pysyncobj in this environment",
                hint="pip install 'lawful[raft]'",
            ) from None

    def make(self, workspace: Workspace) -> RaftCluster:
        """See `ClusterBackend`."""
        self.versions()
        return RaftCluster(self._settings, workspace)

    def connection(self) -> dict[str, Json]:
        """See `adapter.Backend`. Each call places a client at the next place, at the node of which it starts."""
        cluster = self.cluster
        seat = cluster.next_seat()
        nodes: list[Json] = [list(cluster.address_from(seat, node)) for node in cluster.nodes]
        return {"nodes": nodes, **({"first": cluster.places.index(seat)} if self.has_links else {})}

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        """See `adapter.Backend`. An integer `first` in `connection` chooses the node to start with."""
        nodes, first = connection["nodes"], connection.get("first")
        assert isinstance(nodes, Sequence)
        assert first is None or isinstance(first, int)
        addresses = [_address(node) for node in nodes]
        return RaftClient(addresses, timeout_s, first)

    def set_clock(self, server: str, offset_s: float) -> None:
        """See `adapter.Backend`. Restarted, a node has the right time again."""
        member = self.cluster.member(server)
        assert isinstance(member, RaftMember)
        try:
            member.ask({"do": "clock", "offset_ns": round(offset_s * 10**9)})
        except (OperationFailed, OutcomeUnknown) as error:
            raise BackendError(f"the clock of {server} cannot be set", cause=str(error)) from error

    def leader(self) -> str | None:
        """The name of the node that most nodes take for the leader; None during an election."""
        return next(iter(self.cluster.primaries()), None)


def _address(node: Json) -> NodeAddress:
    match node:
        case [str(name), str(host), int(port)]:
            return NodeAddress(name, host, port)
    raise ValueError(f"not a node: {node!r}")


def _release_in(folder: str) -> str:
    """The release of PySyncObj in a folder."""
    found = [one.version for one in metadata.distributions(name="pysyncobj", path=[folder])]
    if not found:
        raise BackendUnavailable(
            "the raft backend has no such library",
            cause=f"there is no package pysyncobj in {folder}",
            hint=f"python -m pip install --no-deps --target {folder} pysyncobj==0.3.15",
        )
    return found[0]

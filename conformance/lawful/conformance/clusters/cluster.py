"""Several servers that reach each other, and are reached by clients, over links that can be cut."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Mapping

from lawful.conformance.adapter import Workspace
from lawful.conformance.clusters.member import Member, wait_for
from lawful.conformance.errors import BackendError, unknown_name
from lawful.conformance.network import Network

_POLL_S = 0.1
"""Between two looks at a whole cluster."""


class Cluster(ABC):
    """What clusters of every kind have in common. `start` is what each adds.

    A *place* is a machine in play. Every server is at one, and clients sit down at each place in turn, so that a cut
    between places leaves some clients on either side.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.network = Network()
        self.members: dict[str, Member] = {}
        self._workspace = workspace
        self._ports: dict[tuple[str, str, int], int] = {}
        self._seats = itertools.count()

    @property
    def places(self) -> tuple[str, ...]:
        """Where servers are, in order."""
        return tuple(dict.fromkeys(member.place for member in self.members.values()))

    @abstractmethod
    def start(self) -> None:
        """Start every server, and wait until the cluster serves. Raises `BackendError`."""

    def member(self, name: str) -> Member:
        """The server of that name. Raises `UsageError` with the nearest one."""
        if name not in self.members:
            raise unknown_name("server", name, self.members)
        return self.members[name]

    @abstractmethod
    def primaries(self) -> list[str]:
        """The servers that take writes, as far as a majority can tell; none while there is no agreement."""

    @abstractmethod
    def replicas_of(self, primary: str) -> list[str]:
        """The servers that follow `primary`, by name."""

    @abstractmethod
    def unsettled(self) -> str | None:
        """What keeps the cluster from being whole; None where nothing does. May raise one of `NOT_READY`."""

    def await_recovery(self, timeout_s: float) -> str | None:
        """Wait until the cluster is whole again, after every fault was healed; what was still missing, if anything."""
        try:
            wait_for(self.unsettled, "the cluster", timeout_s, poll_s=_POLL_S)
        except BackendError as error:
            return error.cause or error.problem
        return None

    def next_seat(self) -> str:
        """The place of the next client."""
        places = self.places
        return places[next(self._seats) % len(places)]

    def port_from(self, source: str, member: Member, target_port: int) -> int:
        """The port on which `source` reaches `target_port` of `member`."""
        ports = source, member.name, target_port
        if ports not in self._ports:
            self._ports[ports] = self.network.port(source, member.place, target_port)
        return self._ports[ports]

    def stop(self) -> None:
        """Kill every server and close every port."""
        try:
            for member in self.members.values():
                member.kill()
        finally:
            self.network.close()


def agreed(votes: Mapping[str, str | None], electorate: int) -> list[str]:
    """What more than half of the electorate names, as a list of one; none where there is no such name.

    >>> agreed({"a": "x", "b": "x", "c": None}, 3), agreed({"a": "x", "b": "y"}, 3)
    (['x'], [])
    """
    named = [vote for vote in votes.values() if vote is not None]
    return sorted({vote for vote in named if 2 * named.count(vote) > electorate})

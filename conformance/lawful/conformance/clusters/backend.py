"""What the backends of clusters have in common: a cluster of their own, and its servers by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from lawful.conformance.adapter import Workspace
from lawful.conformance.clusters.cluster import Cluster
from lawful.conformance.errors import BackendError

AnyCluster = TypeVar("AnyCluster", bound=Cluster)


class ClusterBackend(ABC, Generic[AnyCluster]):
    """The part of `adapter.Backend` that a cluster carries out."""

    has_links: bool = True
    """Whether connections go over links that can be cut."""
    has_server_folders = True

    def __init__(self) -> None:
        self._started: AnyCluster | None = None

    @property
    def cluster(self) -> AnyCluster:
        """The cluster, started. Faults on links and on primaries go to it."""
        if self._started is None:
            raise BackendError("the cluster was not started")
        return self._started

    @abstractmethod
    def make(self, workspace: Workspace) -> AnyCluster:
        """The cluster, not started."""

    def start(self, workspace: Workspace) -> None:
        """See `adapter.Backend`."""
        self._started = self.make(workspace)
        self._started.start()

    def servers(self) -> Sequence[str]:
        """See `adapter.Backend`."""
        return () if self._started is None else list(self._started.members)

    def kill(self, server: str) -> None:
        """See `adapter.Backend`."""
        self.cluster.member(server).kill()

    def restart(self, server: str) -> None:
        """See `adapter.Backend`. Waits until the server itself answers, whatever the others do."""
        self.cluster.member(server).start()

    def pause(self, server: str) -> None:
        """See `adapter.Backend`."""
        self.cluster.member(server).pause()

    def resume(self, server: str) -> None:
        """See `adapter.Backend`."""
        self.cluster.member(server).resume()

    def stop(self) -> None:
        """See `adapter.Backend`."""
        if self._started is not None:
            self._started.stop()

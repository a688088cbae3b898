"""The group as the runner sees it: starts the node processes, tells clients where they are, injects faults.

Options: `nodes` (default 3), `guards` (`on` or `off`: the work-arounds of `transport`) and `compact_every` (default 0:
never; see `node`). With the defaults the group is meant to be lawful; the other two settings bring back defects of
PySyncObj that TRACK_RECORD.md lists.

Assumption: every user of this machine is trusted. PySyncObj unpickles what arrives at its port on 127.0.0.1, so
whoever can connect there can run code as the user of the run, for as long as it lasts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata

from lawful.conformance.adapter import Client, OperationFailed, OutcomeUnknown, ProcessSpawner, Workspace
from lawful.conformance.backends.numbers import whole_number
from lawful.conformance.backends.raft.client import NodeAddress, RaftClient
from lawful.conformance.backends.raft.settings import NodeSettings
from lawful.conformance.backends.raft.wire import LOOPBACK
from lawful.conformance.errors import BackendError, BackendUnavailable, UsageError, unknown_name
from lawful.conformance.processes import free_ports, log_tail
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

MOST_NODES = 9
READY_TIMEOUT_S = 20.0
_ATTEMPT_TIMEOUT_S = 2.0
_POLL_S = 0.02


@dataclass(slots=True)
class _Node:
    """A node and its process."""

    settings: NodeSettings
    pid: int | None = None
    """None while it is killed."""
    paused: bool = False

    @property
    def runs(self) -> bool:
        return self.pid is not None and not self.paused

    @property
    def address(self) -> NodeAddress:
        return NodeAddress(self.settings.name, LOOPBACK, self.settings.client_port)


class RaftBackend:
    """Implements `adapter.Backend`."""

    tables = frozenset(TABLES)

    def __init__(self, nodes: str | int = 3, guards: str = "on", compact_every: str | int = 0) -> None:
        self._count = whole_number("nodes", nodes, 1, MOST_NODES)
        self._compact_every = whole_number("compact_every", compact_every, 0, 10**9)
        if guards not in ("on", "off"):
            raise UsageError(f"guards is on or off, not {guards!r}")
        self._guards = guards == "on"
        self._nodes: dict[str, _Node] = {}
        self._workspace: Workspace | None = None

    def versions(self) -> dict[str, str]:
        """See `adapter.Backend`."""
        try:
            return {"pysyncobj": metadata.version("pysyncobj")}
        except metadata.PackageNotFoundError:
            raise BackendUnavailable(
                "the raft backend is not installed",
                cause="there is no package pysyncobj in this environment",
                hint="pip install 'lawful[raft]'",
            ) from None

    def start(self, workspace: Workspace) -> None:
        """See `adapter.Backend`."""
        self.versions()
        self._workspace = workspace
        ports = free_ports(2 * self._count)
        addresses = [f"{LOOPBACK}:{port}" for port in ports[: self._count]]
        for position, address in enumerate(addresses):
            name = f"node-{position + 1}"
            folder = workspace.folder / name
            folder.mkdir()
            peers = tuple(peer for peer in addresses if peer != address)
            client_port = ports[self._count + position]
            settings = NodeSettings(name, address, peers, client_port, str(folder), self._guards, self._compact_every)
            self._nodes[name] = _Node(settings)
        for node in self._nodes.values():
            self._spawn(node)
        for node in self._nodes.values():
            self._wait_until_ready(node)

    def connection(self) -> dict[str, Json]:
        """See `adapter.Backend`."""
        return {"nodes": [list(node.address) for node in self._nodes.values()]}

    @staticmethod
    def connect(connection: Mapping[str, Json], timeout_s: float) -> Client:
        """See `adapter.Backend`. An integer `first` in `connection` chooses the node to start with."""
        nodes, first = connection["nodes"], connection.get("first")
        assert isinstance(nodes, Sequence)
        assert first is None or isinstance(first, int)
        addresses = [_address(node) for node in nodes]
        return RaftClient(addresses, timeout_s, first)

    def servers(self) -> Sequence[str]:
        """See `adapter.Backend`."""
        return list(self._nodes)

    def kill(self, server: str) -> None:
        """See `adapter.Backend`."""
        node = self._node(server)
        if node.pid is not None:
            self._processes.kill(node.pid)
        node.pid, node.paused = None, False

    def restart(self, server: str) -> None:
        """See `adapter.Backend`. Where too few nodes run to answer, waits only until the node takes connections."""
        node = self._node(server)
        if node.pid is None:
            self._spawn(node)
        self._wait_until_ready(node)

    def pause(self, server: str) -> None:
        """See `adapter.Backend`."""
        node = self._node(server)
        if node.pid is not None:
            self._processes.pause(node.pid)
            node.paused = True

    def resume(self, server: str) -> None:
        """See `adapter.Backend`."""
        node = self._node(server)
        if node.pid is not None:
            self._processes.resume(node.pid)
            node.paused = False

    def stop(self) -> None:
        """See `adapter.Backend`."""
        for server in self._nodes:
            self.kill(server)

    def leader(self) -> str | None:
        """The name of the node that most running nodes take for the leader; None during an election."""
        names = {node.settings.raft_address: name for name, node in self._nodes.items()}
        seen: list[str] = []
        for node in self._nodes.values():
            if node.runs:
                try:
                    reply = RaftClient([node.address], _ATTEMPT_TIMEOUT_S).request({"do": "status"})
                except (OperationFailed, OutcomeUnknown):
                    continue
                seen.extend(name for address, name in names.items() if address == reply["result"]["leader"])
        best = max(seen, key=seen.count, default=None)
        return best if best is not None and 2 * seen.count(best) > self._count else None

    @property
    def _processes(self) -> ProcessSpawner:
        assert self._workspace is not None, "not started"
        return self._workspace.processes

    def _node(self, server: str) -> _Node:
        if server not in self._nodes:
            raise unknown_name("server", server, self._nodes)
        return self._nodes[server]

    def _spawn(self, node: _Node) -> None:
        command = [sys.executable, "-m", f"{__package__}.server_process", node.settings.text()]
        node.pid = self._processes.spawn(node.settings.name, command)
        node.paused = False

    def _wait_until_ready(self, node: _Node) -> None:
        """Until a command without effect goes through the log at this node, if a majority runs."""
        majority_runs = 2 * sum(other.runs for other in self._nodes.values()) > self._count
        request: Mapping[str, Json] = {"do": "no_op" if majority_runs else "status"}
        deadline = time.monotonic() + READY_TIMEOUT_S
        client = RaftClient([node.address], _ATTEMPT_TIMEOUT_S)
        cause = "it did not answer"
        while time.monotonic() < deadline and node.pid is not None and self._processes.is_running(node.pid):
            try:
                client.request(request)
                client.close()
                return
            except (OperationFailed, OutcomeUnknown) as error:
                cause = str(error)
            time.sleep(_POLL_S)
        client.close()
        name = node.settings.name
        raise BackendError(
            f"{name} of the raft backend is not ready",
            cause=log_tail(self._processes.log_of(name)) or cause,
            hint=f"waited up to {READY_TIMEOUT_S:g} s; is the machine overloaded?",
        )


def _address(node: Json) -> NodeAddress:
    match node:
        case [str(name), str(host), int(port)]:
            return NodeAddress(name, host, port)
    raise ValueError(f"not a node: {node!r}")

"""A client of the group: talks to one node, and to the next one once that is lost.

Whether an operation failed or its outcome is unknown turns on one instant: before the first byte of a request is
handed to the system nothing can have happened, from then on it may have.
"""

from __future__ import annotations

import itertools
import os
import select
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lawful.conformance.adapter import Answer, OperationFailed, OutcomeUnknown, Unsupported
from lawful.conformance.backends.raft.store.objects import OBJECTS
from lawful.conformance.backends.raft.wire import LONGEST_REPLY, LONGEST_REQUEST, NotALine, decode_line, encode_line
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

_OWN_SHARE = 0.9
"""Of the time-out, for an operation: a client that is late is taken for hung and killed."""
_NODE_SHARE = 0.8
"""Of the time-out, for the node to answer: a node that finds no leader says that nothing happened, if it is heard."""
_clients = itertools.count()


class NodeAddress(NamedTuple):
    """Where a node takes clients."""

    name: str
    host: str
    port: int


class RaftClient:
    """Implements `adapter.Client`.

    `first` is the position of the node to start with; by default clients spread over the nodes, those of one process
    as well as processes that were started one after the other.
    """

    def __init__(self, nodes: Sequence[NodeAddress], timeout_s: float, first: int | None = None) -> None:
        self._nodes = nodes
        self._timeout_s = timeout_s
        self._position = (os.getpid() + next(_clients) if first is None else first) % len(nodes)
        self._connection: socket.socket | None = None

    def invoke(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Answer:
        """See `adapter.Client`."""
        known = TABLES.get(table)
        if table not in OBJECTS and (known is None or known.function(function) is None):
            raise Unsupported(f"the store has no {table}.{function}")
        reply = self.request(
            {"do": "invoke", "table": table, "key": key, "function": function, "arguments": dict(arguments)}
        )
        return Answer(reply["result"], reply.get("server"))

    def request(self, request: Mapping[str, Json]) -> Mapping[str, Any]:
        """Send a request of the wire protocol; the reply, which has a `result`. Raises as `invoke` does."""
        deadline = time.monotonic() + self._timeout_s * _OWN_SHARE
        try:
            line = encode_line({**request, "within_s": self._timeout_s * _NODE_SHARE}, LONGEST_REQUEST)
        except NotALine as error:
            raise OperationFailed(f"cannot be sent: {error}") from error
        connection = self._connected(deadline)
        try:
            reply = _exchange(connection, line, deadline)
        except (OSError, NotALine) as error:
            name = self._nodes[self._position].name
            self._move_on()
            raise OutcomeUnknown(f"lost {name} while waiting: {error or type(error).__name__}") from error
        return self._understood(reply)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _understood(self, reply: Mapping[str, Any]) -> Mapping[str, Any]:
        if "result" in reply:
            return reply
        # The node may be cut off from its peers while another one is not.
        self._move_on()
        told = f"{reply.get('server')}: {reply.get('error')}"
        if reply.get("outcome") == "failed":
            raise OperationFailed(told)
        raise OutcomeUnknown(told)

    def _connected(self, deadline: float) -> socket.socket:
        """An open connection, to the next node where the present one takes none. Raises `OperationFailed`."""
        if self._connection is not None and not _is_closed(self._connection):
            return self._connection
        reasons = []
        for _ in self._nodes:
            self.close()
            node = self._nodes[self._position]
            try:
                left_s = max(0.001, deadline - time.monotonic())
                self._connection = socket.create_connection((node.host, node.port), timeout=left_s)
            except OSError as error:
                reasons.append(f"{node.name}: {error}")
                self._move_on()
                continue
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._connection
        raise OperationFailed(f"no node takes a connection ({'; '.join(reasons)})")

    def _move_on(self) -> None:
        self.close()
        self._position = (self._position + 1) % len(self._nodes)


def _is_closed(connection: socket.socket) -> bool:
    """Whether the node has closed an idle connection; it says nothing of its own accord, so anything else is too."""
    return bool(select.select([connection], [], [], 0)[0])


def _exchange(connection: socket.socket, line: bytes, deadline: float) -> Mapping[str, Any]:
    connection.settimeout(max(0.001, deadline - time.monotonic()))
    connection.sendall(line)
    received = bytearray()
    while not received.endswith(b"\n"):
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("the connection was closed")
        received += part
        if len(received) > LONGEST_REPLY:
            raise NotALine(f"a reply longer than {LONGEST_REPLY} bytes")
    return decode_line(bytes(received), LONGEST_REPLY)

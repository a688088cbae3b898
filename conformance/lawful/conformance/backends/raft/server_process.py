"""One node of the group: `python -m lawful.conformance.backends.raft.server_process SETTINGS`, started by the backend.

A thread per connection reads requests and waits for their fate; the thread of PySyncObj replicates and applies.
Everything listens on the loopback interface: PySyncObj unpickles whatever reaches its port.
"""

from __future__ import annotations

import logging
import socketserver
import sys
import time
from collections.abc import Mapping
from typing import Any

from lawful.conformance.backends.raft.node import Applied, Failed, Fate, RaftNode, Unknown
from lawful.conformance.backends.raft.settings import NodeSettings, parse_settings
from lawful.conformance.backends.raft.store import Command, Refused
from lawful.conformance.backends.raft.store.command import check_command
from lawful.conformance.backends.raft.wire import (
    LONGEST_REPLY,
    LONGEST_REQUEST,
    LOOPBACK,
    NotALine,
    decode_line,
    encode_line,
)
from lawful.models.values import Json

_LONGEST_WAIT_S = 60.0


class ClientServer(socketserver.ThreadingTCPServer):
    """Accepts clients; ends when the Raft node ends."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, settings: NodeSettings, node: RaftNode) -> None:
        super().__init__((LOOPBACK, settings.client_port), Connection)
        self.name = settings.name
        self.node = node
        self.clock_offset_ns = 0
        """How far the clock of this node is from that of the machine."""

    def service_actions(self) -> None:
        if not self.node.is_alive():
            raise SystemExit("the Raft node has stopped; is its port taken?")

    def reply_to(self, request: Mapping[str, Any]) -> Mapping[str, Json]:
        """Carry out one request."""
        try:
            within_s = min(float(request.get("within_s", _LONGEST_WAIT_S)), _LONGEST_WAIT_S)
            match request.get("do"):
                case "status":
                    return {"result": {"leader": self.node.leader()}, "server": self.name}
                case "clock":
                    self.clock_offset_ns = int(request["offset_ns"])
                    return {"result": None, "server": self.name}
                case "no_op":
                    return self._told(self.node.submit(None, within_s))
                case "invoke":
                    command = _command(request, time.time_ns() + self.clock_offset_ns)
                    return self._told(self.node.submit(command, within_s))
                case other:
                    raise Refused(f"there is no request {other!r}")
        except (Refused, KeyError, TypeError, ValueError) as error:
            return self._told(Failed(str(error)))

    def _told(self, fate: Fate) -> Mapping[str, Json]:
        match fate:
            case Applied(result):
                return {"result": result, "server": self.name}
            case Failed(error):
                return {"outcome": "failed", "error": error, "server": self.name}
            case Unknown(error):
                return {"outcome": "unknown", "error": error, "server": self.name}


class Connection(socketserver.StreamRequestHandler):
    """One client; one request at a time."""

    disable_nagle_algorithm = True
    server: ClientServer

    def handle(self) -> None:
        try:
            while line := self.rfile.readline(LONGEST_REQUEST + 1):
                self.wfile.write(self._answer(line))
        except (ConnectionError, NotALine) as error:
            logging.info("closed the connection of a client: %s", error)

    def _answer(self, line: bytes) -> bytes:
        reply = self.server.reply_to(decode_line(line, LONGEST_REQUEST))
        try:
            return encode_line(reply, LONGEST_REPLY)
        except NotALine as error:
            # The operation took effect; only its answer cannot be told.
            return encode_line({"outcome": "unknown", "error": f"the answer is {error}"}, LONGEST_REPLY)


def _command(request: Mapping[str, Any], now_ns: int) -> Command:
    command = Command(
        str(request.get("table")),
        request.get("key"),
        str(request.get("function")),
        request.get("arguments") or {},
        now_ns,
    )
    check_command(command)
    return command


def main() -> None:
    """Run the node until it is killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = parse_settings(sys.argv[1])
    node = RaftNode(settings)
    with ClientServer(settings, node) as server:
        logging.info("%s serves clients on port %d, peers on %s", settings.name, settings.client_port, node.leader())
        server.serve_forever()


if __name__ == "__main__":
    main()

"""An adapter behind a socket, with a server of its own that can be killed: `python listening.py one|many`.

It prints its port, then answers every connection in a thread. The server is a flag: while it is down nothing is
carried out; its rows survive, as on a disk.
"""

from __future__ import annotations

import json
import socketserver
import sys
import threading
import time
from typing import Any

ROWS: set[str] = set()
STATE = {"up": True}
STATE_CHANGES = threading.Lock()
OFFERED = {"jobs": ["enqueue", "queue_depth"]}


def carry_out(call: dict[str, Any]) -> dict[str, Any]:
    with STATE_CHANGES:
        if not STATE["up"]:
            return {"failed": "the server is down"}
        if call["function"] == "queue_depth":
            return {"ok": len(ROWS), "server": "memory"}
        new = call["arguments"]["id"] not in ROWS
        ROWS.add(call["arguments"]["id"])
        return {"ok": new, "server": "memory"}


def reply_to(message: dict[str, Any]) -> dict[str, Any]:
    match message["do"]:
        case "hello":
            said = {"protocol": 1, "name": "listening", "clients": sys.argv[1], "tables": OFFERED, "faults": ["kill"]}
            return {"ok": said}
        case "start":
            with STATE_CHANGES:
                ROWS.clear()
            return {"ok": {"connection": None, "servers": ["memory"]}}
        case "call":
            return carry_out(message)
        case "kill" | "restart":
            with STATE_CHANGES:
                STATE["up"] = message["do"] == "restart"
    return {"ok": None}


class Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            message = json.loads(line)
            self.wfile.write(json.dumps({"id": message["id"], **reply_to(message)}).encode() + b"\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A connection that is reset is what the run does on purpose."""


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Conversation)
    print(server.server_address[1], flush=True)  # noqa: T201
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    time.sleep(0)

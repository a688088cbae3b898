"""etcd's JSON gateway over HTTP: one connection to one member, and what each mishap says about the effect.

(etcd documentation, "Why gRPC gateway": keys and values are base64, 64-bit integers are text.) A connection that cannot
be made sent nothing. Whatever goes wrong once a request was handed to the system leaves its outcome open: a member
that times out may have its proposal in its log, and so may one that answers that it lost its leader.
"""

from __future__ import annotations

import base64
import http.client
import json
import select
import socket
from collections.abc import Mapping
from typing import Any

LOOPBACK = "127.0.0.1"


class Unreachable(Exception):
    """No connection could be made; nothing was sent."""


class NoAnswer(Exception):
    """The request was sent, and no answer came that tells what became of it."""


class Gateway:
    """Connects at the first request, and anew where the connection was lost."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection(LOOPBACK, port)

    def ask(self, path: str, request: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """The answer to one request. Raises `Unreachable` or `NoAnswer`."""
        self._connect(timeout_s)
        assert self._http.sock is not None
        self._http.sock.settimeout(timeout_s)
        try:
            self._http.request("POST", path, json.dumps(request), {"Content-Type": "application/json"})
            response = self._http.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise NoAnswer(str(error) or type(error).__name__) from error
        if response.status != http.client.OK or not isinstance(answer, dict):
            raise NoAnswer(str(answer.get("error", answer) if isinstance(answer, dict) else answer))
        return answer

    def version(self, timeout_s: float) -> str:
        """The version of the member, which it tells whether or not it has a leader. Raises as `ask` does."""
        self._connect(timeout_s)
        try:
            self._http.request("GET", "/version")
            return str(json.loads(self._http.getresponse().read())["etcdserver"])
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            raise NoAnswer(str(error)) from error
        finally:
            self.close()

    def close(self) -> None:
        self._http.close()

    def _connect(self, timeout_s: float) -> None:
        if self._http.sock is not None and select.select([self._http.sock], [], [], 0)[0]:
            self.close()  # it says nothing of its own accord, so it has hung up
        if self._http.sock is None:
            self._http.timeout = timeout_s
            try:
                self._http.connect()
            except OSError as error:
                self.close()
                raise Unreachable(str(error)) from error
            assert self._http.sock is not None
            self._http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def encoded(text: str) -> str:
    """A key or a value as the gateway takes it."""
    return base64.b64encode(text.encode()).decode()


def decoded(text: str) -> str:
    """What `encoded` was given."""
    return base64.b64decode(text).decode()

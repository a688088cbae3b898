"""Whose end of a connection it is: how a port that several places connect to tells one from the other.

A Redis server announces one port to all of its peers, and an etcd member one URL, so the port does not say who calls.
The process does: it has a socket with the two port numbers of the connection. Assumption: the processes belong to
this user, which is what Linux and macOS ask for.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from functools import cache

import psutil


class Owners:
    """The places of processes. Any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[int, str] = {}

    def add(self, pid: int, place: str) -> None:
        """The process `pid` is at `place`."""
        with self._lock:
            self._places[pid] = place

    def place_of(self, peer_port: int, own_port: int) -> str | None:
        """Where the process is that connected from `peer_port` to `own_port`; None where it is not (yet) known."""
        with self._lock:
            places = dict(self._places)
        for pid, place in places.items():
            if _has_connection(pid, peer_port, own_port):
                return place
        return None


@cache
def can_tell() -> bool:
    """Whether this machine tells the connections of a process; tried with one of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        own_port = int(listener.getsockname()[1])
        with socket.create_connection(("127.0.0.1", own_port)) as connection:
            return _has_connection(psutil.Process().pid, int(connection.getsockname()[1]), own_port)


def _has_connection(pid: int, peer_port: int, own_port: int) -> bool:
    with suppress(psutil.Error, OSError):
        for connection in psutil.Process(pid).net_connections(kind="tcp4"):
            if connection.raddr and (connection.laddr.port, connection.raddr.port) == (peer_port, own_port):
                return True
    return False

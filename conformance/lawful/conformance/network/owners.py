"""Whose end of a connection it is: how a port that several places connect to tells one from the other.

A Redis server announces one port to all of its peers, and an etcd member one URL, so the port does not say who calls.
The process does: it has a socket with the two port numbers of the connection. Assumption: the processes belong to
this user, which is what Linux and macOS ask for.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import psutil

TABLE = Path("/proc/net/tcp")
"""Of all sockets, on Linux (proc(5)): the tenth field of a line is the inode, by which processes name theirs."""
_LISTENS = "0A"


class Ends(NamedTuple):
    """The port numbers of a connection."""

    from_port: int
    to_port: int


class Owners:
    """The places of processes. Any thread may call `add`; the rest belongs to the thread of the event loop."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._places: dict[int, str] = {}
        self._looking = asyncio.Lock()
        self._looked_at_s = -1.0
        self._found: Mapping[Ends, str] = {}

    def add(self, pid: int, place: str) -> None:
        """The process `pid` is at `place`."""
        with self._changing:
            self._places[pid] = place

    async def place_of(self, ends: Ends, since_s: float) -> str | None:
        """Where the process is that made a connection; None where it is not (yet) known.

        `since_s`: by when it was there, on the clock of `time.monotonic`. A look takes some milliseconds and finds
        all connections, so those that are made at once share one: the nodes of a Redis Cluster, which give each other a
        second, would never come to meet otherwise.
        """
        async with self._looking:
            if self._looked_at_s < since_s:
                self._looked_at_s = time.monotonic()
                self._found = await asyncio.to_thread(self._look)
            return self._found.get(ends)

    def _look(self) -> dict[Ends, str]:
        with self._changing:
            places = dict(self._places)
        ends_of = connections()
        return {ends: place for pid, place in places.items() for ends in ends_of(pid)}


@cache
def can_tell() -> bool:
    """Whether this machine tells the connections of a process; tried with one of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        own_port = int(listener.getsockname()[1])
        with socket.create_connection(("127.0.0.1", own_port)) as connection:
            return Ends(int(connection.getsockname()[1]), own_port) in connections()(os.getpid())


def connections() -> Callable[[int], set[Ends]]:
    """What gives the connections of a process at this moment; none where it is gone."""
    if not TABLE.exists():
        return _connections_by_psutil
    # One table for all processes; psutil would read it anew for each.
    by_socket = {f"socket:[{fields[9]}]": _ends(fields) for fields in map(str.split, _lines()) if fields[3] != _LISTENS}

    def connections_of(pid: int) -> set[Ends]:
        found: set[Ends] = set()
        with suppress(OSError):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    ends = by_socket.get(str(descriptor.readlink()))
                    found |= set() if ends is None else {ends}
        return found

    return connections_of


def _connections_by_psutil(pid: int) -> set[Ends]:
    with suppress(psutil.Error, OSError):
        found = psutil.Process(pid).net_connections(kind="tcp4")
        return {Ends(one.laddr.port, one.raddr.port) for one in found if one.raddr}
    return set()


def _lines() -> list[str]:
    return TABLE.read_text(encoding="ascii").splitlines()[1:]


def _ends(fields: list[str]) -> Ends:
    """The ports of a line, in which addresses are hexadecimal: `0100007F:1F90`."""
    local, remote = (int(address.partition(":")[2], 16) for address in fields[1:3])
    return Ends(local, remote)

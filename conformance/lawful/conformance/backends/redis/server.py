"""A Redis server of our own: started on a free port, killed, and started again on the same files.

The append-only file holds every write. With `appendfsync always` it is on disk before the answer is sent; with
`everysec` or `no` a crash of the machine loses the tail, but the kill of the process does not, because the
operating system has what was written (Redis documentation, "Redis persistence"). Snapshots are off: they would hide
what the file lacks.
"""

from __future__ import annotations

import time

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown, Workspace
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.memory import MemoryLimit
from lawful.conformance.errors import BackendError
from lawful.conformance.processes import free_ports, log_tail
from lawful.models.values import Json

NAME = "redis-1"

_START_TIMEOUT_S = 30.0
_PING_TIMEOUT_S = 1.0
_POLL_S = 0.005


class RedisServer:
    """One server process with its data."""

    def __init__(self, program: str, appendfsync: str, workspace: Workspace, memory: MemoryLimit | None = None) -> None:
        self._processes = workspace.processes
        (self._port,) = free_ports(1)
        data = workspace.folder / NAME
        data.mkdir()
        self._command = [
            program,
            *("--port", str(self._port)),
            *("--bind", "127.0.0.1"),
            *("--dir", str(data)),
            *("--daemonize", "no"),
            *("--appendonly", "yes"),
            *("--appendfsync", appendfsync),
            *("--save", ""),
        ]
        self._memory = memory
        self._is_limited = memory is None
        self._pid: int | None = None

    def connection(self) -> dict[str, Json]:
        """What `address.open_connection` needs, and what the tables do."""
        url = f"redis://127.0.0.1:{self._port}/0"
        return {"url": url, "external": False, "server": NAME, "prefix": "miroir:"}

    def start(self) -> None:
        """Start the process, on the data that is there, and wait until it answers commands."""
        self._pid = self._processes.spawn(NAME, self._command)
        link = Link(self.connection(), _PING_TIMEOUT_S)
        try:
            self._wait(link, self._pid)
            self._limit_memory(link)
        finally:
            link.close()

    def kill(self) -> None:
        self._processes.kill(self._running())

    def pause(self) -> None:
        self._processes.pause(self._running())

    def resume(self) -> None:
        self._processes.resume(self._running())

    def stop(self) -> None:
        """Kill the process, if it was started."""
        if self._pid is not None:
            self._processes.kill(self._pid)

    def _limit_memory(self, link: Link) -> None:
        """Limit the memory of the server, once: now it is empty, and what it takes is no data."""
        if self._memory is None or self._is_limited:
            return
        used = next(line for line in link.call("INFO", "memory").splitlines() if line.startswith("used_memory:"))
        limit = int(used.partition(":")[2]) + self._memory.bytes
        link.call("CONFIG", "SET", "maxmemory-policy", self._memory.policy)
        link.call("CONFIG", "SET", "maxmemory", limit)
        self._command += ["--maxmemory", str(limit), "--maxmemory-policy", self._memory.policy]
        self._is_limited = True

    def _running(self) -> int:
        if self._pid is None:
            raise BackendError(f"the server {NAME} was not started")
        return self._pid

    def _wait(self, link: Link, pid: int) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        problem = "it does not answer"
        while time.monotonic() < deadline:
            if not self._processes.is_running(pid):
                cause = log_tail(self._processes.log_of(NAME)) or "it wrote no log"
                raise BackendError(f"the server {NAME} ended while it started", cause=cause)
            try:
                link.begin()
                link.call("PING")
                return
            except (OperationFailed, OutcomeUnknown) as error:  # also LOADING: the data is still being read
                problem = str(error)
            time.sleep(_POLL_S)
        raise BackendError(f"the server {NAME} is not ready after {_START_TIMEOUT_S:g} s", cause=problem)

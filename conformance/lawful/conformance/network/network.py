"""A network of places on the loopback interface, with a proxy on each link between two of them.

A place is a machine in play: servers and clients at one place reach each other whatever happens. A *link* is one
direction between two places. What can be done to it:

- `hold`: bytes wait, and pass when it is healed. That is what TCP does with a short loss of the network.
- `cut`: bytes wait, and when it is healed the connections are reset: what was on the way is lost. That is a loss of the
  network that outlasts the patience of one end.
- `delay`: bytes pass later, in order.
- `reset`: the connections are reset now, and new ones can be made at once.

What a process hears first of a held or cut link is silence: a connection is accepted, as the kernel does before anyone
looks, and nothing comes back. (Over a real network the connection would not be made either; both end in a time-out.)

Assumption: nobody connects past the proxies, whose ports are the only ones that peers and clients are told.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable, Collection, Iterable
from types import TracebackType
from typing import Any, NamedTuple

from lawful.conformance.errors import BackendError
from lawful.conformance.network import owners
from lawful.conformance.network.passage import Passage, carry
from lawful.conformance.processes import free_ports

LOOPBACK = "127.0.0.1"
_REQUEST_TIMEOUT_S = 10.0
_OWNER_ATTEMPTS, _OWNER_POLL_S = 100, 0.02
"""A server may connect before it is said where it is: its process number is known only when it runs."""
_LISTEN_ATTEMPTS = 5
_MOST_ROUNDS = 20


class Link(NamedTuple):
    """One direction between two places."""

    source: str
    destination: str


class _Connection(NamedTuple):
    """A connection that is carried, from the place that made it."""

    way: Link
    transports: tuple[asyncio.WriteTransport, ...]


class Network:
    """Proxies between places, in a thread of their own. Any thread may call any method."""

    def __init__(self) -> None:
        self._owners = owners.Owners()
        self._passages: dict[Link, Passage] = {}
        self._cut: set[Link] = set()
        self._connections: set[_Connection] = set()
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()

    def __enter__(self) -> Network:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def port(self, source: str, destination: str, target_port: int) -> int:
        """A port on which `source` reaches `target_port` of `destination`."""
        return self._listen(destination, target_port, source)

    def shared_port(self, destination: str, target_port: int) -> int:
        """A port on which every place reaches `target_port` of `destination`; the process tells them apart.

        Raises `BackendError` where this machine does not tell whose a connection is.
        """
        if not owners.can_tell():
            raise BackendError(
                "the links between servers cannot be told apart on this machine",
                cause="it does not tell which process a connection belongs to",
            )
        return self._listen(destination, target_port, None)

    def settle(self, pid: int, place: str) -> None:
        """The process `pid` is at `place`."""
        self._owners.add(pid, place)

    def hold(self, links: Iterable[Link]) -> None:
        """Let nothing pass; what waits passes when the links are healed."""
        self._call(lambda: self._shut(links))

    def cut(self, links: Iterable[Link]) -> None:
        """Let nothing pass; what waits is lost when the links are healed."""
        chosen = set(links)

        def act() -> None:
            self._shut(chosen)
            self._cut |= chosen

        self._call(act)

    def delay(self, links: Iterable[Link], seconds: float) -> None:
        """Let everything pass `seconds` later."""

        def act() -> None:
            for link in links:
                self._passage(link).delay_s = seconds

        self._call(act)

    def reset(self, links: Collection[Link]) -> None:
        """Reset the connections that use one of the links in either direction."""
        self._call(lambda: self._reset(links))

    def heal(self) -> None:
        """Undo everything: all links are open and fast."""

        def act() -> None:
            self._reset(self._cut)
            self._cut.clear()
            for passage in self._passages.values():
                passage.delay_s = 0.0
                passage.release()

        self._call(act)

    def close(self) -> None:
        """Close every port and connection, and end the thread. Without effect on a network that is closed."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_REQUEST_TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, action: Callable[[], None]) -> None:
        """Carry out `action` in the thread of the loop: when this returns, it is in force."""

        async def act() -> None:
            action()

        asyncio.run_coroutine_threadsafe(act(), self._loop).result(_REQUEST_TIMEOUT_S)

    def _passage(self, link: Link) -> Passage:
        if link not in self._passages:
            self._passages[link] = Passage()
        return self._passages[link]

    def _shut(self, links: Iterable[Link]) -> None:
        for link in links:
            self._passage(link).shut()

    def _reset(self, links: Collection[Link]) -> None:
        for connection in self._connections:
            source, destination = connection.way
            if connection.way in links or Link(destination, source) in links:
                for transport in connection.transports:
                    _abort(transport)

    def _listen(self, destination: str, target_port: int, source: str | None) -> int:
        """`source`: None where the process that connects tells it."""
        for attempt in range(1, _LISTEN_ATTEMPTS + 1):
            (port,) = free_ports(1)

            async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await self._accept(reader, writer, source, destination, target_port)

            start: Any = asyncio.start_server(accept, LOOPBACK, port)
            try:
                server = asyncio.run_coroutine_threadsafe(start, self._loop).result(_REQUEST_TIMEOUT_S)
            except OSError as error:  # somebody took it in between
                if attempt == _LISTEN_ATTEMPTS:
                    raise BackendError("no proxy can listen", cause=str(error)) from error
                continue
            self._servers.append(server)
            return port
        raise AssertionError("unreachable")

    async def _accept(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        source: str | None,
        destination: str,
        target_port: int,
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if source is None:
                ends = [int(writer.get_extra_info(name)[1]) for name in ("peername", "sockname")]
                source = await self._place_of(owners.Ends(*ends))
            if source is not None and not self._closing:
                await self._carry(Link(source, destination), reader, writer, target_port)
        except (OSError, asyncio.CancelledError):
            pass  # one of the ends is gone, or everything ends
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _place_of(self, ends: owners.Ends) -> str | None:
        """Where the connection comes from; None where that does not come to light."""
        for _ in range(_OWNER_ATTEMPTS):
            place = await self._owners.place_of(ends, time.monotonic())
            if place is not None:
                return place
            await asyncio.sleep(_OWNER_POLL_S)
        return None

    async def _carry(
        self, way: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target_port: int
    ) -> None:
        """Carry one connection, from the moment that nothing is shut between its ends until it is over."""
        there, back = self._passage(way), self._passage(Link(way.destination, way.source))
        waiting = _Connection(way, (writer.transport,))
        self._connections.add(waiting)
        try:
            while not (there.is_open and back.is_open):
                await there.passes()
                await back.passes()
        finally:
            self._connections.discard(waiting)
        target_reader, target_writer = await asyncio.open_connection(LOOPBACK, target_port)
        connection = _Connection(way, (writer.transport, target_writer.transport))
        self._connections.add(connection)
        try:
            await asyncio.gather(carry(reader, target_writer, there), carry(target_reader, writer, back))
        finally:
            self._connections.discard(connection)
            target_writer.transport.abort()

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        self._closing = True
        # A connection that was accepted a moment ago has a task that has not begun: let it begin, and see it end.
        for _ in range(_MOST_ROUNDS):
            await asyncio.sleep(0)
            for task in self._tasks:
                task.cancel()
            waiting = asyncio.all_tasks() - {asyncio.current_task()}
            if not waiting:
                break
            await asyncio.wait(waiting, timeout=_REQUEST_TIMEOUT_S / _MOST_ROUNDS)
        await self._loop.shutdown_default_executor()


def _abort(transport: asyncio.WriteTransport) -> None:
    """Close a connection so that its other end is told of a reset, not of an end."""
    endpoint: socket.socket | None = transport.get_extra_info("socket")
    if endpoint is not None and not transport.is_closing():
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()

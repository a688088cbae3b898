"""A connection to an adapter that listens on a TCP address; each connection is a client of its own."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping

from lawful.conformance.adapter import Fault
from lawful.conformance.errors import BackendError
from lawful.conformance.wire.channel import Channel, ChannelClosed, ChannelSilent
from lawful.conformance.wire.conversation import Conversation
from lawful.conformance.wire.messages import Reply
from lawful.conformance.wire.peer import PeerGone, PeerSilent
from lawful.models.values import Json

_CONNECT_TIMEOUT_S = 5.0


class ConnectionPeer:
    """Implements `Peer`. To kill it is to reset the connection: what was asked may still take effect."""

    faults = frozenset({Fault.KILL})

    def __init__(self, name: str, address: tuple[str, int], *, shared: bool = False) -> None:
        self.name = name
        self._address = address
        self._shared = shared
        self._socket: socket.socket | None = None
        self._conversation: Conversation | None = None
        self._killed = False

    def start(self) -> None:
        host, port = self._address
        try:
            connected = socket.create_connection(self._address, timeout=_CONNECT_TIMEOUT_S)
        except OSError as error:
            raise BackendError(
                f"cannot connect to the adapter at {host}:{port}",
                cause=error.strerror or str(error),
                hint="start the adapter first; lawful connects to it and does not start it",
            ) from error
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setblocking(False)
        self._socket = connected
        self._killed = False
        self._conversation = Conversation(Channel(connected.fileno(), connected.fileno()), shared=self._shared)

    @property
    def conversation(self) -> Conversation:
        """Raises `PeerGone` where there is no connection."""
        if self._conversation is None:
            raise PeerGone(f"{self.name} is not connected", killed=self._killed)
        return self._conversation

    def ask(self, message: Mapping[str, Json], limit_s: float) -> Reply:
        try:
            return self.conversation.ask(message, limit_s)
        except ChannelSilent as silent:
            raise PeerSilent(str(silent)) from silent
        except ChannelClosed as closed:
            text = "the connection was reset by the run" if self._killed else f"it ended the connection ({closed})"
            raise PeerGone(text, killed=self._killed, hint="the log of the adapter may say why") from None

    def allow_any_order(self, allowed: bool) -> None:
        self.conversation.any_order = allowed

    def late_answers(self) -> int:
        return 0 if self._conversation is None else self._conversation.late

    def take_notes(self) -> list[str]:
        return [] if self._conversation is None else self._conversation.take_notes()

    def exchange(self) -> tuple[str, str]:
        return ("", "") if self._conversation is None else self._conversation.exchange()

    def log(self) -> str | None:
        return None

    def kill(self) -> None:
        if self._socket is not None:
            self._killed = True
            # Linger of nothing: the other side gets a reset, as from a machine that is gone.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._socket.shutdown(socket.SHUT_RDWR)

    def discard(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._conversation = None

    def pause(self) -> None:
        raise BackendError("a connection cannot be paused")

    def resume(self) -> None:
        raise BackendError("a connection cannot be paused")

"""A client of a run, seen from the runner: asked for one operation at a time, killed and paused like a pod.

Most clients are a peer of their own, a process or a connection. Where an adapter serves all clients from one process,
they share that peer, and no fault can be aimed at one of them.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from lawful.conformance.adapter import Fault, ProcessSpawner
from lawful.conformance.errors import BackendError
from lawful.conformance.version import version
from lawful.conformance.wire.hello import Hello, WrongHello, hello_message, parse_hello
from lawful.conformance.wire.messages import NonsenseLine, Reply, Request
from lawful.conformance.wire.peer import Peer, PeerGone, PeerSilent
from lawful.conformance.wire.process import ProcessPeer
from lawful.models.history import Outcome
from lawful.models.values import Json

START_TIMEOUT_S = 20.0
_CLOSE_TIMEOUT_S = 0.5


@dataclass(frozen=True, slots=True)
class Opening:
    """What it takes to open a client."""

    adapter: str
    """How errors call the adapter."""
    connection: Json
    timeout_s: float
    options: Mapping[str, Json] = field(default_factory=dict)
    """What the user gave behind the name of the adapter; part of hello."""
    offered: Mapping[str, frozenset[str]] | None = None
    """The functions of each table that the adapter declared; None: it says so itself when it is asked."""
    hint: str = "the adapter's module must be importable, and its connect() must return a client"
    """What to look at where a client cannot be opened."""

    def message(self, client: str) -> dict[str, Json]:
        """The request to open `client`."""
        timeout_ms = round(self.timeout_s * 1000)
        return {"do": "open", "client": client, "connection": self.connection, "timeout_ms": timeout_ms}

    def declined(self, request: Request) -> Reply | None:
        """The reply to a request that the adapter never offered to carry out, so that it need not be sent."""
        if self.offered is None or request.function in self.offered.get(request.table, ()):
            return None
        text = f"{request.table}.{request.function} is not among the functions that it declared"
        return Reply(request.number, Outcome.FAIL, error=text, unsupported=True)


class RunClient(Protocol):
    """One connection to the store."""

    name: str
    faults: frozenset[Fault]
    """What can be done to this client alone; nothing where it shares its peer with others."""

    def start(self) -> None:
        """Start without waiting, so that all clients of a run start side by side."""
        ...

    def wait_until_ready(self) -> None:
        """Raises `BackendError` where the adapter cannot be loaded or its client not be built."""
        ...

    def ask(self, request: Request, limit_s: float) -> Reply:
        """Carry out one operation. Raises `PeerGone`, `PeerSilent` or `NonsenseLine`."""
        ...

    def take_notes(self) -> list[str]:
        """What the adapter did wrong that spoilt no reply in particular, since the last call."""
        ...

    def exchange(self) -> tuple[str, str]:
        """The line sent last, and the line that came back; empty where none did. Cut where they are long."""
        ...

    def kill(self) -> None:
        """SIGKILL, or the nearest thing to it."""
        ...

    def discard(self) -> None:
        """End the client for good; `start` begins anew."""
        ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


@runtime_checkable
class OpensClients(Protocol):
    """A backend that knows how its clients are started; those of any other are Python objects in processes."""

    def run_client(self, name: str, timeout_s: float) -> RunClient:
        """A client, not started."""
        ...


class ClientPeer:
    """A client with a process or a connection of its own. Implements `RunClient`."""

    def __init__(self, peer: Peer, opening: Opening) -> None:
        self.name = peer.name
        self.faults = peer.faults
        self._peer = peer
        self._opening = opening

    def start(self) -> None:
        self._peer.start()

    def wait_until_ready(self) -> None:
        try:
            greet(self._peer, self._opening.options)
            open_client(self._peer, self._opening, self.name)
        except BackendError:
            self.kill()
            raise

    def ask(self, request: Request, limit_s: float) -> Reply:
        return self._opening.declined(request) or self._peer.ask(request.message(self.name), limit_s)

    def take_notes(self) -> list[str]:
        return self._peer.take_notes()

    def exchange(self) -> tuple[str, str]:
        return self._peer.exchange()

    def kill(self) -> None:
        self._peer.kill()

    def discard(self) -> None:
        self._peer.discard()

    def pause(self) -> None:
        self._peer.pause()

    def resume(self) -> None:
        self._peer.resume()


class SharedPeer:
    """The one process or connection of an adapter that serves all clients; started anew where it has ended.

    `start`: the message that has it open its store, also the one that it left when it ended.
    """

    def __init__(self, peer: Peer, hello: Hello, options: Mapping[str, Json], start: Mapping[str, Json]) -> None:
        self.peer = peer
        self.generation = 0
        """How often it was started anew."""
        self._options = options
        self._start = start
        self._lock = threading.Lock()
        peer.allow_any_order(hello.any_order)

    def settled_generation(self) -> int:
        """`generation`, once nobody is at starting it anew: until it was greeted it is to be told nothing else."""
        with self._lock:
            return self.generation

    def start_anew(self, generation: int) -> None:
        """Start it again, unless another client has done so since `generation`. Raises `BackendError`."""
        with self._lock:
            if generation == self.generation:
                self.peer.discard()
                self.peer.start()
                self.peer.allow_any_order(greet(self.peer, self._options).any_order)
                demand(self.peer, self._start, "start")
                self.generation += 1


class SharedClient:
    """A client that is nothing but a name in the conversation with a shared peer. Implements `RunClient`."""

    faults: frozenset[Fault] = frozenset()

    def __init__(self, name: str, shared: SharedPeer, opening: Opening) -> None:
        self.name = name
        self._shared = shared
        self._opening = opening
        self._generation = shared.generation
        self._gone = False

    def start(self) -> None:
        """Nothing: the peer runs already, or is started anew in `wait_until_ready`."""

    def wait_until_ready(self) -> None:
        if self._gone:
            self._shared.start_anew(self._generation)
            self._gone = False
        self._generation = self._shared.generation
        try:
            open_client(self._shared.peer, self._opening, self.name)
        except BackendError:
            # What another client asked may have ended the peer once more; the next attempt has to start it.
            self._gone = True
            raise

    def ask(self, request: Request, limit_s: float) -> Reply:
        try:
            self._rejoin()
            return self._opening.declined(request) or self._shared.peer.ask(request.message(self.name), limit_s)
        except PeerGone:
            self._gone = True
            raise

    def _rejoin(self) -> None:
        """Open the client once more where another one started the peer anew, which knows nothing of it."""
        if self._generation != self._shared.settled_generation():
            try:
                self.wait_until_ready()
            except BackendError as error:
                raise PeerGone(str(error), killed=False) from error

    def take_notes(self) -> list[str]:
        return self._shared.peer.take_notes()

    def exchange(self) -> tuple[str, str]:
        return self._shared.peer.exchange()

    def kill(self) -> None:
        """Nothing that could be killed is this client's alone."""

    def discard(self) -> None:
        if not self._gone:
            with suppress(PeerGone, PeerSilent, NonsenseLine):
                self._shared.peer.ask({"do": "close", "client": self.name}, _CLOSE_TIMEOUT_S)

    def pause(self) -> None:
        """See `kill`."""

    def resume(self) -> None:
        """See `kill`."""


def python_client(
    name: str,
    path: str,
    opening: Opening,
    processes: ProcessSpawner,
    launched: Callable[[Sequence[str]], list[str]] | None = None,
) -> ClientPeer:
    """A client of the Python adapter at `module:Class`, in a process of its own.

    `launched`: makes of its command the one that starts it elsewhere, as on a simulated disk.
    """
    command = [sys.executable, "-m", "lawful.conformance.client_process", path]
    return ClientPeer(ProcessPeer(name, command if launched is None else launched(command), processes), opening)


def greet(peer: Peer, options: Mapping[str, Json]) -> Hello:
    """The first exchange with a peer. Raises `BackendError`."""
    reply = demand(peer, hello_message(version(), options), "hello")
    try:
        return parse_hello(reply.result)
    except WrongHello as wrong:
        raise BackendError(
            f"{peer.name}: the adapter's hello is wrong", cause=str(wrong), hint="docs/adapters.md shows a right one"
        ) from wrong


def open_client(peer: Peer, opening: Opening, name: str) -> None:
    """Open the client `name`. Raises `BackendError`."""
    try:
        demand(peer, opening.message(name), "open")
    except BackendError as error:
        raise BackendError(
            f"client process {name} of {opening.adapter} did not start",
            cause=error.cause,
            hint=error.hint or opening.hint,
        ) from error


def demand(
    peer: Peer, message: Mapping[str, Json], what: str, limit_s: float | None = None, hint: str | None = None
) -> Reply:
    """The reply to a message that every adapter has to meet, by default in START_TIMEOUT_S. Raises `BackendError`.

    `hint`: what to look at where it refuses.
    """
    try:
        reply = peer.ask(message, START_TIMEOUT_S if limit_s is None else limit_s)
    except (PeerGone, PeerSilent, NonsenseLine) as error:
        says = f"sent a line that is no reply: {error}" if isinstance(error, NonsenseLine) else str(error)
        log = peer.log()
        cause = f"{says}; its log ends in:\n{log}" if log else says
        advice = None if log and isinstance(error, PeerGone) else error.hint
        raise BackendError(f"{peer.name}: the adapter does not answer {what}", cause=cause, hint=advice) from error
    if reply.outcome is not Outcome.OK:
        raise BackendError(f"{peer.name}: the adapter refuses {what}", cause=reply.error, hint=hint)
    return reply

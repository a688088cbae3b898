"""The backend behind an adapter in another language: all that is known of it is what it says in its hello.

The adapter is asked once before the run what it offers. In the run, the first conversation is the *control*: it
starts the store and its servers, and carries the hooks for faults. Where the adapter serves many clients from one
process, the clients share that conversation; else each has one of its own.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import count

from lawful.conformance.adapter import Client, Fault, ProcessSpawner, Workspace
from lawful.conformance.backends.external.client import ExternalClient
from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.wire.client import (
    ClientPeer,
    Opening,
    RunClient,
    SharedClient,
    SharedPeer,
    demand,
    greet,
)
from lawful.conformance.wire.connection import ConnectionPeer
from lawful.conformance.wire.hello import Clients, Hello
from lawful.conformance.wire.messages import NonsenseLine
from lawful.conformance.wire.peer import Peer, PeerGone, PeerSilent
from lawful.conformance.wire.process import ProcessPeer
from lawful.models.values import Json

_STOP_TIMEOUT_S = 5.0
_HOOK_TIMEOUT_S = 30.0
"""To kill or restart a server; a replicated one may elect a leader first."""


class ExternalBackend:
    """What `exec:` and `tcp:` have in common: everything but how the adapter is reached."""

    def __init__(self, target: str, settings: Mapping[str, Json] | None = None) -> None:
        self.target = target
        self.settings = dict(settings or {})
        self._control: Peer | None = None
        self._shared: SharedPeer | None = None
        self._processes: ProcessSpawner | None = None
        self._connection: Json = None
        self._servers: tuple[str, ...] = ()
        self._direct = count()

    def peer(self, name: str, processes: ProcessSpawner, *, shared: bool = False) -> Peer:
        """A new process of the adapter, or a new connection to it; not started."""
        raise BackendError(f"there is no way to reach {self.target}")

    @cached_property
    def hello(self) -> Hello:
        """What the adapter says of itself, asked in a conversation of its own. Raises `BackendError`."""
        with ProcessGroup() as processes:
            peer = self.peer("adapter", processes)
            try:
                peer.start()
                return greet(peer, self.settings)
            finally:
                peer.discard()

    @property
    def tables(self) -> frozenset[str]:
        """The tables of which it offers a function."""
        return frozenset(self.hello.tables)

    @property
    def server_faults(self) -> frozenset[Fault]:
        """What it can do to its servers."""
        return self.hello.faults

    @property
    def levels(self) -> Mapping[str, str]:
        """The clauses that it keeps in their weaker form only, with the bound."""
        return self.hello.levels

    def versions(self) -> dict[str, str]:
        return {"adapter": self.hello.name, **self.hello.versions}

    def start(self, workspace: Workspace) -> None:
        hello = self.hello
        many = hello.clients is Clients.MANY
        start: dict[str, Json] = {"do": "start", "folder": str(workspace.folder)}
        self._processes = workspace.processes
        self._control = self.peer("adapter", workspace.processes, shared=many)
        self._control.start()
        greet(self._control, self.settings)
        started = demand(self._control, start, "start").result
        self._connection, self._servers = _parse_started(started)
        if many:
            self._shared = SharedPeer(self._control, hello, self.settings, start)

    def connection(self) -> dict[str, Json]:
        return {"connection": self._connection}

    def run_client(self, name: str, timeout_s: float) -> RunClient:
        """A client of a run, not started. Raises `BackendError` before `start`."""
        if self._processes is None:
            raise BackendError(f"the adapter {self.target} was not started")
        hint = "docs/adapters.md says what open has to do"
        opening = Opening(self.target, self._connection, timeout_s, self.settings, self.hello.tables, hint)
        if self._shared is not None:
            return SharedClient(name, self._shared, opening)
        return ClientPeer(self.peer(name, self._processes), opening)

    def connect(self, connection: Mapping[str, Json], timeout_s: float) -> Client:
        """A client in this process, for tests with one client at a time."""
        client = self.run_client(f"direct-{next(self._direct)}", timeout_s)
        client.start()
        client.wait_until_ready()
        return ExternalClient(client, timeout_s)

    def servers(self) -> Sequence[str]:
        return self._servers

    def kill(self, server: str) -> None:
        self._hook("kill", server)

    def restart(self, server: str) -> None:
        self._hook("restart", server)

    def pause(self, server: str) -> None:
        self._hook("pause", server)

    def resume(self, server: str) -> None:
        self._hook("resume", server)

    def stop(self) -> None:
        if self._control is not None:
            with suppress(PeerGone, PeerSilent, NonsenseLine):
                self._control.ask({"do": "stop"}, _STOP_TIMEOUT_S)
            self._control.discard()
            self._control = None

    def late_answers(self) -> int:
        """How many answers came when nobody waited for them any more, in the conversation that clients share."""
        return 0 if self._control is None else self._control.late_answers()

    def _hook(self, action: str, server: str) -> None:
        if self._control is None:
            raise BackendError(f"the adapter {self.target} was not started")
        message = {"do": action, "server": server}
        hint = "declare in hello only the faults that it can do"
        demand(self._control, message, f"{action} of {server}", _HOOK_TIMEOUT_S, hint)


class ExecBackend(ExternalBackend):
    """An adapter that is a program: `target` is its command line."""

    def peer(self, name: str, processes: ProcessSpawner, *, shared: bool = False) -> Peer:
        try:
            command = shlex.split(self.target)
        except ValueError as error:
            raise UsageError(f"exec:{self.target} is no command line", cause=str(error)) from error
        if not command:
            raise UsageError("exec: names no program", hint="write --backend exec:./adapter")
        return ProcessPeer(name, command, processes, shared=shared, hint=_start_hint(command[0]))


class TcpBackend(ExternalBackend):
    """An adapter that runs already: `target` is host:port."""

    def peer(self, name: str, processes: ProcessSpawner, *, shared: bool = False) -> Peer:
        host, _, port = self.target.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise UsageError(f"tcp://{self.target} is no address", hint="write --backend tcp://127.0.0.1:7000")
        return ConnectionPeer(name, (host.strip("[]"), int(port)), shared=shared)


def _parse_started(started: Json) -> tuple[Json, tuple[str, ...]]:
    """Connection and servers from the answer to start. Raises `BackendError`."""
    if started is None:
        return None, ()
    if not isinstance(started, Mapping):
        raise _wrong_start(f"the answer is {started!r}")
    for member in started.keys() - {"connection", "servers"}:
        raise _wrong_start(f"the answer has the unknown member {member!r}")
    servers = started.get("servers", [])
    if not isinstance(servers, list | tuple) or not all(isinstance(server, str) for server in servers):
        raise _wrong_start(f"its servers are {servers!r}")
    return started.get("connection"), tuple(str(server) for server in servers)


def _wrong_start(wrong: str) -> BackendError:
    return BackendError(
        "the adapter answers start with something else than the protocol says",
        cause=wrong,
        hint="it has to be null, or an object with connection (any value) and servers (an array of strings)",
    )


def _start_hint(program: str) -> str:
    if "/" in program:
        return f"make it executable with chmod +x {program}, or name the program that runs it: exec:python3 {program}"
    return f"a program in the current folder is written with its folder: exec:./{program}"

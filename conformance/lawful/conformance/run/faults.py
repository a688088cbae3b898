"""The fault injector: kills and pauses servers and clients, one at a time, from a seed, and heals what it did.

One target at a time keeps every fault within a minority of the servers, which is what the contract promises to
survive. Each action is recorded with the time it took, also where it failed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lawful.conformance.adapter import Backend, Fault
from lawful.conformance.errors import BackendError, UsageError, unknown_name
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.run.pace import Pace
from lawful.conformance.wire.client import RunClient
from lawful.conformance.workloads.script import generator_of
from lawful.models.values import Json

_CALM_S = (0.4, 1.2)
"""Between two faults."""
_HOLD_S = {Fault.KILL: (0.05, 0.6), Fault.PAUSE: (0.2, 1.6)}
"""How long a server stays dead, or a process paused: shorter and longer than time-outs, claims and leases."""

_INTO_TICK_S = (0.0, 0.004)
"""How long after the start of a tick a fault strikes."""


SERVER, CLIENT = "server", "client"
"""The roles of targets, as histories have them."""
INJECTED = frozenset({"kill", "pause"})
"""The actions that are faults; the others heal them."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that faults can be aimed at."""

    name: str
    kill: Callable[[], None]
    restart: Callable[[], None] | None
    """None: whoever uses the target starts it again."""
    pause: Callable[[], None]
    resume: Callable[[], None]
    suffers: frozenset[Fault] = frozenset(Fault)
    """The faults that can be done to it."""
    role: str = SERVER
    """What it is: only at the death of a server may something be lost."""


def server_targets(backend: Backend) -> list[Target]:
    """The servers of a backend."""

    def target(server: str) -> Target:
        return Target(
            server,
            kill=lambda: backend.kill(server),
            restart=lambda: backend.restart(server),
            pause=lambda: backend.pause(server),
            resume=lambda: backend.resume(server),
            suffers=getattr(backend, "server_faults", frozenset(Fault)),
        )

    return [target(server) for server in backend.servers()]


def client_target(client: RunClient) -> Target:
    """A client process; its session starts it again."""
    return Target(
        client.name,
        kill=client.kill,
        restart=None,
        pause=client.pause,
        resume=client.resume,
        suffers=client.faults,
        role=CLIENT,
    )


def parse_faults(text: str) -> tuple[Fault, ...]:
    """`kill,pause` as given on the command line; `none` for no faults."""
    if text == "none":
        return ()
    known = {fault.value: fault for fault in Fault}
    faults: list[Fault] = []
    for name in text.split(","):
        if name not in known:
            raise unknown_name("fault", name, [*known, "none"])
        faults.append(known[name])
    if len(set(faults)) < len(faults):
        raise UsageError(f"{text!r} names a fault twice")
    return tuple(faults)


def groups_for(groups: Sequence[Sequence[Target]], fault: Fault) -> list[list[Target]]:
    """The targets of each group that suffer `fault`, without groups that have none."""
    suffering = ([target for target in group if fault in target.suffers] for group in groups)
    return [group for group in suffering if group]


class FaultInjector(threading.Thread):
    """Aims the given faults at the given targets until it is stopped."""

    def __init__(
        self,
        faults: Sequence[Fault],
        groups: Sequence[Sequence[Target]],
        recorder: Recorder,
        seed: int,
        pace: Pace,
    ) -> None:
        """`groups`: servers and clients; each group is aimed at equally often, however many are in it."""
        super().__init__(name="fault injector", daemon=True)
        self.injected = 0
        self.failure: BaseException | None = None
        """What made it give up: a server that cannot be healed."""
        self._groups = {fault: groups_for(groups, fault) for fault in faults}
        self._faults = [fault for fault in faults if self._groups[fault]]
        self._recorder = recorder
        self._random = generator_of(seed, "faults")
        self._pace = pace
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Heal, and inject nothing more; returns when that is done."""
        self._stopped.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        try:
            while self._faults and not self._stopped.wait(self._random.uniform(*_CALM_S)):
                fault = self._random.choice(self._faults)
                target = self._random.choice(self._random.choice(self._groups[fault]))
                # Operations of a tick take a fraction of it: struck at any other time, nothing would be under way.
                self._stopped.wait(self._pace.until_next_tick_s() + self._random.uniform(*_INTO_TICK_S))
                self._inject(fault, target)
        except Exception as error:
            self.failure = error

    def _inject(self, fault: Fault, target: Target) -> None:
        self.injected += 1
        hold_s = self._random.uniform(*_HOLD_S[fault])
        if fault is Fault.PAUSE:
            self._act("pause", target, target.pause)
            self._stopped.wait(hold_s)
            self._act("resume", target, target.resume)
            return
        self._act("kill", target, target.kill)
        if target.restart is not None:
            self._stopped.wait(hold_s)
            self._act("restart", target, target.restart)

    def _act(self, name: str, target: Target, action: Callable[[], None]) -> None:
        details: dict[str, Json] = {"role": target.role}
        called_ns = time.monotonic_ns()
        try:
            action()
        except BackendError as error:
            ended_ns = time.monotonic_ns()
            self._recorder.fault(name, target.name, called_ns, ended_ns, error=str(error), details=details)
            raise
        self._recorder.fault(name, target.name, called_ns, time.monotonic_ns(), details=details)

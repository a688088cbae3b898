"""The fault injector: does one fault at a time to servers, clients and links, from a seed, and heals what it did.

Each action is recorded with the time it took, also where it failed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from lawful.conformance.adapter import Fault
from lawful.conformance.errors import BackendError
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.run.fault_language import (
    Action,
    ClockFault,
    DataFault,
    DiskFault,
    FaultChoice,
    LinkFault,
    Strike,
)
from lawful.conformance.run.pace import Pace
from lawful.conformance.run.scene import Scene
from lawful.conformance.run.target import Step
from lawful.conformance.workloads.script import generator_of

_CALM_S = (0.4, 1.2)
"""Between two faults."""
_HOLD_S: dict[Action, tuple[float, float]] = {
    Fault.KILL: (0.05, 0.6),
    Fault.PAUSE: (0.2, 1.6),
    LinkFault.PARTITION: (4.0, 7.0),
    LinkFault.ONE_WAY: (3.0, 5.0),
    LinkFault.DELAY: (1.0, 2.5),
    LinkFault.RESET: (0.0, 0.0),
    DiskFault.POWER_LOSS: (0.05, 0.6),
    DiskFault.SLOW_SYNC: (1.0, 3.0),
    DiskFault.FAILING_SYNC: (0.5, 1.5),
    DiskFault.LYING_SYNC: (0.5, 2.0),
    DiskFault.FULL_DISK: (0.5, 1.5),
    DataFault.TRUNCATE_LOG: (0.05, 0.6),
    DataFault.FLIP_BIT: (0.05, 0.6),
    ClockFault.JUMP: (0.2, 2.0),
}
"""How long a server stays dead, or a process paused: shorter and longer than time-outs, claims and leases. Links are
cut for longer than a failover takes."""
_AIMED_HOLD_S = (0.2, 4.0)
"""Of a kill or a pause that is aimed at certain servers: shorter and longer than a failover takes."""
_INTO_TICK_S = (0.0, 0.004)
"""How long after the start of a tick a fault strikes."""

INJECTED = frozenset(fault.value for kind in (Fault, LinkFault, DiskFault, DataFault, ClockFault) for fault in kind)
"""The actions that are faults; the others heal them."""


class FaultInjector(threading.Thread):
    """Does the given faults in a scene until it is stopped."""

    def __init__(self, choices: Sequence[FaultChoice], scene: Scene, recorder: Recorder, seed: int, pace: Pace) -> None:
        super().__init__(name="fault injector", daemon=True)
        self.injected = 0
        self.failure: BaseException | None = None
        """What made it give up: a server that cannot be healed."""
        self._choices = [choice for choice in choices if all(map(scene.can_suffer, choice.strikes))]
        self._scene = scene
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
            while self._choices and not self._stopped.wait(self._random.uniform(*_CALM_S)):
                choice = self._random.choice(self._choices)
                # Operations of a tick take a fraction of it: struck at any other time, nothing would be under way.
                self._stopped.wait(self._pace.until_next_tick_s() + self._random.uniform(*_INTO_TICK_S))
                self._inject(choice)
        except Exception as error:
            self.failure = error

    def _inject(self, choice: FaultChoice) -> None:
        heals: list[Step] = []
        hold_s = 0.0
        for strike in choice.strikes:
            blow = self._scene.blow(strike, self._random)
            if blow is None:
                continue
            self.injected += 1
            heals = [*blow.heals, *heals]
            hold_s = max(hold_s, self._random.uniform(*_hold_s(strike)))
            for step in blow.strikes:
                self._act(step)
        if heals:
            self._stopped.wait(hold_s)
        for step in heals:
            self._act(step)

    def _act(self, step: Step) -> None:
        if not step.is_needed():
            return
        called_ns = time.monotonic_ns()
        try:
            step.do()
        except BackendError as error:
            ended_ns = time.monotonic_ns()
            self._recorder.fault(step.name, step.target, called_ns, ended_ns, error=str(error), details=step.details)
            if not step.may_fail:
                raise
            return
        self._recorder.fault(step.name, step.target, called_ns, time.monotonic_ns(), details=step.details)


def _hold_s(strike: Strike) -> tuple[float, float]:
    if isinstance(strike.action, Fault) and strike.aim is not None:
        return _AIMED_HOLD_S
    return _HOLD_S[strike.action]

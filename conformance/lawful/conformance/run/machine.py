"""The machine that the programs of a run are on, as far as its disk goes: slow, failing, full, or without power."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lawful.conformance.adapter import Backend, ProcessSpawner
from lawful.conformance.errors import UsageError
from lawful.conformance.run.fault_language import DiskFault, FaultChoice
from lawful.conformance.run.target import SERVER, Blow, Step, Target, restarts
from lawful.conformance.stable_storage import Behaviour, SimulatedDisk
from lawful.conformance.stable_storage.disk import why_not
from lawful.conformance.wire.client import OpensClients
from lawful.models.values import Json

MACHINE, DISK = "machine", "disk"
"""What disk faults strike, as histories have it."""
_SLOW_S = (0.5, 2.5)
_MOST_FILES = 20
"""Of which it is recorded how much they lost."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Everything is on one machine, and dies when the power fails."""

    disk: SimulatedDisk

    def blow(self, fault: DiskFault, programs: Sequence[Target], chance: random.Random) -> Blow:
        """What `fault` does now, and what undoes it. `programs`: those that write to the disk."""
        match fault:
            case DiskFault.POWER_LOSS:
                return Blow([self._power_loss(programs, chance)], restarts(programs))
            case DiskFault.SLOW_SYNC:
                slow_s = chance.uniform(*_SLOW_S)
                return Blow([self._behaves(fault, Behaviour(slow_s=slow_s))], [self._heal()])
            case DiskFault.FAILING_SYNC | DiskFault.FULL_DISK:
                # A program may end for it, or go on as if nothing had happened: a restart shows what it has.
                killed = [Step("kill", one.name, one.kill, {"role": one.role}) for one in programs]
                behaviour = Behaviour(fails=True) if fault is DiskFault.FAILING_SYNC else Behaviour(full=True)
                return Blow([self._behaves(fault, behaviour)], [self._heal(), *killed, *restarts(programs)])
            case DiskFault.LYING_SYNC:
                heals = [self._power_loss(programs, chance), self._heal(), *restarts(programs)]
                return Blow([self._behaves(fault, Behaviour(lies=True))], heals)

    def _power_loss(self, programs: Sequence[Target], chance: random.Random) -> Step:
        """Everything dies at once, and then the disk forgets: nobody can start in between."""
        torn = random.Random(chance.random()) if chance.random() < 0.5 else None
        details: dict[str, Json] = {"role": SERVER, "torn": torn is not None}

        def lose() -> None:
            with self.disk.without_power():
                for one in programs:
                    one.kill()
                lost = self.disk.lose(torn)
            details["lost_bytes"] = sum(one.bytes for one in lost)
            details["files"] = {str(one.path): one.bytes for one in lost[:_MOST_FILES]}

        return Step(DiskFault.POWER_LOSS.value, MACHINE, lose, details)

    def _behaves(self, fault: DiskFault, behaviour: Behaviour) -> Step:
        details: dict[str, Json] = {"role": DISK}
        if behaviour.slow_s:
            details["slow_ms"] = round(behaviour.slow_s * 1000)
        return Step(fault.value, DISK, lambda: self.disk.behave(behaviour), details)

    def _heal(self) -> Step:
        details: dict[str, Json] = {"role": DISK}

        def heal() -> None:
            self.disk.behave()
            refused = self.disk.take_refused()
            if refused:
                details["refused_writes"] = refused

        return Step("heal", DISK, heal, details)


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Starts processes on a simulated disk; all else is as `processes` has it. Implements `ProcessSpawner`."""

    processes: ProcessSpawner
    disk: SimulatedDisk

    def spawn(self, name: str, command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> int:
        return self.processes.spawn(name, self.disk.launched(command), environment=environment)

    def adopt(self, pid: int) -> None:
        self.processes.adopt(pid)

    def log_of(self, name: str) -> Path:
        return self.processes.log_of(name)

    def is_running(self, pid: int) -> bool:
        return self.processes.is_running(pid)

    def kill(self, pid: int) -> None:
        self.processes.kill(pid)

    def pause(self, pid: int) -> None:
        self.processes.pause(pid)

    def resume(self, pid: int) -> None:
        self.processes.resume(pid)


def needs_disk(choices: Sequence[FaultChoice]) -> bool:
    """Whether a run with these faults has its programs on a simulated disk."""
    return any(isinstance(strike.action, DiskFault) for choice in choices for strike in choice.strikes)


def may_be_full(choices: Sequence[FaultChoice]) -> bool:
    """Whether the disk of a run with these faults may be full."""
    return any(strike.action is DiskFault.FULL_DISK for choice in choices for strike in choice.strikes)


def refuse_disk_faults(choices: Sequence[FaultChoice], backend: Backend, name: str) -> None:
    """Raise `UsageError` where a disk fault is asked for that this machine or this store cannot suffer."""
    if not needs_disk(choices):
        return
    if isinstance(backend, OpensClients):
        raise UsageError(
            f"backend {name!r} cannot suffer faults of the disk",
            cause="lawful does not start its servers, so it cannot have them on a simulated disk",
            hint="the backends of lawful suffer them; kill and pause strike every store",
        )
    reason = why_not()
    if reason is not None:
        raise UsageError(
            "this machine cannot inject faults of the disk",
            cause=reason,
            hint="they take Linux 5.5 or later, and leave to filter system calls",
        )

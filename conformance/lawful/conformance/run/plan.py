"""What a run is to do: everything that the command line, the configuration or a test decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lawful.conformance.backends.registry import BackendChoice
from lawful.conformance.known_failures import KnownFailure
from lawful.conformance.run.fault_language import FaultChoice
from lawful.conformance.workloads.script import Workload
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run: what, against what, how hard and how long."""

    backend: BackendChoice
    workloads: tuple[Workload, ...]
    seed: int
    clients: int = 8
    seconds: float = 10.0
    operations_per_s: float = 200.0
    """Of all clients together."""
    faults: tuple[FaultChoice, ...] = ()
    timeout_s: float = 1.0
    """After which a client gives up waiting for a server, and does not know the outcome."""
    clock_error_ms: int = 20
    """Allowed between the servers' clocks and elapsed time, over one lease or claim."""
    not_offered: tuple[str, ...] = ()
    """Tables that were asked for with all the others, and that the adapter does not offer."""
    known_failures: Mapping[str, KnownFailure] = field(default_factory=dict)
    """The failures that the backend is known to have, by clause."""

    @property
    def workload_name(self) -> str:
        names = [workload.table for workload in self.workloads]
        everything = {*names, *self.not_offered} >= TABLES.keys()
        return "all" if everything and len(names) > 1 else "+".join(names)

    @property
    def faults_text(self) -> str:
        """As on the command line."""
        return ",".join(map(str, self.faults)) or "none"

    @property
    def tick_s(self) -> float:
        """The time between two operations of one client."""
        return self.clients / self.operations_per_s

    def options(self) -> dict[str, Json]:
        """For the header of the history."""
        return {
            "backend": self.backend.text,
            "workload": self.workload_name,
            "clients": self.clients,
            "seconds": self.seconds,
            "operations_per_s": self.operations_per_s,
            "faults": self.faults_text,
            "timeout_s": self.timeout_s,
            "clock_error_ms": self.clock_error_ms,
        }

    def command(self) -> str:
        """The command line that runs the same again; real servers make no two runs alike."""
        return (
            f"lawful run --backend '{self.backend.text}' --workload {self.workload_name.replace('+', ',')} "
            f"--clients {self.clients} --seconds {self.seconds:g} --rate {self.operations_per_s:g} "
            f"--faults {self.faults_text} --timeout-s {self.timeout_s:g} --seed {self.seed}"
        )

"""What clients do: seeded scripts that collide usefully, one file per table."""

from __future__ import annotations

from lawful.conformance.errors import unknown_name
from lawful.conformance.workloads.jobs import JobsWorkload
from lawful.conformance.workloads.leader_lease import LeaderLeaseWorkload
from lawful.conformance.workloads.script import Workload
from lawful.conformance.workloads.tasks import TasksWorkload

WORKLOADS: dict[str, Workload] = {
    workload.table: workload for workload in (TasksWorkload(), JobsWorkload(), LeaderLeaseWorkload())
}


def workload_named(name: str) -> Workload:
    """The workload of that name; raises `UsageError` with the nearest name."""
    if name not in WORKLOADS:
        raise unknown_name("workload", name, WORKLOADS)
    return WORKLOADS[name]

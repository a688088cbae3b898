"""The replicated state machine: the tables, and a clock that never runs backwards in the order of the log.

Every node applies the same commands in the same order, so what a command does may depend on nothing else: not on
the clock of the node that applies it, not on the order of a set, not on memory. Time is part of the command. Stamps
of different nodes need not come in the order of the log, so the clock of the store is the largest one so far; with
the bare stamp a lease could expire and, one command later, be held again.
"""

from __future__ import annotations

from lawful.conformance.backends.raft.store.command import Command, Refused
from lawful.conformance.backends.raft.store.jobs import JobsTable
from lawful.conformance.backends.raft.store.leader_lease import LeaderLeaseTable
from lawful.conformance.backends.raft.store.tasks import TasksTable
from lawful.models.values import Json


class TaskStore:
    """The tables `tasks`, `jobs` and `leader_lease`."""

    def __init__(self) -> None:
        self.clock_ns = 0
        self._tasks = TasksTable()
        self._jobs = JobsTable()
        self._leases = LeaderLeaseTable()

    def apply(self, command: Command) -> Json:
        """Carry out one command and answer. Raises `Refused`, with nothing changed but the clock."""
        self.clock_ns = max(self.clock_ns, command.now_ns)
        match command.table:
            case "tasks":
                return self._tasks.call(command.function, command.arguments)
            case "jobs":
                return self._jobs.call(command.function, command.arguments, self.clock_ns)
            case "leader_lease" if command.key is not None:
                return self._leases.call(command.key, command.function, command.arguments, self.clock_ns)
        raise Refused(f"there is no table {command.table!r}")

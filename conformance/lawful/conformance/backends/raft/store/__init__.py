"""The state that every node holds: the declared tables, changed by the commands of the log and by nothing else."""

from lawful.conformance.backends.raft.store.command import Command, Refused
from lawful.conformance.backends.raft.store.task_store import TaskStore

__all__ = ["Command", "Refused", "TaskStore"]

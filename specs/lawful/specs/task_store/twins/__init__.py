"""The broken twins of the tables that are a changed declaration, one file per table."""

from __future__ import annotations

from lawful.specs.task_store.twins.jobs import JOBS_TWINS
from lawful.specs.task_store.twins.leader_lease import LEADER_LEASE_TWINS
from lawful.specs.task_store.twins.tasks import TASKS_TWINS
from lawful.specs.twin import Twin

DECLARED_TWINS: tuple[Twin, ...] = (*TASKS_TWINS, *JOBS_TWINS, *LEADER_LEASE_TWINS)

__all__ = ["DECLARED_TWINS"]

"""The contract of the replicated task store: its tables and every clause, by id."""

from lawful.specs.clause import Clause
from lawful.specs.table import Table
from lawful.specs.task_store.general import GENERAL_CLAUSES
from lawful.specs.task_store.jobs import JOBS
from lawful.specs.task_store.leader_lease import LEADER_LEASE
from lawful.specs.task_store.node_settings_version import NODE_SETTINGS_VERSION
from lawful.specs.task_store.tasks import TASKS

_IN_ORDER_OF_THE_CONTRACT = (
    TASKS,
    NODE_SETTINGS_VERSION,
    JOBS,
    LEADER_LEASE,
)
TABLES: dict[str, Table] = {table.name: table for table in _IN_ORDER_OF_THE_CONTRACT}

CLAUSES: dict[str, Clause] = {
    clause.id: clause
    for clause in (*GENERAL_CLAUSES, *(clause for table in TABLES.values() for clause in table.clauses))
}

__all__ = ["CLAUSES", "TABLES"]

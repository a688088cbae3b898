"""The contract of the replicated task store: its tables and every clause, by id."""

from lawful.specs.clause import Clause
from lawful.specs.table import Table
from lawful.specs.task_store.admin_sessions import ADMIN_SESSIONS
from lawful.specs.task_store.aliases import ALIASES
from lawful.specs.task_store.canaries import CANARIES
from lawful.specs.task_store.canary_runs import CANARY_RUNS
from lawful.specs.task_store.cdc_cursors import CDC_CURSORS
from lawful.specs.task_store.cdc_overflow import CDC_OVERFLOW
from lawful.specs.task_store.general import GENERAL_CLAUSES
from lawful.specs.task_store.idempotency_cache import IDEMPOTENCY_CACHE
from lawful.specs.task_store.jobs import JOBS
from lawful.specs.task_store.leader_lease import LEADER_LEASE
from lawful.specs.task_store.login_backoff import LOGIN_BACKOFF
from lawful.specs.task_store.node_settings_version import NODE_SETTINGS_VERSION
from lawful.specs.task_store.rate_limits import RATE_LIMITS
from lawful.specs.task_store.rollover_policies import ROLLOVER_POLICIES
from lawful.specs.task_store.scoped_keys import SCOPED_KEYS
from lawful.specs.task_store.search_ui_config import SEARCH_UI_CONFIG
from lawful.specs.task_store.sessions import SESSIONS
from lawful.specs.task_store.tasks import TASKS
from lawful.specs.task_store.tenant_map import TENANT_MAP

_IN_ORDER_OF_THE_CONTRACT = (
    TASKS,
    NODE_SETTINGS_VERSION,
    ALIASES,
    SESSIONS,
    IDEMPOTENCY_CACHE,
    JOBS,
    LEADER_LEASE,
    CANARIES,
    CANARY_RUNS,
    CDC_CURSORS,
    TENANT_MAP,
    ROLLOVER_POLICIES,
    SEARCH_UI_CONFIG,
    ADMIN_SESSIONS,
    RATE_LIMITS,
    LOGIN_BACKOFF,
    CDC_OVERFLOW,
    SCOPED_KEYS,
)
TABLES: dict[str, Table] = {table.name: table for table in _IN_ORDER_OF_THE_CONTRACT}

CLAUSES: dict[str, Clause] = {
    clause.id: clause
    for clause in (*GENERAL_CLAUSES, *(clause for table in TABLES.values() for clause in table.clauses))
}

__all__ = ["CLAUSES", "TABLES"]

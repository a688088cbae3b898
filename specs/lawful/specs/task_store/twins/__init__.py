"""The broken twins of the tables that are a changed declaration, one file per table."""

from __future__ import annotations

from lawful.specs.task_store.twins.admin_sessions import ADMIN_SESSIONS_TWINS
from lawful.specs.task_store.twins.aliases import ALIASES_TWINS
from lawful.specs.task_store.twins.canary_runs import CANARY_RUNS_TWINS
from lawful.specs.task_store.twins.cdc_cursors import CDC_CURSORS_TWINS
from lawful.specs.task_store.twins.cdc_overflow import CDC_OVERFLOW_TWINS
from lawful.specs.task_store.twins.idempotency_cache import IDEMPOTENCY_CACHE_TWINS
from lawful.specs.task_store.twins.jobs import JOBS_TWINS
from lawful.specs.task_store.twins.leader_lease import LEADER_LEASE_TWINS
from lawful.specs.task_store.twins.login_backoff import LOGIN_BACKOFF_TWINS
from lawful.specs.task_store.twins.node_settings_version import NODE_SETTINGS_VERSION_TWINS
from lawful.specs.task_store.twins.rate_limits import RATE_LIMITS_TWINS
from lawful.specs.task_store.twins.scoped_keys import SCOPED_KEYS_TWINS
from lawful.specs.task_store.twins.sessions import SESSIONS_TWINS
from lawful.specs.task_store.twins.tasks import TASKS_TWINS
from lawful.specs.task_store.twins.upserted import UPSERTED_TWINS
from lawful.specs.twin import Twin

DECLARED_TWINS: tuple[Twin, ...] = (
    *TASKS_TWINS,
    *NODE_SETTINGS_VERSION_TWINS,
    *ALIASES_TWINS,
    *SESSIONS_TWINS,
    *IDEMPOTENCY_CACHE_TWINS,
    *JOBS_TWINS,
    *LEADER_LEASE_TWINS,
    *UPSERTED_TWINS,
    *CANARY_RUNS_TWINS,
    *CDC_CURSORS_TWINS,
    *ADMIN_SESSIONS_TWINS,
    *RATE_LIMITS_TWINS,
    *LOGIN_BACKOFF_TWINS,
    *CDC_OVERFLOW_TWINS,
    *SCOPED_KEYS_TWINS,
)

__all__ = ["DECLARED_TWINS"]

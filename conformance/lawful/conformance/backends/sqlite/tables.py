"""The tables that the SQLite backend offers. Adding one is one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lawful.conformance.backends.sqlite.admin_sessions import AdminSessions
from lawful.conformance.backends.sqlite.aliases import Aliases
from lawful.conformance.backends.sqlite.canaries import Canaries
from lawful.conformance.backends.sqlite.canary_runs import CanaryRuns
from lawful.conformance.backends.sqlite.cdc_cursors import CdcCursors
from lawful.conformance.backends.sqlite.cdc_overflow import CdcOverflow
from lawful.conformance.backends.sqlite.database import Database
from lawful.conformance.backends.sqlite.idempotency_cache import IdempotencyCache
from lawful.conformance.backends.sqlite.jobs import Jobs
from lawful.conformance.backends.sqlite.leader_lease import LeaderLease
from lawful.conformance.backends.sqlite.login_backoff import LoginBackoff
from lawful.conformance.backends.sqlite.node_settings_version import NodeSettingsVersion
from lawful.conformance.backends.sqlite.rate_limits import RateLimits
from lawful.conformance.backends.sqlite.rollover_policies import RolloverPolicies
from lawful.conformance.backends.sqlite.scoped_keys import ScopedKeys
from lawful.conformance.backends.sqlite.search_ui_config import SearchUiConfig
from lawful.conformance.backends.sqlite.sessions import Sessions
from lawful.conformance.backends.sqlite.tasks import Tasks
from lawful.conformance.backends.sqlite.tenant_map import TenantMap


class StoredTable(Protocol):
    """A class with a method for each function of its table, named and called as the specification says."""

    schema: str
    """The statements that create what the table needs in a new file."""

    def __init__(self, database: Database) -> None: ...


TABLE_CLASSES: Mapping[str, type[StoredTable]] = {
    "tasks": Tasks,
    "node_settings_version": NodeSettingsVersion,
    "aliases": Aliases,
    "sessions": Sessions,
    "idempotency_cache": IdempotencyCache,
    "jobs": Jobs,
    "leader_lease": LeaderLease,
    "canaries": Canaries,
    "canary_runs": CanaryRuns,
    "cdc_cursors": CdcCursors,
    "tenant_map": TenantMap,
    "rollover_policies": RolloverPolicies,
    "search_ui_config": SearchUiConfig,
    "admin_sessions": AdminSessions,
    "rate_limits": RateLimits,
    "login_backoff": LoginBackoff,
    "cdc_overflow": CdcOverflow,
    "scoped_keys": ScopedKeys,
}
"""By the name of the table."""

"""The tables that the Redis backend offers. Adding one is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lawful.conformance.backends.redis.admin_sessions import AdminSessions
from lawful.conformance.backends.redis.aliases import Aliases
from lawful.conformance.backends.redis.canaries import Canaries
from lawful.conformance.backends.redis.canary_runs import CanaryRuns
from lawful.conformance.backends.redis.cdc_cursors import CdcCursors
from lawful.conformance.backends.redis.cdc_overflow import CdcOverflow
from lawful.conformance.backends.redis.idempotency_cache import IdempotencyCache
from lawful.conformance.backends.redis.jobs import Jobs
from lawful.conformance.backends.redis.leader_lease import LeaderLease
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.login_backoff import LoginBackoff
from lawful.conformance.backends.redis.node_settings_version import NodeSettingsVersion
from lawful.conformance.backends.redis.rate_limits import RateLimits
from lawful.conformance.backends.redis.rollover_policies import RolloverPolicies
from lawful.conformance.backends.redis.scoped_keys import ScopedKeys
from lawful.conformance.backends.redis.search_ui_config import SearchUiConfig
from lawful.conformance.backends.redis.sessions import Sessions
from lawful.conformance.backends.redis.tasks import Tasks
from lawful.conformance.backends.redis.tenant_map import TenantMap

TableClass = Callable[[Link, str], Any]
"""A class with a method for each function of its table; made from the connection and the prefix of all keys."""

TABLE_CLASSES: Mapping[str, TableClass] = {
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

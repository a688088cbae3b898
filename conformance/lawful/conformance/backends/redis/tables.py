"""The tables that the Redis backend offers. Adding one is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lawful.conformance.backends.redis.jobs import Jobs
from lawful.conformance.backends.redis.leader_lease import LeaderLease
from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.node_settings_version import NodeSettingsVersion
from lawful.conformance.backends.redis.tasks import Tasks

TableClass = Callable[[Link, str], Any]
"""A class with a method for each function of its table; made from the connection and the prefix of all keys."""

TABLE_CLASSES: Mapping[str, TableClass] = {
    "tasks": Tasks,
    "node_settings_version": NodeSettingsVersion,
    "jobs": Jobs,
    "leader_lease": LeaderLease,
}
"""By the name of the table."""

"""The tables that the SQLite backend offers. Adding one is one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lawful.conformance.backends.sqlite.database import Database
from lawful.conformance.backends.sqlite.jobs import Jobs
from lawful.conformance.backends.sqlite.leader_lease import LeaderLease
from lawful.conformance.backends.sqlite.node_settings_version import NodeSettingsVersion
from lawful.conformance.backends.sqlite.tasks import Tasks


class StoredTable(Protocol):
    """A class with a method for each function of its table, named and called as the specification says."""

    schema: str
    """The statements that create what the table needs in a new file."""

    def __init__(self, database: Database) -> None: ...


TABLE_CLASSES: Mapping[str, type[StoredTable]] = {
    "tasks": Tasks,
    "node_settings_version": NodeSettingsVersion,
    "jobs": Jobs,
    "leader_lease": LeaderLease,
}
"""By the name of the table."""

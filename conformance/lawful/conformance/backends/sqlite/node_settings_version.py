"""Table `node_settings_version` in SQLite (clauses TS-NODE_SETTINGS_VERSION-n).

An advance is one conditional upsert: SQLite compares the versions and writes in the same statement.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.conformance.backends.sqlite.database import Database
from lawful.models.values import Json

SCHEMA = """
CREATE TABLE node_settings_version (
    index_uid TEXT NOT NULL,
    node_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (index_uid, node_id)
) WITHOUT ROWID;
"""

_ROW = "SELECT node_id, version, updated_at FROM node_settings_version"


class NodeSettingsVersion:
    """One method per function, named and called as the specification says, with the index first."""

    schema = SCHEMA

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, index_uid: str, node_id: str) -> Json:
        row = self._database.execute(f"{_ROW} WHERE index_uid = ? AND node_id = ?", index_uid, node_id).fetchone()
        return None if row is None else _shown(*row)

    def advance(self, index_uid: str, node_id: str, version: int, updated_at: int) -> bool:
        advanced = self._database.execute(
            "INSERT INTO node_settings_version VALUES (?, ?, ?, ?) ON CONFLICT (index_uid, node_id) DO UPDATE"
            " SET version = excluded.version, updated_at = excluded.updated_at WHERE excluded.version > version",
            index_uid,
            node_id,
            version,
            updated_at,
        )
        return advanced.rowcount == 1

    def list(self, index_uid: str) -> Sequence[Json]:
        rows = self._database.execute(f"{_ROW} WHERE index_uid = ? ORDER BY node_id", index_uid)
        return [_shown(*row) for row in rows]


def _shown(node_id: str, version: int, updated_at: int) -> Json:
    return {"node_id": node_id, "version": version, "updated_at": updated_at}

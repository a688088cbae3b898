"""Table `aliases` in SQLite (clauses TS-ALIASES-n).

A flip is one conditional `UPDATE`: kind, version and target are compared and changed in the same statement. The prior
states are rows of a table of their own, one per version; those beyond the retention are removed in the transaction of
the flip. What an alias and its history hold is read by one statement, so that a get never shows the two of different
instants.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from lawful.conformance.backends.sqlite.database import LARGEST, Database
from lawful.models.values import Json, canonical

SCHEMA = """
CREATE TABLE aliases (
    name TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);
CREATE TABLE alias_history (
    name TEXT NOT NULL REFERENCES aliases (name),
    version INTEGER NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (name, version)
) WITHOUT ROWID;
"""

_ROWS = """
SELECT name, kind, aliases.target, aliases.version, created_at, alias_history.version, alias_history.target
FROM aliases LEFT JOIN alias_history USING (name)
"""
"""One row for each prior state; one with nulls for an alias that has none."""


class Aliases:
    """One method per function, named and called as the specification says. Targets are stored as JSON text."""

    schema = SCHEMA

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, current_uid: str, created_at: int) -> bool:
        return self._create(name, "single", current_uid, created_at)

    def create_multi(self, name: str, target_uids: Sequence[Json], created_at: int) -> bool:
        return self._create(name, "multi", target_uids, created_at)

    def get(self, name: str) -> Json:
        shown = self._shown("WHERE name = ?", name)
        return shown[0] if shown else None

    def flip(self, name: str, expected_version: int, current_uid: str, retention: int) -> bool:
        return self._flip(name, "single", expected_version, current_uid, retention)

    def flip_multi(self, name: str, expected_version: int, target_uids: Sequence[Json], retention: int) -> bool:
        return self._flip(name, "multi", expected_version, target_uids, retention)

    def delete(self, name: str) -> bool:
        self._database.execute("DELETE FROM alias_history WHERE name = ?", name)
        return self._database.execute("DELETE FROM aliases WHERE name = ?", name).rowcount == 1

    def list(self) -> Sequence[Json]:
        return self._shown("")

    def _create(self, name: str, kind: str, target: Json, created_at: int) -> bool:
        created = self._database.execute(
            "INSERT INTO aliases (name, kind, target, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
            name,
            kind,
            canonical(target),
            created_at,
        )
        return created.rowcount == 1

    def _flip(self, name: str, kind: str, expected_version: int, target: Json, retention: int) -> bool:
        where = "name = ? AND kind = ? AND version = ?"
        self._database.execute(
            f"INSERT INTO alias_history SELECT name, version, target FROM aliases WHERE {where}",
            name,
            kind,
            expected_version,
        )
        flipped = self._database.execute(
            f"UPDATE aliases SET target = ?, version = version + 1 WHERE {where}",
            canonical(target),
            name,
            kind,
            expected_version,
        )
        if flipped.rowcount == 0:
            return False
        kept_from = expected_version + 1 - min(max(retention, 0), LARGEST)
        self._database.execute("DELETE FROM alias_history WHERE name = ? AND version < ?", name, kept_from)
        return True

    def _shown(self, where: str, *values: str) -> Sequence[Json]:
        shown: dict[str, Json] = {}
        histories: dict[str, list[Json]] = {}
        rows = self._database.execute(f"{_ROWS} {where} ORDER BY name, alias_history.version", *values)
        for name, kind, target, version, created_at, prior_version, prior_target in rows:
            history = histories.setdefault(name, [])
            if prior_version is not None:
                history.append({"version": prior_version, **_targets(kind, prior_target)})
            shown[name] = {
                "name": name,
                "kind": kind,
                **_targets(kind, target),
                "version": version,
                "created_at": created_at,
                "history": history,
            }
        return list(shown.values())


def _targets(kind: str, target: str) -> dict[str, Json]:
    value = json.loads(target)
    return {
        "current_uid": value if kind == "single" else None,
        "target_uids": value if kind == "multi" else None,
    }

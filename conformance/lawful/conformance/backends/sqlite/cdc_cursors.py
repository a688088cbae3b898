"""Table `cdc_cursors` in SQLite (clauses TS-CDC_CURSORS-n): an advance is one conditional statement.

Whoever reads the cursor first and writes it in a second transaction takes it back where another client came between.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.conformance.backends.sqlite.database import Database
from lawful.models.values import Json

SCHEMA = """
CREATE TABLE cdc_cursors (
    sink_name TEXT NOT NULL,
    index_uid TEXT NOT NULL,
    last_event_seq INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (sink_name, index_uid)
) WITHOUT ROWID;
"""

_ROW = "SELECT index_uid, last_event_seq, updated_at FROM cdc_cursors WHERE sink_name = ?"


class CdcCursors:
    """One method per function, named and called as the specification says, with the sink first."""

    schema = SCHEMA

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, sink_name: str, index_uid: str) -> Json:
        row = self._database.execute(f"{_ROW} AND index_uid = ?", sink_name, index_uid).fetchone()
        return None if row is None else _shown(*row)

    def advance(self, sink_name: str, index_uid: str, expected_seq: int | None, seq: int, updated_at: int) -> bool:
        if expected_seq is None:
            moved = self._database.execute(
                "INSERT INTO cdc_cursors VALUES (?, ?, ?, ?) ON CONFLICT (sink_name, index_uid) DO NOTHING",
                sink_name,
                index_uid,
                seq,
                updated_at,
            )
        else:
            moved = self._database.execute(
                "UPDATE cdc_cursors SET last_event_seq = ?3, updated_at = ?4"
                " WHERE sink_name = ?1 AND index_uid = ?2 AND last_event_seq = ?5 AND last_event_seq < ?3",
                sink_name,
                index_uid,
                seq,
                updated_at,
                expected_seq,
            )
        return moved.rowcount == 1

    def list(self, sink_name: str) -> Sequence[Json]:
        return [_shown(*row) for row in self._database.execute(f"{_ROW} ORDER BY index_uid", sink_name)]


def _shown(index_uid: str, last_event_seq: int, updated_at: int) -> Json:
    return {"index_uid": index_uid, "last_event_seq": last_event_seq, "updated_at": updated_at}

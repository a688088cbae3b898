"""Table `canaries` in SQLite (clauses TS-CANARIES-n)."""

from __future__ import annotations

from lawful.conformance.backends.sqlite.upserted import UpsertedRows, boolean, json_text, plain


class Canaries(UpsertedRows):
    """One method per function, called as the specification says."""

    schema = """
CREATE TABLE canaries (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    index_uid TEXT NOT NULL,
    interval_s INTEGER NOT NULL,
    query_json TEXT NOT NULL,
    assertions_json TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
"""
    table = "canaries"
    key = "id"
    columns = (
        plain("name"),
        plain("index_uid"),
        plain("interval_s"),
        json_text("query_json"),
        json_text("assertions_json"),
        boolean("enabled"),
        plain("created_at"),
    )

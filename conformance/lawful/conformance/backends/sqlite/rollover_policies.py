"""Table `rollover_policies` in SQLite (clauses TS-ROLLOVER_POLICIES-n)."""

from __future__ import annotations

from lawful.conformance.backends.sqlite.upserted import UpsertedRows, boolean, json_text, plain


class RolloverPolicies(UpsertedRows):
    """One method per function, called as the specification says."""

    schema = """
CREATE TABLE rollover_policies (
    name TEXT NOT NULL PRIMARY KEY,
    write_alias TEXT NOT NULL,
    read_alias TEXT NOT NULL,
    pattern TEXT NOT NULL,
    triggers_json TEXT NOT NULL,
    retention_json TEXT NOT NULL,
    template_json TEXT NOT NULL,
    enabled INTEGER NOT NULL
);
"""
    table = "rollover_policies"
    key = "name"
    columns = (
        plain("write_alias"),
        plain("read_alias"),
        plain("pattern"),
        json_text("triggers_json"),
        json_text("retention_json"),
        json_text("template_json"),
        boolean("enabled"),
    )

"""Table `search_ui_config` in SQLite (clauses TS-SEARCH_UI_CONFIG-n)."""

from __future__ import annotations

from lawful.conformance.backends.sqlite.upserted import UpsertedRows, json_text, plain


class SearchUiConfig(UpsertedRows):
    """One method per function, called as the specification says."""

    schema = """
CREATE TABLE search_ui_config (
    index_uid TEXT NOT NULL PRIMARY KEY,
    config_json TEXT NOT NULL,
    updated_at INTEGER NOT NULL
);
"""
    table = "search_ui_config"
    key = "index_uid"
    columns = (json_text("config_json"), plain("updated_at"))

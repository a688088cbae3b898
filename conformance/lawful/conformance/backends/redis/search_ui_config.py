"""Table `search_ui_config` in Redis (clauses TS-SEARCH_UI_CONFIG-n); keys as in `upserted`."""

from __future__ import annotations

from lawful.conformance.backends.redis.upserted import UpsertedRows, integer, json_text


class SearchUiConfig(UpsertedRows):
    """One method per function, called as the specification says."""

    table = "search_ui_config"
    key = "index_uid"
    fields = (json_text("config_json"), integer("updated_at"))

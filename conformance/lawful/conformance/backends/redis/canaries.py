"""Table `canaries` in Redis (clauses TS-CANARIES-n); keys as in `upserted`."""

from __future__ import annotations

from lawful.conformance.backends.redis.upserted import UpsertedRows, boolean, integer, json_text, text


class Canaries(UpsertedRows):
    """One method per function, called as the specification says."""

    table = "canaries"
    key = "id"
    fields = (
        text("name"),
        text("index_uid"),
        integer("interval_s"),
        json_text("query_json"),
        json_text("assertions_json"),
        boolean("enabled"),
        integer("created_at"),
    )

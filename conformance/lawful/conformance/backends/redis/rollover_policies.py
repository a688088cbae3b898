"""Table `rollover_policies` in Redis (clauses TS-ROLLOVER_POLICIES-n); keys as in `upserted`."""

from __future__ import annotations

from lawful.conformance.backends.redis.upserted import UpsertedRows, boolean, json_text, text


class RolloverPolicies(UpsertedRows):
    """One method per function, called as the specification says."""

    table = "rollover_policies"
    key = "name"
    fields = (
        text("write_alias"),
        text("read_alias"),
        text("pattern"),
        json_text("triggers_json"),
        json_text("retention_json"),
        json_text("template_json"),
        boolean("enabled"),
    )

"""Table 12, `rollover_policies`: when an alias moves on to a new index, and how long old ones are kept."""

from __future__ import annotations

from lawful.specs.field import Drawn, Field
from lawful.specs.task_store.upserted import upserted_table

ROLLOVER_POLICIES = upserted_table(
    name="rollover_policies",
    number="12",
    meaning="When an alias moves on to a new index, and how long old ones are kept.",
    key=Field("name", "string"),
    fields=(
        Field("write_alias", "string"),
        Field("read_alias", "string"),
        Field("pattern", "string"),
        Field("triggers_json", "any"),
        Field("retention_json", "any"),
        Field("template_json", "any"),
        Field("enabled", "boolean"),
    ),
    drawn={"write_alias": Drawn.IDENTITY, "read_alias": Drawn.IDENTITY},
)

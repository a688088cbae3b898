"""Table 8, `canaries`: the queries that are run at intervals, with what their results must be.

The two JSON columns take any JSON value; the store keeps its text.
"""

from __future__ import annotations

from lawful.specs.field import Drawn, Field
from lawful.specs.task_store.upserted import upserted_table

CANARIES = upserted_table(
    name="canaries",
    number="8",
    meaning="The queries that are run at intervals, with what their results must be.",
    key=Field("id", "string"),
    fields=(
        Field("name", "string"),
        Field("index_uid", "string"),
        Field("interval_s", "integer"),
        Field("query_json", "any"),
        Field("assertions_json", "any"),
        Field("enabled", "boolean"),
        Field("created_at", "integer"),
    ),
    drawn={"index_uid": Drawn.IDENTITY, "interval_s": Drawn.FEW, "created_at": Drawn.AGE},
)

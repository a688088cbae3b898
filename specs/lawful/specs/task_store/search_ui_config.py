"""Table 13, `search_ui_config`: how the search page of an index looks.

`updated_at` is the writer's word, like every other field: the last upsert counts, not the latest time in one.
"""

from __future__ import annotations

from lawful.specs.field import Drawn, Field
from lawful.specs.task_store.upserted import upserted_table

SEARCH_UI_CONFIG = upserted_table(
    name="search_ui_config",
    number="13",
    meaning="How the search page of an index looks.",
    key=Field("index_uid", "string"),
    fields=(Field("config_json", "any"), Field("updated_at", "integer")),
    drawn={"updated_at": Drawn.AGE},
)

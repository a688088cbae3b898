"""Table 11, `tenant_map`: which tenant an API key belongs to.

The store holds the digest of a key and never the key, so that a copy of the store lets nobody in. Clients name a row
by its key; answers show the digest: SHA-256 of the key's UTF-8, as 64 lower-case hexadecimal digits.
"""

from __future__ import annotations

from lawful.specs.expression import Sha256
from lawful.specs.field import Argument, Drawn, Field
from lawful.specs.task_store.upserted import upserted_table

_api_key = Argument("api_key", "string", drawn=Drawn.IDENTITY)

TENANT_MAP = upserted_table(
    name="tenant_map",
    number="11",
    meaning="Which tenant an API key belongs to; the key itself is not stored.",
    key=Field("api_key_sha256", "string", clause="TS-TENANT_MAP-6"),
    fields=(Field("tenant_id", "string"), Field("group_id", "string", nullable=True)),
    drawn={"tenant_id": Drawn.IDENTITY},
    found_by=_api_key,
    row_key=Sha256(_api_key),
    absent=5,
    further=(
        "A tenant is found by the key whose digest was stored, and by no other.",
        "Answers show the SHA-256 digest of the key, and never the key.",
    ),
)

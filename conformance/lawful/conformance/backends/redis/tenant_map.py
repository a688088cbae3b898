"""Table `tenant_map` in Redis (clauses TS-TENANT_MAP-n); keys as in `upserted`.

The digest is taken here, so that the key itself reaches neither the server nor its log.
"""

from __future__ import annotations

import hashlib

from lawful.conformance.adapter import OperationFailed
from lawful.conformance.backends.redis.upserted import UpsertedRows, text


class TenantMap(UpsertedRows):
    """One method per function, called as the specification says."""

    table = "tenant_map"
    key = "api_key_sha256"
    fields = (text("tenant_id"), text("group_id"))
    named = "api_key"

    def key_of(self, name: str) -> str:
        try:
            return hashlib.sha256(name.encode()).hexdigest()
        except UnicodeEncodeError as error:
            raise OperationFailed(f"the key has no digest: {error}") from error

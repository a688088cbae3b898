"""Table `tenant_map` in SQLite (clauses TS-TENANT_MAP-n). The file holds the digests of keys, never a key."""

from __future__ import annotations

import hashlib

from lawful.conformance.backends.sqlite.upserted import UpsertedRows, plain


class TenantMap(UpsertedRows):
    """One method per function, called as the specification says."""

    schema = """
CREATE TABLE tenant_map (
    api_key_sha256 TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    group_id TEXT
);
"""
    table = "tenant_map"
    key = "api_key_sha256"
    columns = (plain("tenant_id"), plain("group_id"))
    named = "api_key"

    def key_of(self, name: str) -> str:
        return hashlib.sha256(name.encode()).hexdigest()

"""Table `leader_lease`: one row per scope, which is never removed: its token must only grow; TS-LEADER_LEASE-1 to 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lawful.conformance.backends.raft.store.command import Refused
from lawful.conformance.backends.raft.store.jobs import NS_PER_MS
from lawful.models.values import Json

Row = dict[str, Any]


class LeaderLeaseTable:
    """A row has `holder` (null: free), `expires_ns`, `token` (of the latest grant) and `value` (the guarded one)."""

    def __init__(self) -> None:
        self._scopes: dict[str, Row] = {}

    def call(self, scope: str, function: str, arguments: Mapping[str, Any], now_ns: int) -> Json:
        row = self._scopes.setdefault(scope, {"holder": None, "expires_ns": 0, "token": 0, "value": None})
        if row["holder"] is not None and row["expires_ns"] <= now_ns:
            row["holder"] = None
        match function:
            case "acquire":
                return _acquire(row, arguments["holder"], now_ns + arguments["ttl_ms"] * NS_PER_MS)
            case "renew":
                if row["holder"] != arguments["holder"]:
                    return False
                row["expires_ns"] = now_ns + arguments["ttl_ms"] * NS_PER_MS
                return True
            case "release":
                if row["holder"] != arguments["holder"]:
                    return False
                row["holder"] = None
                return True
            case "get":
                return None if row["holder"] is None else {"holder": row["holder"], "token": row["token"]}
            case "guarded_write":
                if arguments["token"] < row["token"]:
                    return False
                row["value"] = arguments["value"]
                return True
            case "guarded_read":
                value: Json = row["value"]
                return value
        raise Refused(f"leader_lease has no function {function!r}")


def _acquire(row: Row, holder: str, expires_ns: int) -> int | None:
    if row["holder"] is not None:
        return None
    row["token"] += 1
    row["holder"] = holder
    row["expires_ns"] = expires_ns
    token: int = row["token"]
    return token

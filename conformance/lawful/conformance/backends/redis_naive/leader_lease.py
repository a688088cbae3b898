"""Table `leader_lease`, naive. With two clients:

- two that find no holder both set themselves, and both lead (TS-LEADER_LEASE-1), with the same fencing token, as each
  adds one to the number that it read (TS-LEADER_LEASE-4);
- a holder that stops between looking and deleting deletes the lease of its successor (TS-LEADER_LEASE-3);
- a guarded write whose token was the latest when it looked overwrites that of a newer holder (TS-LEADER_LEASE-5).
"""

from __future__ import annotations

import json

from lawful.conformance.backends.redis.link import Link
from lawful.conformance.backends.redis.script import LONGEST_TTL_MS
from lawful.models.values import Json, canonical


class NaiveLeaderLease:
    """One method per function, named and called as the specification says, with the scope first."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._link = link
        self._prefix = prefix

    def acquire(self, scope: str, holder: str, ttl_ms: int) -> int | None:
        if self._holder(scope) is not None:
            return None
        token = self._token(scope) + 1
        self._link.call("SET", f"{self._prefix}lease_token:{scope}", token)
        if ttl_ms > 0:
            self._link.call("SET", f"{self._prefix}lease:{scope}", holder, "PX", min(ttl_ms, LONGEST_TTL_MS))
        return token

    def renew(self, scope: str, holder: str, ttl_ms: int) -> bool:
        if self._holder(scope) != holder:
            return False
        return bool(self._link.call("PEXPIRE", f"{self._prefix}lease:{scope}", min(ttl_ms, LONGEST_TTL_MS)))

    def release(self, scope: str, holder: str) -> bool:
        if self._holder(scope) != holder:
            return False
        return bool(self._link.call("DEL", f"{self._prefix}lease:{scope}"))

    def get(self, scope: str) -> Json:
        holder = self._holder(scope)
        return None if holder is None else {"holder": holder, "token": self._token(scope)}

    def guarded_write(self, scope: str, token: int, value: Json) -> bool:
        if token < self._token(scope):
            return False
        self._link.call("SET", f"{self._prefix}lease_value:{scope}", canonical(value))
        return True

    def guarded_read(self, scope: str) -> Json:
        text = self._link.call("GET", f"{self._prefix}lease_value:{scope}")
        value: Json = None if text is None else json.loads(text)
        return value

    def _holder(self, scope: str) -> str | None:
        holder: str | None = self._link.call("GET", f"{self._prefix}lease:{scope}")
        return holder

    def _token(self, scope: str) -> int:
        return int(self._link.call("GET", f"{self._prefix}lease_token:{scope}") or 0)

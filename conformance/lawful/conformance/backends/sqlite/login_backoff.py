"""Extra `login_backoff` in SQLite (clauses TS-LOGIN_BACKOFF-n): one row for each account with failures.

The count is raised by the statement itself, within a write transaction, so failures that several clients report at
the same time all count. The clock is read as in `jobs`.
"""

from __future__ import annotations

from lawful.conformance.backends.sqlite.database import Database, expiry_ns
from lawful.models.values import Json
from lawful.specs.task_store.login_backoff import LONGEST_BLOCK_MS


class LoginBackoff:
    """One method per function, named and called as the specification says, with the account first."""

    schema = """
CREATE TABLE login_backoff (
    account TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    blocked_until_ns INTEGER
);
"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def failed(self, account: str, threshold: int, base_ms: int) -> Json:
        self._database.execute(
            "INSERT INTO login_backoff (account, failures) VALUES (?, 1)"
            " ON CONFLICT (account) DO UPDATE SET failures = failures + 1",
            account,
        )
        failures = self._failures(account)
        if failures < threshold:
            return {"failures": failures, "blocked_ms": 0}
        blocked_ms = _doubled(base_ms, failures - threshold)
        self._database.execute(
            "UPDATE login_backoff SET blocked_until_ns = ? WHERE account = ?",
            expiry_ns(self._database.now_ns(), blocked_ms),
            account,
        )
        return {"failures": failures, "blocked_ms": blocked_ms}

    def may_try(self, account: str) -> bool:
        blocked = self._database.execute(
            "SELECT 1 FROM login_backoff WHERE account = ? AND blocked_until_ns > ?", account, self._database.now_ns()
        )
        return blocked.fetchone() is None

    def succeeded(self, account: str) -> bool:
        return self._database.execute("DELETE FROM login_backoff WHERE account = ?", account).rowcount == 1

    def get(self, account: str) -> Json:
        return {"failures": self._failures(account)}

    def _failures(self, account: str) -> int:
        row = self._database.execute("SELECT failures FROM login_backoff WHERE account = ?", account).fetchone()
        return 0 if row is None else int(row[0])


def _doubled(base_ms: int, times: int) -> int:
    # More doublings than the limit has bits change nothing, but would take memory without end.
    return min(base_ms << min(times, LONGEST_BLOCK_MS.bit_length()), LONGEST_BLOCK_MS)

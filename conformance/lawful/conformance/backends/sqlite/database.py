"""A connection to the file, its transactions, and what their errors say about the effect.

Claims, from the SQLite documentation ("Transaction", "Isolation In SQLite", "Result and Error Codes"):
- `BEGIN IMMEDIATE` takes the write lock before anything is read, so what a transaction decides on cannot change
  before it commits. A deferred one would read first and then fail, or decide on what is out of date.
- An error before `COMMIT` leaves nothing behind once the connection is closed: the operation failed.
- An error of `COMMIT` itself may come after the log was written: the outcome is unknown.
- One `SELECT` reads one snapshot, so a read of a single statement needs no transaction.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lawful.conformance.adapter import OperationFailed, OutcomeUnknown
from lawful.models.history import NS_PER_MS

Result = TypeVar("Result")

LARGEST = 2**63 - 1
"""The largest integer that a column holds."""

# Text with half a surrogate pair has no UTF-8; an integer beyond 64 bits has no column type. Both fail on binding.
_ERRORS_BEFORE_COMMIT = (sqlite3.Error, UnicodeError, OverflowError)


class Database:
    """Opened at the first use, and anew after an error."""

    def __init__(self, path: Path, synchronous: str, busy_timeout_s: float, clock_offset_ms: int = 0) -> None:
        self._path = path
        self._synchronous = synchronous
        self._busy_timeout_s = busy_timeout_s
        self._clock_offset_ns = clock_offset_ms * NS_PER_MS
        self._connection: sqlite3.Connection | None = None

    def read(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, which executes one statement that reads."""
        try:
            return work()
        except _ERRORS_BEFORE_COMMIT as error:
            self.close()
            raise OperationFailed(f"SQLite: {error}") from error

    def write(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, executed and committed as one transaction that no other comes between."""
        try:
            self.execute("BEGIN IMMEDIATE")
            result = work()
        except BaseException as error:
            self.close()  # takes the transaction back, and gives up the lock that would block every other client
            if isinstance(error, _ERRORS_BEFORE_COMMIT):
                raise OperationFailed(f"SQLite: {error}") from error
            raise
        try:
            self.execute("COMMIT")
        except sqlite3.Error as error:
            self.close()
            raise OutcomeUnknown(f"SQLite, while committing: {error}") from error
        return result

    def execute(self, statement: str, *values: str | int | None) -> sqlite3.Cursor:
        """Execute one statement; outside of `write` it commits by itself."""
        if self._connection is None:
            self._connection = self._open()
        return self._connection.execute(statement, values)

    def now_ns(self) -> int:
        """The wall clock, which may be shifted: what expires is judged by it."""
        return time.time_ns() + self._clock_offset_ns

    def advance(self, ms: int) -> None:
        """Shift the clock by so many milliseconds more."""
        self._clock_offset_ns += ms * NS_PER_MS

    def close(self) -> None:
        """Close the connection; a transaction that was not committed is taken back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        # mode=rw: a file that is gone must be an error, not a new and empty store.
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode=rw", uri=True, timeout=self._busy_timeout_s, isolation_level=None
        )
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        return connection


def expiry_ns(now_ns: int, ttl_ms: int) -> int:
    """When a grant of `ttl_ms` ends, as a column can hold it: beyond the year 2262, or before 1678, is then."""
    return max(min(now_ns + ttl_ms * NS_PER_MS, LARGEST), -LARGEST)

"""Reads a file that another process is writing: line by line, as far as it goes at the time, again and again.

A last line without an end is not given out: its writer may be in the middle of it. What no recorder does is an error
rather than a guess: a file that became shorter, was replaced by another (rotated), was removed, or begins differently
than it did.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lawful.conformance.errors import UsageError
from lawful.conformance.history.json_text import NotJson, decode
from lawful.conformance.history.lines import (
    BYTE_ORDER_MARK,
    MAX_LINE_BYTES,
    Line,
    LineTooLong,
    NotText,
    text_of,
    unreadable,
)

HEAD_BYTES = 4096
"""How much of the beginning tells one file from another."""
_READ_BYTES = 2**20


class Follower:
    """One file that is followed. As a context manager it closes the file."""

    def __init__(self, path: Path, offset: int = 0, number: int = 0) -> None:
        """Open `path` behind the first `number` lines, which take `offset` bytes. Raises `UsageError`."""
        self.path = path
        self.offset = offset
        """Where the first line begins that was not given out."""
        self.number = number
        """How many lines were given out."""
        self._read_to = offset
        self._partial = b""
        try:
            self._stream: IO[bytes] = path.open("rb")
            self._identity = _identity(os.fstat(self._stream.fileno()))
            self._head = self._read_head()
        except OSError as error:
            raise unreadable(path, error) from error
        try:
            self._require_same()
        except UsageError:
            self._stream.close()
            raise
        self._stream.seek(offset)

    def __enter__(self) -> Follower:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Read no further."""
        self._stream.close()

    @property
    def head(self) -> str:
        """Tells this file from others: a digest of its beginning, as much of it as there was, and how much that was."""
        return head_digest(self._head)

    def starts_as(self, head: str) -> bool:
        """Whether the file begins with what `head` was made of."""
        return head_digest(self._read_head(_length_of(head))) == head

    def lines(self) -> Iterator[Line]:
        """The complete lines that are there now and were not given out before. Raises `UsageError`."""
        try:
            while read := self._stream.read(_READ_BYTES):
                self._read_to += len(read)
                *complete, self._partial = (self._partial + read).split(b"\n")
                for data in complete:
                    yield self._given_out(data)
                if len(self._partial) > MAX_LINE_BYTES:
                    raise LineTooLong(self.path, self.number + 1)
        except OSError as error:
            raise unreadable(self.path, error) from error
        self._require_same()

    def unended(self) -> Line | None:
        """The last line, if it has no end and yet must be complete: an object that is closed cannot go on."""
        if not self._partial.rstrip().endswith(b"}"):
            return None
        try:
            decode(text_of(self._partial.removeprefix(BYTE_ORDER_MARK)))
        except (NotJson, NotText):
            return None
        line = Line(self.number + 1, self._partial, False)
        self.offset += len(self._partial)
        self.number += 1
        self._partial = b""
        return line

    def _given_out(self, data: bytes) -> Line:
        self.offset += len(data) + 1
        self.number += 1
        if len(data) > MAX_LINE_BYTES:
            raise LineTooLong(self.path, self.number)
        return Line(self.number, data.removeprefix(BYTE_ORDER_MARK) if self.number == 1 else data, True)

    def _require_same(self) -> None:
        """Raise `UsageError` unless the path still names the file that was opened, and that only grew."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            raise _changed(self.path, "it was removed or renamed") from None
        except OSError as error:
            raise unreadable(self.path, error) from error
        if _identity(there) != self._identity:
            raise _changed(self.path, "another file has taken its place")
        if there.st_size < self._read_to:
            raise _changed(self.path, f"it is {there.st_size} bytes long, and {self._read_to} bytes were read")
        if self._read_head(len(self._head)) != self._head:
            raise _changed(self.path, "its beginning was written anew")
        if len(self._head) < HEAD_BYTES:
            self._head = self._read_head()

    def _read_head(self, length: int = HEAD_BYTES) -> bytes:
        return os.pread(self._stream.fileno(), length, 0)


def wait_for(path: Path, seconds: float, poll_s: float = 0.1) -> None:
    """Wait until there is a file at `path`, for so long. Raises `UsageError` where there is none by then."""
    until_s = time.monotonic() + seconds
    while not path.exists():
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            waited = f" after {seconds:g} s" if seconds else ""
            raise UsageError(
                f"there is no file {path}{waited}", hint="--wait SECONDS waits for a recording that has not begun"
            )
        time.sleep(min(poll_s, left_s))


def head_digest(head: bytes) -> str:
    """The length of `head` and a digest of it."""
    return f"{len(head)}:{hashlib.sha256(head).hexdigest()}"


def _length_of(digest: str) -> int:
    length = digest.partition(":")[0]
    return min(int(length), HEAD_BYTES) if length.isdecimal() else 0


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _changed(path: Path, cause: str) -> UsageError:
    return UsageError(
        f"{path} is no longer the file that was followed",
        cause=cause,
        hint="a recording only grows; what was followed until now still holds",
    )

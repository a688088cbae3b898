"""The lines of a file that may be anything: numbered, bounded, and known to be ended or cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lawful.conformance.errors import UsageError

MAX_LINE_BYTES = 16 * 2**20
"""Longer lines are refused before they fill the memory."""

MAX_FILE_BYTES = 2**30
"""Larger files are refused where a format cannot be read line by line."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What some editors put in front of UTF-8 text."""


class Line(NamedTuple):
    """One line without its end."""

    number: int
    """From 1."""
    data: bytes
    ended: bool
    """Whether a line end follows. Only the last line of a file can lack it; its writer may have died within it."""


class LineTooLong(UsageError):
    """A line that no history has."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(f"{path}, line {line}: longer than {MAX_LINE_BYTES >> 20} MiB", hint="is this the right file?")
        self.line = line


class NotText(ValueError):
    """A line is not UTF-8; the message says where."""


def text_of(data: bytes) -> str:
    """The text of a line. Raises `NotText`."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise NotText(f"not UTF-8 text at byte {error.start + 1} of the line") from None


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of `path`, read as they are asked for. Raises `UsageError` for what cannot be read."""
    try:
        with path.open("rb") as stream:
            number = 0
            while read := stream.readline(MAX_LINE_BYTES + 1):
                number += 1
                data = read.removeprefix(BYTE_ORDER_MARK) if number == 1 else read
                if len(data) > MAX_LINE_BYTES:
                    raise LineTooLong(path, number)
                if data.endswith(b"\n"):
                    yield Line(number, data[:-1], True)
                else:
                    yield Line(number, data, False)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> UsageError:
    """The error for a file that cannot be opened or read."""
    return UsageError(f"cannot read the history {path}", cause=error.strerror or str(error))


def read_text(path: Path) -> str:
    """All of `path`, which has to be UTF-8 and of bounded size. Raises `UsageError`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > MAX_FILE_BYTES:
        raise UsageError(
            f"{path} is larger than {MAX_FILE_BYTES >> 20} MiB, too much for its format",
            hint="convert it to JSON Lines, which is read line by line",
        )
    try:
        return data.removeprefix(BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}, line {line}: not UTF-8 text", hint="is this the right file?") from error

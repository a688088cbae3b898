"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from lawful.conformance.errors import UsageError
from lawful.conformance.history.json_text import NotJson


def write_lines(path: Path, lines: Iterable[str | bytes]) -> None:
    """Write `lines` to `path`, which then holds all of them or what it held before.

    Raises `UsageError` where the file cannot be made, or a line cannot.
    """
    try:
        with atomically(path) as stream:
            for line in lines:
                stream.write((line.encode() if isinstance(line, str) else line) + b"\n")
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from error
    except NotJson as error:
        raise unwritable(path, str(error)) from error


def unwritable(path: Path, cause: str) -> UsageError:
    """The error for a history that cannot be written."""
    return UsageError(f"cannot write the history to {path}", cause=cause)


@contextlib.contextmanager
def atomically(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its place at the end of the block, or is gone where the block raises."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as stream:
            yield stream
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise

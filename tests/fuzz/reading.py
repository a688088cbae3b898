"""One input before its reader: a history or an error of ours, in little time and memory; all else is a finding."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from lawful.conformance.configuration import effective
from lawful.conformance.errors import InternalError, LawfulError
from lawful.conformance.history.formats import FORMATS, dump, load
from lawful.conformance.history.lint import lint

LONGEST_S = 2.0
CONFIGURATION = "configuration"
TARGETS = (*FORMATS, CONFIGURATION)


class Hung(BaseException):
    """A reader took longer than it may. Not an `Exception`: no reader may catch it."""


@contextmanager
def limited(seconds: float | None = None) -> Iterator[None]:
    """The block within that much time of the processor, so that a busy machine does not matter.

    `LONGEST_S` unless told. Raises `Hung`.
    """

    seconds = LONGEST_S if seconds is None else seconds

    def stop(number: int, frame: FrameType | None) -> None:
        raise Hung(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def finding(content: bytes, target: str, path: Path, *, thoroughly: bool = False) -> tuple[bool, str | None]:
    """Whether `content` is right as `target`, and what is wrong with how it is read, if anything.

    `path`: a file to write it to. `thoroughly`: also as a format that has to be told from the content, by lint, and
    what was read is written and read again.
    """
    try:
        with limited():
            if target == CONFIGURATION:
                return _is_configuration(content, path.parent), None
            return _is_history(content, target, path, thoroughly), None
    except Hung as hung:
        return False, str(hung)
    except Exception as defect:
        return False, f"{type(defect).__name__}: {defect}"[:300]


def _is_configuration(content: bytes, folder: Path) -> bool:
    (folder / "pyproject.toml").write_bytes(content)
    return _or_none(lambda: effective(directory=folder, environment={})) is not None


def _is_history(content: bytes, target: str, path: Path, thoroughly: bool) -> bool:
    path.write_bytes(content)
    history = _or_none(lambda: load(path, target, initial=0))
    if thoroughly:
        _or_none(lambda: load(path))
        _or_none(lambda: lint(path))
    if thoroughly and history is not None:
        again = path.with_suffix(".again")
        dump(history, again)
        assert load(again, "lawful") == history, "what was written is not what was read"
    return history is not None


def _or_none(read: Callable[[], Any]) -> Any:
    """What is read; None where that is refused with an error for the user."""
    try:
        return read()
    except LawfulError as error:
        assert not isinstance(error, InternalError), "a bug in lawful"
        assert error.problem and (error.cause or error.hint or ":" in error.problem), f"no cause: {error}"
        str(error).encode()
        return None

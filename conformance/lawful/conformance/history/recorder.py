"""Records a history while it happens, so that no instant of death loses what was learned before it.

What makes a recording usable after a crash of the recorder: the invocation of an operation is in the file (in the
hands of the operating system) before the call is made. Written afterwards, a crash in between would leave an effect
in the store that no recorded operation explains, and the next recording on that store would show a violation that
nobody committed. Each line is one `write`; a line that a full disk cut off is taken back.

Times are `time.monotonic_ns()`, unshifted, so that client processes on the same machine can give theirs. The call is
stamped before it is made and the return after it is known: an interval that is too wide can hide a violation but
never invent one.

Assumption: the recorder's process may die, its machine does not (nothing is synchronized to the disk).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.history.encoding import (
    call_members,
    fault_record,
    footer_record,
    header_record,
    outcome_members,
)
from lawful.conformance.history.json_text import encode
from lawful.conformance.history.records import WrongRecord, check_form
from lawful.models.history import FaultEvent, Header, Outcome
from lawful.models.values import Json


class RecorderMisuse(AssertionError):
    """The caller is about to record what cannot have happened: a defect of the caller. Nothing was written."""


class RecordingFailed(BackendError):
    """The file can no longer be written. What was recorded before is in it; nothing more will be."""


class Recorder:
    """Writes one history file. Any thread may call any method.

    As a context manager it writes the footer at the end of the block; where the block raises, the file stays
    without a footer, and reads as truncated, because the run did not come to its end.

    A value that JSON cannot carry raises `NotJson` and leaves everything as it was; so an operation whose answer
    cannot be written is still open, and can be completed as unknown.
    """

    def __init__(self, path: Path | str, header: Header) -> None:
        """Create the file. Raises `UsageError` where it exists or cannot be made: no recording is overwritten."""
        self.path = Path(path)
        self._lock = threading.Lock()
        self._operations = 0
        self._faults = 0
        self._open: dict[int, tuple[int, int]] = {}
        """Process and time of call of each open operation, by index."""
        self._busy: dict[int, int] = {}
        """The open operation of each process."""
        self._retired: set[int] = set()
        """Processes that had an unknown outcome."""
        self._failure: RecordingFailed | None = None
        self._descriptor: int | None = _create(self.path, _line(header_record(header)))

    def invoke(self, process: int, object: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> int:
        """Record that `process` is about to call; the index of the operation. Call the store after this returned.

        Raises `RecorderMisuse` where the process has an open operation or had an unknown outcome, and
        `RecordingFailed` where the file cannot be written: then do not call the store.
        """
        with self._lock:
            if process in self._busy:
                raise RecorderMisuse(f"process {process} has the open operation {self._busy[process]}")
            if process in self._retired:
                raise RecorderMisuse(f"process {process} had an unknown outcome and must not go on")
            index = self._operations
            call_ns = time.monotonic_ns()
            record: dict[str, Json] = {"record": "invoke", "index": index}
            record |= call_members(process, object, key, function, arguments)
            self._write(_line(record | {"time_ns": call_ns}))
            self._operations += 1
            self._open[index] = (process, call_ns)
            self._busy[process] = index
            return index

    def complete(
        self,
        index: int,
        outcome: Outcome,
        *,
        result: Json = None,
        error: str | None = None,
        server: str | None = None,
        time_ns: int | None = None,
    ) -> None:
        """Record what became of the operation `index`. `time_ns`: when its client knew; None: now.

        Raises `RecorderMisuse` for an operation that is not open, and `RecordingFailed`.
        """
        return_ns = time.monotonic_ns() if time_ns is None else time_ns
        with self._lock:
            if index not in self._open:
                never = "was completed before" if 0 <= index < self._operations else "was never invoked"
                raise RecorderMisuse(f"operation {index} {never}")
            process, call_ns = self._open[index]
            if return_ns < call_ns:
                raise RecorderMisuse(f"operation {index} returns {call_ns - return_ns} ns before its call")
            record: dict[str, Json] = {"record": "return", "index": index}
            record |= outcome_members(outcome, result, error, server)
            self._write(_line(record | {"time_ns": return_ns}))
            del self._open[index]
            del self._busy[process]
            if outcome is Outcome.UNKNOWN:
                self._retired.add(process)

    def fault(
        self,
        fault: str,
        target: str,
        call_ns: int,
        return_ns: int | None,
        *,
        error: str | None = None,
        details: Mapping[str, Json] | None = None,
    ) -> None:
        """Record an action of the fault injector, successful or not. Times are `time.monotonic_ns()`."""
        event = FaultEvent(fault, target, call_ns, return_ns, error, dict(details or {}))
        with self._lock:
            self._write(_line(fault_record(event)))
            self._faults += 1

    def close(self) -> None:
        """Write the footer and close the file. Operations that are still open have an unknown outcome.

        Without effect on a recorder that is closed. Raises `RecordingFailed`.
        """
        with self._lock:
            if self._descriptor is None:
                return
            try:
                self._write(_line(footer_record(self._operations, self._faults)))
            finally:
                self._close_file()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            with self._lock:
                self._close_file()

    def _close_file(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, line: bytes) -> None:
        """Hand one line to the operating system, whole or not at all."""
        if self._failure is not None:
            raise self._failure
        if self._descriptor is None:
            raise RecorderMisuse("the recorder is closed")
        start = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        try:
            _write_all(self._descriptor, line)
        except OSError as error:
            self._failure = _failed(self.path, error)
            _take_back(self._descriptor, start)
            raise self._failure from error


def _line(record: dict[str, Json]) -> bytes:
    line = encode(record)
    try:
        check_form({name: dict(value) if isinstance(value, Mapping) else value for name, value in record.items()})
    except WrongRecord as error:
        raise RecorderMisuse(error.problem) from error
    return line + b"\n"


def _create(path: Path, first_line: bytes) -> int:
    """Open `path` for writing behind its first line.

    The file gets its name when the line is in it: whoever kills the recorder finds a readable file or none.
    """
    if path.exists():
        raise UsageError(f"the history {path} exists", hint="a recording is not overwritten: move it or name another")
    unnamed = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise UsageError(f"cannot create the history {path}", cause=error.strerror or str(error)) from error
    try:
        _write_all(descriptor, first_line)
        unnamed.replace(path)
    except OSError as error:
        os.close(descriptor)
        unnamed.unlink(missing_ok=True)
        raise _failed(path, error) from error
    return descriptor


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _take_back(descriptor: int, length: int) -> None:
    """Remove the part of a line that could be written; readers ignore it where even this fails."""
    try:
        os.ftruncate(descriptor, length)
    except OSError:
        return


def _failed(path: Path, error: OSError) -> RecordingFailed:
    return RecordingFailed(
        f"cannot write the history {path}",
        cause=error.strerror or str(error),
        hint="what was recorded before is in the file and can be checked",
    )

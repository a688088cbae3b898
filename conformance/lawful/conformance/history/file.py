"""The history file: JSON Lines with a header, records and a footer (`records` describes them).

A recording is read line by line and used as far as it goes. An operation that was called and never came back has an
unknown outcome. A file without a footer, or whose last line was cut off, is marked as truncated: the recorder died,
but each line that it wrote holds. Everything else that is not as it should be is an error that names the line,
because a history that was guessed at gives a verdict that means nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from lawful.conformance.errors import UsageError
from lawful.conformance.history.encoding import (
    called,
    fault_event,
    fault_record,
    footer_record,
    header_of,
    header_record,
    operation_record,
    whole_operation,
)
from lawful.conformance.history.json_text import NotJson, decode, encode
from lawful.conformance.history.lines import Line, NotText, read_lines, text_of
from lawful.conformance.history.records import WrongRecord, check_form
from lawful.conformance.history.well_formed import NotWellFormed, require_well_formed
from lawful.models.history import FaultEvent, Header, History, Operation
from lawful.models.values import Json

HEADER_EXAMPLE = '{"record":"header","format":1}'
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_history(path: Path | str) -> History:
    """The history in the file at `path`. Raises `UsageError` with the line at which something is wrong."""
    path = Path(path)
    reading = _Reading()
    for line in read_lines(path):
        try:
            record = record_of(line)
            if record is not None:
                reading.take(line.number, record)
        except (NotText, NotJson) as error:
            if line.ended:
                raise UsageError(f"{path}, line {line.number}: {error}", hint=_hint_for(line)) from error
            reading.cut_off = True
        except WrongRecord as error:
            raise UsageError(f"{path}, line {line.number}: {error.problem}", hint=error.hint) from error
    try:
        return reading.history()
    except WrongRecord as error:
        raise UsageError(f"{path}: {error.problem}", hint=error.hint) from error
    except NotWellFormed as error:
        where = reading.line_of(error.operation)
        raise UsageError(f"{path}, line {where}: {error.problem}", hint=error.hint) from error


def record_of(line: Line) -> dict[str, Any] | None:
    """The JSON value on `line`; None for an empty line. Raises `NotText` and `NotJson`."""
    data = line.data.strip()
    if line.number == 1:
        data = data.removeprefix(_BYTE_ORDER_MARK)
    return decode(text_of(data)) if data else None


def _hint_for(line: Line) -> str | None:
    if line.number > 1:
        return None
    return f"a history begins with a line such as {HEADER_EXAMPLE}; is this the right file?"


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.calls: dict[int, tuple[int, dict[str, Any]]] = {}
        """Records `invoke` by index, each with its line."""
        self.returns: dict[int, dict[str, Any]] = {}
        self.whole: list[tuple[int, dict[str, Any]]] = []
        """Records `operation`, each with its line."""
        self.faults: list[FaultEvent] = []
        self.footer: dict[str, Any] | None = None
        self.cut_off = False
        self.lines: dict[int, int] = {}

    def take(self, line: int, record: dict[str, Any]) -> None:
        """One more record. Raises `WrongRecord`."""
        kind = check_form(record)
        if self.footer is not None:
            raise WrongRecord("a record follows the footer", "the footer is the last line; are these two recordings?")
        if (self.header is None) is not (kind == "header"):
            problem = "the first record is not a header" if self.header is None else "a second header"
            raise WrongRecord(problem, f"a history has one header, its first line: {HEADER_EXAMPLE}")
        if kind == "invoke":
            if record["index"] in self.calls:
                raise WrongRecord(f"index {record['index']} was invoked before")
            self.calls[record["index"]] = (line, record)
        elif kind == "return":
            self._take_return(record)
        elif kind == "operation":
            self.whole.append((line, record))
        elif kind == "fault":
            self.faults.append(fault_event(record))
        elif kind == "header":
            self.header = header_of(record)
        else:
            self.footer = record

    def _take_return(self, record: dict[str, Any]) -> None:
        index = record["index"]
        if index not in self.calls:
            raise WrongRecord(f"a return for index {index}, which was not invoked")
        if index in self.returns:
            raise WrongRecord(f"a second return for index {index}")
        self.returns[index] = record

    def line_of(self, operation: Operation) -> int:
        return self.lines[operation.index]

    def history(self) -> History:
        """Everything together. Raises `WrongRecord` and `NotWellFormed`."""
        if self.header is None:
            raise WrongRecord(
                "the file is empty, or ends within its header",
                "nothing was recorded; a history begins with a line such as " + HEADER_EXAMPLE,
            )
        numbered = self._numbered()
        self.lines = {operation.index: line for line, operation in numbered}
        operations = tuple(operation for _, operation in numbered)
        require_well_formed(operations)
        self._require_counts(len(operations))
        return History(
            operations=operations,
            faults=tuple(sorted(self.faults, key=attrgetter("call_ns"))),
            header=self.header,
            truncated=self.footer is None,
        )

    def _numbered(self) -> list[tuple[int, Operation]]:
        """Lines and operations in order of their index."""
        if any(record.get("index") is None for _, record in self.whole):
            return self._number_by_call()
        numbered = [(line, called(index, call, self.returns.get(index))) for index, (line, call) in self.calls.items()]
        numbered += [(line, whole_operation(record["index"], record)) for line, record in self.whole]
        if self.whole:
            numbered.sort(key=lambda one: one[1].index)
        for position, (line, operation) in enumerate(numbered):
            if operation.index != position:
                raise WrongRecord(
                    f"line {line} has the operation {operation.index} where {position} is next",
                    "operations are numbered from 0 in the order of their calls, without gaps and once each",
                )
        return numbered

    def _number_by_call(self) -> list[tuple[int, Operation]]:
        if self.calls or any(record.get("index") is not None for _, record in self.whole):
            raise WrongRecord("some operations have an index and others have none", "number all of them or none")
        self.whole.sort(key=lambda one: one[1]["call_ns"])
        return [(line, whole_operation(index, record)) for index, (line, record) in enumerate(self.whole)]

    def _require_counts(self, operations: int) -> None:
        if self.footer is None:
            return
        for what, count in (("operations", operations), ("faults", len(self.faults))):
            if self.footer[what] != count:
                raise WrongRecord(
                    f"the footer speaks of {self.footer[what]} {what}, the file holds {count}",
                    "lines were lost or added since it was recorded; without its footer the file reads as truncated",
                )


def write_history(history: History, path: Path | str) -> None:
    """Write `history` to `path`, which then holds all of it or what it held before.

    A truncated history is written without a footer, so that it reads as truncated again. Raises `UsageError` where
    the history cannot be written so that it could be read, or the file cannot be made.
    """
    path = Path(path)
    try:
        require_well_formed(history.operations)
        with _atomically(path) as stream:
            for record in _records(history):
                check_form(record)
                stream.write(encode(record) + b"\n")
    except (NotJson, NotWellFormed, WrongRecord) as error:
        problem = error.problem if isinstance(error, WrongRecord) else str(error)
        raise UsageError(f"cannot write the history to {path}", cause=problem) from error
    except OSError as error:
        raise UsageError(f"cannot write the history to {path}", cause=error.strerror or str(error)) from error


def _records(history: History) -> Iterator[dict[str, Json]]:
    """The lines of the file; faults stand between the operations before and during which they were injected."""
    yield header_record(history.header)
    for position, operation in enumerate(history.operations):
        if operation.index != position:
            raise WrongRecord(f"the operation at position {position} has the index {operation.index}")
    events: list[Operation | FaultEvent] = [*history.faults, *history.operations]
    for event in sorted(events, key=attrgetter("call_ns")):
        yield operation_record(event) if isinstance(event, Operation) else fault_record(event)
    if not history.truncated:
        yield footer_record(len(history.operations), len(history.faults))


@contextlib.contextmanager
def _atomically(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its place at the end of the block, or is gone where the block raises."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as stream:
            yield stream
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise

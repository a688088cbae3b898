"""The history file: JSON Lines with a header, records and a footer (`records` describes them).

A recording is read line by line and used as far as it goes. An operation that was called and never came back has an
unknown outcome. A file without a footer, or whose last line was cut off, is marked as truncated: the recorder died,
but each line that it wrote holds. Everything else that is not as it should be is an error that names the line,
because a history that was guessed at gives a verdict that means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

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
from lawful.conformance.history.garbage import without_garbage_collection
from lawful.conformance.history.json_text import NotJson, decode, encode
from lawful.conformance.history.lines import Line, NotText, read_lines, text_of
from lawful.conformance.history.records import HEADER_EXAMPLE, WrongRecord, check_form, check_place
from lawful.conformance.history.text_file import unwritable, write_lines
from lawful.conformance.history.well_formed import NotWellFormed, require_well_formed
from lawful.models.history import FaultEvent, Header, History, Operation
from lawful.models.values import Json


def read_history(path: Path | str) -> History:
    """The history in the file at `path`. Raises `UsageError` with the line at which something is wrong."""
    path = Path(path)
    reading = _Reading()
    with without_garbage_collection():
        for line in read_lines(path):
            _take_line(reading, path, line)
        try:
            return reading.history()
        except WrongRecord as error:
            raise UsageError(f"{path}: {error.problem}", hint=error.hint) from error
        except NotWellFormed as error:
            where = reading.lines[error.operation.index]
            raise UsageError(f"{path}, line {where}: {error.problem}", hint=error.hint) from error


def _take_line(reading: _Reading, path: Path, line: Line) -> None:
    try:
        record = record_of(line)
        if record is not None:
            reading.take(line.number, record)
    except (NotText, NotJson) as error:
        # A line without an end, behind a header and before any footer, is one whose writer died within it.
        if line.ended or reading.header is None or reading.footer is not None:
            raise UsageError(f"{path}, line {line.number}: {error}", hint=_hint_for(line)) from error
    except WrongRecord as error:
        raise UsageError(f"{path}, line {line.number}: {error.problem}", hint=error.hint) from error


def record_of(line: Line) -> dict[str, Any] | None:
    """The JSON value on `line`; None for an empty line. Raises `NotText` and `NotJson`."""
    data = line.data.strip()
    return decode(text_of(data)) if data else None


def _hint_for(line: Line) -> str | None:
    if line.number > 1:
        return None
    return f"a history begins with a line such as {HEADER_EXAMPLE}; is this the right file?"


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.operations: list[Operation] = []
        """The completed ones that have an index, in the order in which they were completed."""
        self.open: dict[int, dict[str, Any]] = {}
        """Records `invoke` that no `return` followed yet, by index."""
        self.unnumbered: list[tuple[int, dict[str, Any]]] = []
        """Records `operation` without an index, each with its line."""
        self.lines: dict[int, int] = {}
        """Where each operation that has an index began."""
        self.faults: list[FaultEvent] = []
        self.footer: dict[str, Any] | None = None

    def take(self, line: int, record: dict[str, Any]) -> None:
        """One more record. Raises `WrongRecord`."""
        kind = check_form(record)
        check_place(kind, after_header=self.header is not None, after_footer=self.footer is not None)
        if kind == "invoke":
            self._begin(line, record["index"])
            self.open[record["index"]] = record
        elif kind == "return":
            self.operations.append(called(record["index"], self._end(record["index"]), record))
        elif kind == "operation":
            self._take_operation(line, record)
        elif kind == "fault":
            self.faults.append(fault_event(record))
        elif kind == "header":
            self.header = header_of(record)
        else:
            self.footer = record

    def _begin(self, line: int, index: int) -> None:
        if index in self.lines:
            raise WrongRecord(f"index {index} occurs twice, first in line {self.lines[index]}")
        if self.unnumbered:
            raise WrongRecord("some operations have an index and others have none", "number all of them or none")
        self.lines[index] = line

    def _end(self, index: int) -> dict[str, Any]:
        call = self.open.pop(index, None)
        if call is None:
            problem = "a second return for" if index in self.lines else "a return without an invocation for"
            raise WrongRecord(f"{problem} index {index}", "each invocation has at most one return, which follows it")
        return call

    def _take_operation(self, line: int, record: dict[str, Any]) -> None:
        index = record.get("index")
        if index is not None:
            self._begin(line, index)
            self.operations.append(whole_operation(index, record))
        elif self.lines:
            raise WrongRecord("some operations have an index and others have none", "number all of them or none")
        else:
            self.unnumbered.append((line, record))

    def history(self) -> History:
        """Everything together. Raises `WrongRecord` and `NotWellFormed`."""
        if self.header is None:
            raise WrongRecord(
                "the file is empty",
                f"nothing was recorded: a history begins with a line such as {HEADER_EXAMPLE}",
            )
        operations = self._numbered()
        require_well_formed(operations)
        self._require_counts(len(operations))
        return History(
            operations=tuple(operations),
            faults=tuple(sorted(self.faults, key=attrgetter("call_ns"))),
            header=self.header,
            truncated=self.footer is None,
        )

    def _numbered(self) -> list[Operation]:
        """All operations, in order of their index."""
        if self.unnumbered:
            self.unnumbered.sort(key=lambda one: one[1]["call_ns"])
            self.lines = {index: line for index, (line, _) in enumerate(self.unnumbered)}
            return [whole_operation(index, record) for index, (_, record) in enumerate(self.unnumbered)]
        never_completed = [called(index, call, None) for index, call in self.open.items()]
        operations = sorted(self.operations + never_completed, key=attrgetter("index"))
        for position, operation in enumerate(operations):
            if operation.index != position:
                raise WrongRecord(
                    f"the operation {position} is missing; {operation.index} is in line {self.lines[operation.index]}",
                    "operations are numbered from 0, in the order of their calls and without gaps",
                )
        return operations

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
        write_lines(path, _lines(history))
    except NotWellFormed as error:
        raise unwritable(path, error.problem) from error
    except WrongRecord as error:
        raise unwritable(path, error.problem) from error


def _lines(history: History) -> Iterator[bytes]:
    for record in _records(history):
        line = encode(record)
        check_form(record)
        yield line


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

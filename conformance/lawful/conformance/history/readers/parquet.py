"""Histories as Parquet tables, for those who look at them with data frames. Needs pyarrow.

One row per operation with the members of a record `operation`; arguments and results are JSON texts. Header, faults
and whether the recording is truncated are in the table's metadata, as the records of a history file.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

from lawful.conformance.errors import UsageError
from lawful.conformance.history.encoding import (
    fault_event,
    fault_record,
    header_of,
    header_record,
    operation_record,
    whole_operation,
)
from lawful.conformance.history.json_text import NotJson, decode, encode
from lawful.conformance.history.lines import unreadable
from lawful.conformance.history.readers.events import Reading
from lawful.conformance.history.records import WrongRecord, check_form
from lawful.conformance.history.well_formed import NotWellFormed, require_well_formed
from lawful.models.history import FaultEvent, Header, History
from lawful.models.values import Json

MAGIC = b"PAR1"
COLUMNS = {
    "index": "int64",
    "process": "int64",
    "object": "string",
    "key": "string",
    "function": "string",
    "arguments": "string",
    "outcome": "string",
    "result": "string",
    "error": "string",
    "server": "string",
    "call_ns": "int64",
    "return_ns": "int64",
}
_AS_JSON = ("arguments", "result")
_METADATA = b"lawful"
_MOST_TEXT = 4 * 2**30
"""Bytes of text in all cells together. A few megabytes can hold one long text a million times over."""


def pyarrow_or_error() -> ModuleType:
    """The optional library, loaded where it is needed."""
    try:
        importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow", hint="pip install pyarrow") from error
    return importlib.import_module("pyarrow")


def read_parquet(path: Path, reading: Reading) -> History:
    """The history in the table at `path`. Raises `UsageError`."""
    pyarrow = pyarrow_or_error()
    try:
        # Texts stay in dictionaries, where each stands once, until it is known how long they are together.
        table = pyarrow.parquet.read_table(path, memory_map=False, read_dictionary=_texts(pyarrow, path))
        _check_size(pyarrow, table, path)
        rows: list[dict[str, Any]] = table.to_pylist()
        metadata = (table.schema.metadata or {}).get(_METADATA)
    except OSError as error:
        raise unreadable(path, error) from error
    except (pyarrow.ArrowException, ValueError) as error:
        raise UsageError(f"cannot read the history {path}", cause=str(error)) from error
    try:
        return _history(rows, metadata, reading)
    except (NotJson, NotWellFormed, WrongRecord, UnicodeDecodeError) as error:
        problem = error.problem if isinstance(error, WrongRecord) else str(error)
        raise UsageError(f"{path}: {problem}", hint="the table is not one that lawful wrote") from error


def _texts(pyarrow: ModuleType, path: Path) -> list[str]:
    schema = pyarrow.parquet.read_schema(path)
    return [field.name for field in schema if pyarrow.types.is_string(field.type)]


def _check_size(pyarrow: ModuleType, table: Any, path: Path) -> None:
    """Raise `UsageError` where the cells hold more text than fits into memory."""
    compute = importlib.import_module("pyarrow.compute")
    text = 0
    for column in table.columns:
        for chunk in column.chunks:
            if pyarrow.types.is_dictionary(chunk.type) and pyarrow.types.is_string(chunk.type.value_type):
                lengths = compute.binary_length(chunk.dictionary)
                text += compute.sum(compute.take(lengths, chunk.indices).cast("int64")).as_py() or 0
    if text > _MOST_TEXT:
        cause = f"its texts have {text:,} bytes, and {_MOST_TEXT:,} can be read"
        raise UsageError(f"the history {path} is too large", cause=cause)


def _history(rows: list[dict[str, Any]], metadata: bytes | None, reading: Reading) -> History:
    operations = []
    for position, row in enumerate(rows):
        record = {name: value for name, value in row.items() if value is not None}
        for name in _AS_JSON:
            if isinstance(record.get(name), str):
                record[name] = decode(record[name])
        check_form({"record": "operation"} | record)
        if record.get("index", position) != position:
            raise WrongRecord(f"row {position} has the index {record['index']}")
        operations.append(whole_operation(position, record))
    require_well_formed(operations)
    header, faults, truncated = about(metadata, reading)
    return History(tuple(operations), tuple(faults), header, truncated)


def about(metadata: bytes | None, reading: Reading) -> tuple[Header, list[FaultEvent], bool]:
    """Header, faults and whether the recording is truncated. Raises `NotJson` and `WrongRecord`."""
    if metadata is None:
        return Header(initial=reading.initial), [], False
    told = decode(metadata.decode())
    if not isinstance(told, dict) or not isinstance(told.get("faults"), list):
        raise WrongRecord("the metadata of the table is not a history's")
    if check_form(told.get("header")) != "header" or any(check_form(one) != "fault" for one in told["faults"]):
        raise WrongRecord("the metadata of the table is not a history's")
    faults = [fault_event(one) for one in told["faults"]]
    return header_of(told["header"]), faults, told.get("truncated") is True


def write_parquet(history: History, path: Path) -> None:
    """Write `history` to `path`. Raises `UsageError`."""
    pyarrow = pyarrow_or_error()
    try:
        rows = [_row(operation_record(operation)) for operation in history]
        told: dict[str, Json] = {
            "header": header_record(history.header),
            "faults": [fault_record(fault) for fault in history.faults],
            "truncated": history.truncated,
        }
        types = [(name, getattr(pyarrow, of_type)()) for name, of_type in COLUMNS.items()]
        schema = pyarrow.schema(types, metadata={_METADATA: encode(told)})
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), path)
    except NotJson as error:
        raise UsageError(f"cannot write the history to {path}", cause=str(error)) from error
    except (pyarrow.ArrowException, OverflowError) as error:
        raise UsageError(f"cannot write the history to {path}", cause=str(error)) from error


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return record | {name: encode(record[name]).decode() for name in _AS_JSON if name in record}

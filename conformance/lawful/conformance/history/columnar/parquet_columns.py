"""Parquet tables straight into columns, batch by batch.

Arguments and results are JSON texts, nearly all of them one integer with something around it. A text that is not, and
strings of which there are few, go through the functions of the careful reader once for each different one. Where
anything is unusual, None is given back, and the careful reader reads the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import NEVER_NS, UNKNOWN
from lawful.checkers.recording import NOTHING, recorded_value
from lawful.conformance.history.columnar.assembly import assembled
from lawful.conformance.history.columnar.events import WHOLE, Events
from lawful.conformance.history.columnar.history import ColumnarHistory, columnar_history
from lawful.conformance.history.json_text import NotJson, decode
from lawful.conformance.history.readers.events import Reading
from lawful.conformance.history.readers.parquet import COLUMNS, about, pyarrow_or_error
from lawful.conformance.history.records import OUTCOMES, WrongRecord
from lawful.models.history import ObjectKey

_BATCH_ROWS = 1 << 17
_NUMBERS = ("index", "process", "call_ns", "return_ns")
_ONE_INTEGER = re.compile(r'\{"([A-Za-z_]+)":(0|-?[1-9][0-9]{0,17})\}')
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")


class _Unusual(Exception):
    """Something that the careful reader has to look at."""


def read_parquet_columns(path: Path, reading: Reading) -> ColumnarHistory | None:
    """The history in the table at `path`; None where the careful reader has to read it. Raises `OSError`."""
    pyarrow = pyarrow_or_error()
    try:
        with pyarrow.parquet.ParquetFile(path, memory_map=False) as table:
            schema = table.schema_arrow
            if {name: str(schema.field(name).type) for name in schema.names} != COLUMNS:
                return None
            taken = _Taken()
            for batch in table.iter_batches(batch_size=_BATCH_ROWS):
                taken.take(batch)
            header, faults, truncated = about((schema.metadata or {}).get(b"lawful"), reading)
        recording = assembled(taken.events)
    except (pyarrow.ArrowException, _Unusual, NotJson, WrongRecord, UnicodeDecodeError, OverflowError):
        return None
    return None if recording is None else columnar_history(recording, tuple(faults), header, truncated)


class _Taken:
    def __init__(self) -> None:
        self.events = Events()
        self._rows = 0
        self._arguments: dict[str | None, tuple[tuple[str, ...] | None, int, int]] = {}
        """By text: the names, and the two arguments."""
        self._results: dict[str | None, int] = {None: NOTHING}

    def take(self, batch: Any) -> None:
        """The rows of a batch."""
        columns: dict[str, NDArray[Any]] = {name: self._numbers(batch, name) for name in _NUMBERS}
        if not np.array_equal(columns["index"], np.arange(self._rows, self._rows + len(batch))):
            raise _Unusual
        self._rows += len(batch)
        columns["kind"] = np.full(len(batch), WHOLE, np.uint8)
        for name in ("error", "server"):
            columns[name] = _coded(batch, name, self.events.text)
        columns["outcome"] = _coded(batch, "outcome", _outcome)
        columns["object"] = self._objects(batch)
        columns["result"] = np.array([self._result(text) for text in batch.column("result").to_pylist()], np.int64)
        self._calls(batch, columns)
        _require_form(columns)
        self.events.take_columns(columns)

    def _numbers(self, batch: Any, name: str) -> NDArray[np.int64]:
        column = batch.column(name)
        if name == "return_ns":
            column = column.fill_null(NEVER_NS)
        elif column.null_count:
            raise _Unusual
        numbers: NDArray[np.int64] = column.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
        return numbers

    def _objects(self, batch: Any) -> NDArray[np.int32]:
        names, keys = _dictionary(batch, "object"), _dictionary(batch, "key")
        pairs = names.codes.astype(np.int64) * (len(keys.texts) + 1) + keys.codes
        different, places = np.unique(pairs, return_inverse=True)
        numbers = []
        for pair in different.tolist():
            name, key = divmod(pair, len(keys.texts) + 1)
            if names.texts[name] is None:
                raise _Unusual
            numbers.append(self.events.object(ObjectKey(str(names.texts[name]), keys.texts[key])))
        return np.array(numbers, np.int32)[places]

    def _result(self, text: str | None) -> int:
        found = self._results.get(text)
        if found is None:
            assert text is not None, "no text has an entry"
            if _INTEGER.fullmatch(text):
                return int(text)
            found = self._results[text] = recorded_value(decode(text), self.events.values)
        return found

    def _calls(self, batch: Any, columns: dict[str, NDArray[Any]]) -> None:
        functions = _dictionary(batch, "function")
        given = [self._given(text) for text in batch.column("arguments").to_pylist()]
        shapes: dict[tuple[int, tuple[str, ...] | None], int] = {}
        codes = []
        for function, (names, _, _) in zip(functions.codes.tolist(), given, strict=True):
            shape = shapes.get((function, names))
            if shape is None:
                if functions.texts[function] is None:
                    raise _Unusual
                shape = self.events.shape(str(functions.texts[function]), names)
                shapes[function, names] = shape
            codes.append(shape)
        columns["shape"] = np.array(codes, np.int32)
        columns["first"] = np.array([first for _, first, _ in given], np.int64)
        columns["second"] = np.array([second for _, _, second in given], np.int64)

    def _given(self, text: str | None) -> tuple[tuple[str, ...] | None, int, int]:
        """Names and arguments."""
        found = self._arguments.get(text)
        if found is not None:
            return found
        one = _ONE_INTEGER.fullmatch(text) if text is not None else None
        if one is not None:
            return (one[1],), int(one[2]), NOTHING
        arguments = {} if text is None else decode(text)
        if not isinstance(arguments, dict):
            raise _Unusual
        found = self._arguments[text] = self.events.given(arguments)
        return found


class _Dictionary:
    """A column of few different texts, as codes; the last text is None."""

    def __init__(self, codes: NDArray[np.int32], texts: list[str | None]) -> None:
        self.codes = codes
        self.texts = texts


def _dictionary(batch: Any, name: str) -> _Dictionary:
    encoded = batch.column(name).dictionary_encode()
    texts = [*encoded.dictionary.to_pylist(), None]
    codes = encoded.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
    return _Dictionary(codes.astype(np.int32, copy=False), texts)


def _coded(batch: Any, name: str, number_of: Callable[[str | None], int]) -> NDArray[np.int32]:
    column = _dictionary(batch, name)
    used = set(np.unique(column.codes).tolist())
    numbers = [number_of(text) if code in used else 0 for code, text in enumerate(column.texts)]
    return np.array(numbers, np.int32)[column.codes]


def _outcome(text: str | None) -> int:
    if text not in OUTCOMES:
        raise _Unusual
    return OUTCOMES.index(text)


def _require_form(columns: dict[str, NDArray[Any]]) -> None:
    """What `check_form` looks at besides the types."""
    is_ok, is_unknown = columns["outcome"] == 0, columns["outcome"] == UNKNOWN
    wrong = (is_ok & (columns["error"] != 0)) | (~is_ok & (columns["result"] != NOTHING))
    wrong |= ~is_unknown & (columns["return_ns"] == NEVER_NS)
    if wrong.any():
        raise _Unusual

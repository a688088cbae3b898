"""Lines of method, value, start and end straight into columns (see `readers.intervals`).

Nearly all lines are a word and integers, so text is turned into columns by regular expression, block by block; the
first line that is anything else leaves the file to the careful reader.
"""

from __future__ import annotations

import heapq
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import OK
from lawful.checkers.recording import NOTHING, recorded_value
from lawful.conformance.history.columnar.assembly import assembled
from lawful.conformance.history.columnar.events import UNNUMBERED, WHOLE, Events
from lawful.conformance.history.columnar.history import ColumnarHistory, columnar_history
from lawful.conformance.history.readers.events import Reading
from lawful.conformance.history.readers.intervals import EMPTY, HEADER, KINDS, Method, header_for
from lawful.models.history import ObjectKey

_BLOCK_BYTES = 8 * 2**20
_NUMBER = r"-?[0-9]{1,18}"
_METHOD_FIRST = re.compile(rf"^([A-Za-z_]+) ({_NUMBER}) (?:({_NUMBER}) )?({_NUMBER}) ({_NUMBER})\n", re.MULTILINE)


def read_interval_lines(path: Path, reading: Reading) -> ColumnarHistory | None:
    """The history in the file at `path`; None where the careful reader has to read it. Raises `OSError`."""
    with path.open("rb") as stream:
        header = HEADER.fullmatch(stream.readline(80).decode("ascii", errors="replace").strip())
        if header is None:
            return None
        taken = _Taken(header["kind"])
        rest = b""
        while block := stream.read(_BLOCK_BYTES):
            lines, end, rest = (rest + block).rpartition(b"\n")
            if not taken.take(lines + end):
                return None
        if rest and not taken.take(rest + b"\n"):
            return None
    events = taken.dealt_out()
    recording = None if events is None else assembled(events)
    return None if recording is None else columnar_history(recording, (), header_for(header["kind"], reading), False)


class _Taken:
    def __init__(self, kind: str) -> None:
        self._events = Events()
        model, self._methods = KINDS[kind]
        self._object = self._events.object(ObjectKey(model))
        self._sign = -1 if kind == "priorityqueue" else 1
        self._blocks: list[dict[str, NDArray[Any]]] = []
        false, true = (recorded_value(value, self._events.values) for value in (False, True))
        self._booleans = (false, true)

    def take(self, block: bytes) -> bool:
        """Some lines; whether all of them are plain."""
        if not block.isascii():
            return False
        rows = _METHOD_FIRST.findall(block.decode("ascii"))
        if len(rows) != block.count(b"\n"):
            return False
        if not rows:
            return True
        words, firsts, seconds, starts, ends = zip(*rows, strict=True)
        first = np.fromiter(map(int, firsts), np.int64, len(rows))
        second = np.fromiter((int(text) if text else 0 for text in seconds), np.int64, len(rows))
        has_second = np.fromiter(map(bool, seconds), np.bool_, len(rows))
        names = {word: word.lower() for word in set(words)}
        if not set(names.values()) <= self._methods.keys():
            return False
        columns = {
            "call_ns": np.fromiter(map(int, starts), np.int64, len(rows)),
            "return_ns": np.fromiter(map(int, ends), np.int64, len(rows)),
            **{name: np.full(len(rows), NOTHING) for name in ("first", "second", "result")},
            "shape": np.zeros(len(rows), np.int32),
        }
        spoken = np.array([names[word] for word in words])
        for name in set(names.values()):
            mine = spoken == name
            if not self._fill(self._methods[name], mine, first, second, has_second, columns):
                return False
        self._blocks.append(columns)
        return bool((columns["call_ns"] <= columns["return_ns"]).all())

    def _fill(
        self,
        method: Method,
        mine: NDArray[np.bool_],
        first: NDArray[np.int64],
        second: NDArray[np.int64],
        has_second: NDArray[np.bool_],
        columns: dict[str, NDArray[Any]],
    ) -> bool:
        """Fill in the lines of one method; whether they have as many values as it takes."""
        answers = method.answers in ("value", "boolean")
        if (has_second[mine] != (len(method.takes) + answers == 2)).any() or not (method.takes or answers):
            return False
        columns["shape"][mine] = self._events.shape(method.function, method.takes)
        values = (first[mine], second[mine])
        for column, value in zip(("first", "second"), values[: len(method.takes)], strict=False):
            columns[column][mine] = self._sign * value
        if method.answers == "true":
            columns["result"][mine] = self._booleans[1]
        elif answers:
            answer = values[len(method.takes)]
            if method.answers == "boolean":
                columns["result"][mine] = np.where(answer != 0, self._booleans[1], self._booleans[0])
            else:
                columns["result"][mine] = np.where(answer == EMPTY, NOTHING, self._sign * answer)
        return True

    def dealt_out(self) -> Events | None:
        """Everything, with the processes that the careful reader deals out; None where there are no operations."""
        if not self._blocks:
            return None
        columns = {name: np.concatenate([block[name] for block in self._blocks]) for name in self._blocks[0]}
        order = np.argsort(columns["call_ns"], kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
        count = len(order)
        columns["process"] = np.array(_processes(columns["call_ns"].tolist(), columns["return_ns"].tolist()), np.int64)
        columns["index"] = np.full(count, UNNUMBERED)
        columns["kind"] = np.full(count, WHOLE, np.uint8)
        columns["object"] = np.full(count, self._object, np.int32)
        columns["outcome"] = np.full(count, OK, np.uint8)
        columns["error"] = columns["server"] = np.zeros(count, np.int32)
        self._events.take_columns(columns)
        return self._events


def _processes(calls: list[int], returns: list[int]) -> list[int]:
    """For each operation the lowest process that is free again."""
    busy: list[tuple[int, int]] = []
    free: list[int] = []
    dealt = []
    for call, end in zip(calls, returns, strict=True):
        while busy and busy[0][0] < call:
            heapq.heappush(free, heapq.heappop(busy)[1])
        process = heapq.heappop(free) if free else len(busy)
        heapq.heappush(busy, (end, process))
        dealt.append(process)
    return dealt

"""Our side: checks neutral files and prints one JSON object for each, as the Go program does.

    python -m benchmarks.checkers.ours --limit 10 FILE...

The clock runs while the front door decides every object of a history that was read. It gets what `lawful check` gives
it: a large history as columns, a small one as operations. One core is used.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks.checkers.memory import forget_peak, peak_mb
from benchmarks.checkers.neutral import FUNCTIONS, Head, read_head, read_rows
from lawful.checkers.columns import NEVER_NS, OK, UNKNOWN
from lawful.checkers.linearizability.check import check_parts
from lawful.checkers.recording import RecordedOperations, Recording, Shape, recorded_value
from lawful.checkers.value_tables import InternedValues
from lawful.checkers.verdict import Budget, Verdict, overall
from lawful.models.catalogue import MODELS
from lawful.models.history import ObjectKey, Operation
from lawful.models.values import Json

_AS_COLUMNS_FROM = 25_000
"""Operations from which on `lawful check` reads a file into columns."""
_BLOCK = 100_000
_OVERRUN = 1.2
"""The budget is for each object of a history; all of them together may take no more than this many times as much."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured on one file."""

    file: str
    verdict: str
    method: str
    seconds: float
    """The median over the repetitions."""
    cpu_seconds: float
    """Likewise, of the time that all threads together used of the processors."""
    repetitions: int
    operations: int
    bare_mb: float
    """The peak before anything was read."""
    peak_mb: float
    """The peak while checking, the history itself included."""


def check_file(file: Path, budget: Budget, repetitions: int = 5, repeat_within_s: float = 1.0) -> Report:
    """Read the history in `file` and check it; histories that take little time several times."""
    bare = peak_mb()
    with file.open(encoding="utf-8") as stream:
        head = read_head(stream)
        parts = _read_parts(stream, head)
    model = MODELS[head.model](head.initial, 0)
    gc.collect()
    forget_peak()
    seconds: list[float] = []
    cpu_seconds: list[float] = []
    verdict = Verdict.NOTHING_CHECKED
    # Twice at least: the first time may include compiling what runs natively.
    while len(seconds) < 2 or (len(seconds) < repetitions and sum(seconds) < repeat_within_s):
        started, cpu_before = time.perf_counter(), time.process_time()
        verdicts = check_parts(parts, lambda key: model, budget).objects
        seconds.append(time.perf_counter() - started)
        cpu_seconds.append(time.process_time() - cpu_before)
        gc.collect()
        verdict = overall(part.verdict for part in verdicts)
        if budget.seconds is not None and seconds[-1] > budget.seconds * _OVERRUN:
            verdict = Verdict.INCONCLUSIVE
        if verdict is Verdict.INCONCLUSIVE:
            break
    return Report(
        file=str(file),
        verdict=str(verdict),
        method=", ".join(sorted({part.method for part in verdicts})),
        seconds=statistics.median_low(seconds),
        cpu_seconds=statistics.median_low(cpu_seconds),
        repetitions=len(seconds),
        operations=sum(map(len, parts.values())),
        bare_mb=bare,
        peak_mb=peak_mb(),
    )


def _read_parts(stream: TextIO, head: Head) -> dict[ObjectKey, Sequence[Operation]]:
    """The history by key, in order of the first invocation on each."""
    recording, rows_of = _recorded(stream, head)
    parts: dict[ObjectKey, Sequence[Operation]] = {}
    for key, rows in zip(recording.objects, rows_of, strict=True):
        part = RecordedOperations(recording, rows)
        parts[key] = part if len(recording.process) >= _AS_COLUMNS_FROM else tuple(part)
    return parts


def _recorded(stream: TextIO, head: Head) -> tuple[Recording, list[Any]]:
    """All operations, and which of them are on each object."""
    values, objects = InternedValues(), dict[Json, int]()
    shapes = [Shape(name, parameters) for name, parameters in FUNCTIONS[head.model].items()]
    codes = {shape.function: code for code, shape in enumerate(shapes)}
    blocks: list[list[Any]] = []
    rows = read_rows(stream)
    while block := [_entry(row, codes, objects, values) for row in islice(rows, _BLOCK)]:
        blocks.append([np.array(column, np.int64) for column in zip(*block, strict=True)])
    columns = [np.concatenate(parts) for parts in zip(*blocks, strict=True)] if blocks else [np.zeros(0, np.int64)] * 8
    blocks.clear()
    nothing = np.broadcast_to(np.zeros(1, np.int32), len(columns[0]))
    recording = Recording(
        objects=[ObjectKey(head.model, None if key is None else str(key)) for key in objects],
        shapes=shapes,
        values=values,
        texts=(None,),
        process=np.arange(len(columns[0])),
        object=columns[0].astype(np.int32),
        shape=columns[1].astype(np.int32),
        first=columns[2],
        second=columns[3],
        outcome=columns[4].astype(np.uint8),
        result=columns[5],
        call_ns=columns[6],
        return_ns=columns[7],
        error=nothing,
        server=nothing,
    )
    return recording, [np.flatnonzero(recording.object == number) for number in range(len(objects))]


def _entry(row: list[Any], codes: dict[str, int], objects: dict[Json, int], values: InternedValues) -> tuple[int, ...]:
    """One operation as it stands in the columns."""
    key, function, arguments, answer, call, returned = row
    given = [recorded_value(value, values) for value in (*arguments, None, None)[:2]]
    return (
        objects.setdefault(key, len(objects)),
        codes[function],
        *given,
        UNKNOWN if returned is None else OK,
        recorded_value(answer, values),
        call,
        NEVER_NS if returned is None else returned,
    )


def main() -> None:
    """Check the files that are named on the command line."""
    parser = argparse.ArgumentParser(description="Check neutral files and print JSON.")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for each history")
    parser.add_argument("--memory-mb", type=float, default=4096.0, help="memory for each history, in 10^6 bytes")
    parser.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args()
    for file in options.files:
        report = check_file(file, Budget(options.limit, options.memory_mb))
        print(json.dumps(asdict(report)), flush=True)


if __name__ == "__main__":
    main()

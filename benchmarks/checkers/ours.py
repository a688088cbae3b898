"""Our side: checks neutral files and prints one JSON object for each, as the Go program does.

    python -m benchmarks.checkers.ours --limit 10 FILE...

The clock runs while a history that was read is decided: by the monitor of its data type and, where there is none or it
cannot tell, by the general search. Monitors get columns. The search wants operations as Python objects; up to 10^5 of
them are ready before the clock starts, as they are in `lawful check`, and more are made only if they are needed.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks.checkers.memory import forget_peak, peak_mb
from benchmarks.checkers.neutral import FUNCTIONS, Head, read_head, read_rows
from lawful.checkers.columns import NEVER_NS, OK, UNKNOWN, Columns, IntegerValues, InternedValues, empty_columns
from lawful.checkers.linearizability import search
from lawful.checkers.linearizability.monitors import monitor_for
from lawful.checkers.verdict import Budget, ObjectVerdict, Verdict, overall
from lawful.models.catalogue import MODELS
from lawful.models.history import ObjectKey, Operation
from lawful.models.model import AnyModel
from lawful.models.values import Json

_MOST_PREPARED = 100_000
_BLOCK = 100_000


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured on one file."""

    file: str
    verdict: str
    method: str
    seconds: float
    """The median over the repetitions."""
    repetitions: int
    operations: int
    bare_mb: float
    """The peak before anything was read."""
    peak_mb: float
    """The peak while checking, the history itself included."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One key of a history."""

    columns: Columns
    operations: list[Operation] | None


def check_file(file: Path, budget: Budget, repetitions: int = 5, repeat_within_s: float = 2.0) -> Report:
    """Read the history in `file` and check it; histories that take little time several times."""
    bare = peak_mb()
    with file.open(encoding="utf-8") as stream:
        head = read_head(stream)
        parts = _read_parts(stream, head)
    model = MODELS[head.model](head.initial, 0)
    gc.collect()
    forget_peak()
    seconds: list[float] = []
    verdict = Verdict.NOTHING_CHECKED
    # Twice at least: the first time may include compiling what runs natively.
    while len(seconds) < 2 or (len(seconds) < repetitions and sum(seconds) < repeat_within_s):
        started = time.perf_counter()
        verdicts = _decide(parts, model, budget)
        seconds.append(time.perf_counter() - started)
        gc.collect()
        verdict = overall(part.verdict for part in verdicts)
        if verdict is Verdict.INCONCLUSIVE:
            break
    return Report(
        file=str(file),
        verdict=str(verdict),
        method=", ".join(sorted({part.method for part in verdicts})),
        seconds=statistics.median_low(seconds),
        repetitions=len(seconds),
        operations=sum(len(part.columns) for part in parts),
        bare_mb=bare,
        peak_mb=peak_mb(),
    )


def _decide(parts: Sequence[_Part], model: AnyModel[Any], budget: Budget) -> list[ObjectVerdict]:
    """The verdict on each part; the first violation is the verdict on the history, so nothing is checked after it."""
    verdicts: list[ObjectVerdict] = []
    started = time.perf_counter()
    for part in parts:
        verdicts.append(_decide_part(part, model, _left(budget, started)))
        if verdicts[-1].verdict is Verdict.VIOLATION:
            break
    return verdicts


def _decide_part(part: _Part, model: AnyModel[Any], budget: Budget) -> ObjectVerdict:
    started = time.perf_counter()
    monitor = monitor_for(model)
    if monitor is not None:
        verdict = monitor.check_object(part.columns, model, budget)
        used_up = budget.seconds is not None and time.perf_counter() - started >= budget.seconds
        if used_up or verdict.verdict is not Verdict.INCONCLUSIVE:
            return verdict
    operations = part.operations
    if operations is None:
        operations = [part.columns.operation(row) for row in range(len(part.columns))]
    return search.check_object(operations, model, _left(budget, started))


def _left(budget: Budget, started: float) -> Budget:
    """What is left of the time of a budget."""
    if budget.seconds is None:
        return budget
    return Budget(max(0.001, budget.seconds - (time.perf_counter() - started)), budget.memory_mb)


def _read_parts(stream: TextIO, head: Head) -> list[_Part]:
    """The history by key, in order of the first invocation on each."""
    blocks: dict[Json, list[Columns]] = {}
    values = InternedValues() if head.integers_below is None else IntegerValues(head.integers_below)
    rows = read_rows(stream)
    first_index = 0
    while block := list(islice(rows, _BLOCK)):
        by_key: dict[Json, list[tuple[int, list[Any]]]] = {}
        for index, row in enumerate(block, first_index):
            by_key.setdefault(row[0], []).append((index, row))
        for key, numbered in by_key.items():
            blocks.setdefault(key, []).append(_columns(numbered, key, head.model, values))
        first_index += len(block)
    parts = []
    for of_key in blocks.values():
        columns = _joined(of_key)
        prepared = len(columns) <= _MOST_PREPARED
        operations = [columns.operation(row) for row in range(len(columns))] if prepared else None
        parts.append(_Part(columns, operations))
    return parts


def _columns(
    numbered: Sequence[tuple[int, list[Any]]], key: Json, model: str, values: IntegerValues | InternedValues
) -> Columns:
    object_key = ObjectKey(model, None if key is None else str(key))
    columns = empty_columns(len(numbered), object_key, FUNCTIONS[model], values)
    codes = {name: code for code, name in enumerate(FUNCTIONS[model])}
    number = values.intern if isinstance(values, InternedValues) else partial(_number_of, values)
    for row, (index, (_, function, arguments, answer, call, returned)) in enumerate(numbered):
        columns.index[row] = index
        columns.function[row] = codes[function]
        columns.call_ns[row] = call
        columns.return_ns[row] = NEVER_NS if returned is None else returned
        columns.outcome[row] = UNKNOWN if returned is None else OK
        columns.result[row] = number(answer)
        for column, argument in zip((columns.first, columns.second), arguments, strict=False):
            column[row] = number(argument)
    return columns


def _number_of(values: IntegerValues, value: Json) -> int:
    number = values.number_of(value)
    if number is None:
        raise ValueError(f"{value!r} is not an integer below the one in the header")
    return number


def _joined(blocks: Sequence[Columns]) -> Columns:
    first = blocks[0]
    names = ("index", "call_ns", "return_ns", "outcome", "function", "first", "second", "result")
    arrays: dict[str, Any] = {name: np.concatenate([getattr(block, name) for block in blocks]) for name in names}
    return replace(first, **arrays)


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

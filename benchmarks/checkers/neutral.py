"""The file that both sides of the benchmark read: JSON lines that favour neither.

The first line is a header: `model` and `initial`. Each other line is one operation, in order of invocation:

    [key, function, [arguments], answer, call, return]

Times are integers on one clock, intervals closed. A null return means that the outcome is unknown: the operation may
take effect at any time after its call, or never. Operations that failed are not in the file, as they did not happen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from lawful.models.history import Operation, Outcome
from lawful.models.values import Json

FUNCTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "register": {"read": (), "write": ("value",)},
    "cas-register": {"read": (), "write": ("value",), "cas": ("old", "new")},
    "key-value": {"get": (), "put": ("value",), "append": ("value",)},
    "set": {"insert": ("value",), "remove": ("value",), "contains": ("value",)},
    "fifo-queue": {"enqueue": ("value",), "dequeue": ()},
    "priority-queue": {"insert": ("value",), "delete_min": ()},
    "stack": {"push": ("value",), "pop": ()},
    "append-list": {"read": (), "append": ("value",)},
    "counter": {"read": (), "add": ("delta",), "add_and_get": ("delta",)},
    "semaphore": {"acquire": (), "release": ()},
}
"""The functions of each model with the names of their arguments, in the order of the file."""

Row = tuple[Json, str, list[Json], Json, int, int | None]
"""One line of the file."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of the file."""

    model: str
    initial: Json


def write(path: Path, head: Head, rows: Iterable[Row]) -> None:
    """Write a history; `rows` are in order of invocation."""
    encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    with path.open("w", encoding="utf-8") as stream:
        header = {"model": head.model, "initial": head.initial}
        stream.write(encode(header) + "\n")
        stream.writelines(encode(row) + "\n" for row in rows)


def read_head(stream: TextIO) -> Head:
    """The header; the rows follow in the stream."""
    return Head(**json.loads(stream.readline()))


def read_rows(stream: TextIO) -> Iterator[list[Any]]:
    """The rows after the header."""
    return map(json.loads, stream)


def rows_of(operations: Iterable[Operation], model: str) -> Iterator[Row]:
    """The rows of recorded operations."""
    functions = FUNCTIONS[model]
    for operation in operations:
        if operation.outcome is Outcome.FAIL:
            continue
        known = operation.outcome is Outcome.OK
        yield (
            operation.key,
            operation.function,
            [operation.arguments[name] for name in functions[operation.function]],
            operation.result,
            operation.call_ns,
            operation.return_ns if known else None,
        )

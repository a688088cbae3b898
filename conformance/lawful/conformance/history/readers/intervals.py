"""The text format of the linearizability monitors Fastlin and Fptlin: one complete operation of one object per line.

    # stack
    push 1 1 5            method, value, start, end (Fastlin)
    0 push 1 1 5          the same behind a process number (Fptlin until 2025)
    0 1 5 PUSH 1          process, start, end, method, values (Fptlin since)

Methods are read without regard to case; -1 stands for "empty". The priority queue of these tools hands out the
largest value and the one here the smallest, so its values are negated. A `peek` is kept, although the models here
have none. Operations without a process number are dealt out to as few processes as their intervals allow.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lawful.conformance.errors import UsageError
from lawful.conformance.history.lines import NotText, read_lines, text_of
from lawful.conformance.history.readers.events import Reading, WrongEvent
from lawful.conformance.history.records import INT64
from lawful.conformance.history.well_formed import NotWellFormed, require_well_formed
from lawful.models.history import Header, History, Operation, Outcome
from lawful.models.values import Json

_NUMBER = r"-?\d{1,19}"
HEADER = re.compile(r"#\s*(?P<kind>stack|queue|priorityqueue|set|rmw)\s*")
_ORDERS = (
    re.compile(rf"(?P<method>[A-Za-z_]+)(?P<values>(?:\s+{_NUMBER})+)\s+(?P<start>{_NUMBER})\s+(?P<end>{_NUMBER})"),
    re.compile(
        rf"(?P<process>\d{{1,9}})\s+(?P<method>[A-Za-z_]+)(?P<values>(?:\s+{_NUMBER})+)"
        rf"\s+(?P<start>{_NUMBER})\s+(?P<end>{_NUMBER})"
    ),
    re.compile(
        rf"(?P<process>\d{{1,9}})\s+(?P<start>{_NUMBER})\s+(?P<end>{_NUMBER})"
        rf"\s+(?P<method>[A-Za-z_]+)(?P<values>(?:\s+{_NUMBER})+)"
    ),
)
EMPTY = -1


class Method(NamedTuple):
    """How a method of theirs is called here."""

    function: str
    takes: tuple[str, ...] = ()
    """The arguments that the values in front are."""
    answers: str = "nothing"
    """`nothing`, `value` (the value that follows, or null where it is -1), `boolean` or `true`."""


KINDS: dict[str, tuple[str, dict[str, Method]]] = {
    "stack": (
        "stack",
        {
            "push": Method("push", ("value",)),
            "pop": Method("pop", answers="value"),
            "peek": Method("peek", answers="value"),
        },
    ),
    "queue": (
        "fifo-queue",
        {
            "enq": Method("enqueue", ("value",)),
            "deq": Method("dequeue", answers="value"),
            "peek": Method("peek", answers="value"),
        },
    ),
    "priorityqueue": (
        "priority-queue",
        {
            "insert": Method("insert", ("value",)),
            "poll": Method("delete_min", answers="value"),
            "peek": Method("peek", answers="value"),
        },
    ),
    "set": (
        "set",
        {
            "insert": Method("insert", ("value",), "boolean"),
            "remove": Method("remove", ("value",), "boolean"),
            "contains": Method("contains", ("value",), "boolean"),
        },
    ),
    "rmw": ("cas-register", {"read_modify_write": Method("cas", ("old", "new"), "true")}),
}
"""Their kinds of object, the model for each, and its methods."""


class _Row(NamedTuple):
    line: int
    process: int | None
    start: int
    end: int
    function: str
    arguments: dict[str, Json]
    result: Json


def read_intervals(path: Path, reading: Reading) -> History:
    """The history in the file at `path`. Raises `UsageError`."""
    try:
        kind, rows = _read(path)
        model, _ = KINDS[kind]
        operations = _operations(model, rows)
        require_well_formed(operations)
    except WrongEvent as error:
        raise UsageError(f"{path}, line {error.line}: {error.problem}", hint=error.hint) from error
    except NotWellFormed as error:
        raise UsageError(f"{path}: {error.problem}", hint=error.hint) from error
    return History(operations, header=header_for(kind, reading))


def header_for(kind: str, reading: Reading) -> Header:
    """What there is to be known about a history of one of their kinds."""
    initial = 0 if kind == "rmw" and reading.initial is None else reading.initial
    return Header(model=KINDS[kind][0], initial=initial, clock="logical")


def _read(path: Path) -> tuple[str, list[_Row]]:
    kind: str | None = None
    rows: list[_Row] = []
    for number, text in _texts(path):
        header = HEADER.fullmatch(text)
        if kind is None:
            if header is None:
                raise WrongEvent(
                    number, "the first line is not a known kind of object", f"such as '# {'|'.join(KINDS)}'"
                )
            kind = header["kind"]
        elif header is not None:
            raise WrongEvent(number, "a second header", "one file holds the history of one object")
        else:
            rows.append(_row(text, number, kind))
    if kind is None:
        raise WrongEvent(1, "the file is empty")
    return kind, rows


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    for line in read_lines(path):
        try:
            text = text_of(line.data).strip()
        except NotText as error:
            raise WrongEvent(line.number, str(error)) from error
        if text:
            yield line.number, text


def _row(text: str, line: int, kind: str) -> _Row:
    found = next((match for order in _ORDERS if (match := order.fullmatch(text))), None)
    if found is None:
        raise WrongEvent(line, "not an operation", "such as 'push 1 1 5' or '0 1 5 PUSH 1'")
    methods = KINDS[kind][1]
    method = methods.get(found["method"].lower())
    if method is None:
        raise WrongEvent(line, f"a {kind} has no method {found['method']!r:.40}", f"known: {', '.join(methods)}")
    start, end = int(found["start"]), int(found["end"])
    if not -INT64 <= start <= end < INT64:
        raise WrongEvent(line, "the operation ends before it starts, or its times do not fit into 64 bits")
    values = [int(value) for value in found["values"].split()]
    arguments, result = _meaning(method, values, line, negated=kind == "priorityqueue")
    process = found.groupdict().get("process")
    return _Row(line, None if process is None else int(process), start, end, method.function, arguments, result)


def _meaning(method: Method, values: list[int], line: int, *, negated: bool) -> tuple[dict[str, Json], Json]:
    """Arguments and answer. Raises `WrongEvent` where there are too few or too many values."""
    expected = len(method.takes) + (method.answers in ("value", "boolean"))
    if len(values) != expected:
        raise WrongEvent(line, f"{method.function} has {len(values)} values where {expected} are expected")
    sign = -1 if negated else 1
    arguments: dict[str, Json] = {name: sign * value for name, value in zip(method.takes, values, strict=False)}
    if method.answers == "value":
        return arguments, None if values[-1] == EMPTY else sign * values[-1]
    if method.answers == "boolean":
        return arguments, values[-1] != 0
    return arguments, True if method.answers == "true" else None


def _operations(model: str, rows: list[_Row]) -> tuple[Operation, ...]:
    rows.sort(key=lambda row: row.start)
    operations = (
        Operation(
            index=index,
            process=-1 if row.process is None else row.process,
            object=model,
            function=row.function,
            arguments=row.arguments,
            outcome=Outcome.OK,
            call_ns=row.start,
            return_ns=row.end,
            result=row.result,
        )
        for index, row in enumerate(rows)
    )
    return tuple(_dealt_out(operations))


def _dealt_out(operations: Iterator[Operation]) -> Iterator[Operation]:
    """Give each operation without a process the lowest one that is free again."""
    busy: list[tuple[int, int]] = []
    free: list[int] = []
    processes = 0
    for operation in operations:
        if operation.process >= 0:
            yield operation
            continue
        while busy and busy[0][0] < operation.call_ns:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            process = heapq.heappop(free)
        else:
            process, processes = processes, processes + 1
        assert operation.return_ns is not None
        heapq.heappush(busy, (operation.return_ns, process))
        yield replace(operation, process=process)

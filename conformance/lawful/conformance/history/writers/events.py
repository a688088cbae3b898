"""From operations to the events of a Jepsen history: the way back from `readers.events`.

What such a history cannot hold is left out: the header, the server that answered, and when a client gave up waiting
for an operation of unknown outcome. A failure without an error gets one. Objects that are not one of Jepsen's usual
workloads keep their name in a member `object`, with arguments by name and the answer as it is.

Ties are the delicate part. Two operations of which one returns at the nanosecond at which the other is called are
concurrent; written one line after the other without a time, they would be in order. So times are written, and
a history that has only an order is refused where it has ties.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from lawful.conformance.errors import UsageError
from lawful.conformance.history.readers.workloads import SWITCHES, UPDATERS, Workload, call_of, workload_of
from lawful.models.history import FaultEvent, History, Operation, Outcome
from lawful.models.values import Json

EventType = Literal["invoke", "ok", "fail", "info"]


class WrittenEvent(NamedTuple):
    """One event, with the members that it is written with."""

    process: int | str
    type: EventType
    function: str
    value: Json
    error: str | None
    key: str | None
    time_ns: int | None
    object: str | None


def events_of(history: History) -> list[WrittenEvent]:
    """The events of `history`, in order. Raises `UsageError` where their order cannot be written."""
    workload = _usual_workload(history.operations)
    events = sorted(_timed_events(history, workload), key=lambda one: one[0])
    has_times = history.header.clock == "monotonic"
    if not has_times and any(one[0][0] == other[0][0] for one, other in pairwise(events)):
        raise UsageError(
            "the history has an order but no times, and two of its events are at the same place",
            hint="write it as lawful or parquet, which keep such ties",
        )
    return [event if has_times else event._replace(time_ns=None) for _, event in events]


_Place = tuple[int, int, int, int]
"""Time, then what breaks ties: completions of earlier calls first, so that a process is free for its next call; then
each call in order, and behind it its own completion where that is at the same time."""


def _timed_events(history: History, workload: Workload | None) -> Iterator[tuple[_Place, WrittenEvent]]:
    for operation in history:
        yield (operation.call_ns, 1, operation.index, 0), _invocation(operation, workload)
        if operation.return_ns is not None:
            at_once = operation.return_ns == operation.call_ns
            place = (operation.return_ns, 1 if at_once else 0, operation.index, 1)
            yield place, _completion(operation, workload)
    for number, fault in enumerate(history.faults):
        yield (fault.call_ns, 2, number, 0), _fault(fault, fault.call_ns, None)
        if fault.return_ns is not None:
            yield (fault.return_ns, 2, number, 1), _fault(fault, fault.return_ns, dict(fault.details) or None)


def _usual_workload(operations: Sequence[Operation]) -> Workload | None:
    """The workload that all operations belong to, with the object and arguments that its events imply."""
    workload = workload_of(operation.function for operation in operations)
    if all(_is_implied(operation, workload) for operation in operations):
        return workload
    return None


def _is_implied(operation: Operation, workload: Workload) -> bool:
    if operation.object != workload.object or workload.model is None:
        return False
    if operation.outcome is Outcome.OK and not _is_implied_answer(operation.function, operation.result):
        return False
    return call_of(operation.function, _usual_value(operation)) == dict(operation.arguments)


def _is_implied_answer(function: str, result: Json) -> bool:
    if function == "cas":
        return isinstance(result, bool)
    if function in SWITCHES:
        return result is True
    return function not in UPDATERS or result is None


def _usual_value(operation: Operation) -> Json:
    """What goes in, as the one value of an invocation."""
    arguments = operation.arguments
    if operation.function == "cas":
        return [arguments.get("old"), arguments.get("new")]
    return arguments.get("value")


def _invocation(operation: Operation, workload: Workload | None) -> WrittenEvent:
    arguments = dict(operation.arguments)
    value: Json = _usual_value(operation) if workload is not None else arguments or None
    return WrittenEvent(
        process=operation.process,
        type="invoke",
        function=operation.function,
        value=value,
        error=None,
        key=operation.key,
        time_ns=operation.call_ns,
        object=None if workload is not None else operation.object,
    )


def _completion(operation: Operation, workload: Workload | None) -> WrittenEvent:
    event = _invocation(operation, workload)._replace(time_ns=operation.return_ns, error=operation.error)
    if operation.outcome is Outcome.UNKNOWN:
        return event._replace(type="info")
    if operation.outcome is Outcome.FAIL:
        # A failed compare-and-set without an error would read as one that answered false.
        return event._replace(type="fail", error=operation.error or "failed")
    if workload is None:
        return event._replace(type="ok", value=operation.result)
    if operation.function == "cas":
        return event._replace(type="ok" if operation.result is True else "fail")
    taken = operation.function in UPDATERS or operation.function in SWITCHES
    return event._replace(type="ok", value=event.value if taken else operation.result)


def _fault(fault: FaultEvent, time_ns: int, value: Json) -> WrittenEvent:
    done = time_ns == fault.return_ns
    return WrittenEvent(
        process=fault.target,
        type="info",
        function=fault.fault,
        value=value,
        error=fault.error if done else None,
        key=None,
        time_ns=time_ns,
        object=None,
    )

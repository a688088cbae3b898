"""From the records of a growing history file to calls and returns that an online checker can take.

The lines of a recording come nearly in order of time. A call is written before it is made, so calls come in order. A
return is stamped by the client and written a moment later, and in between another call may have been written. Converted
files have both on one line, in order of call. From either, events are given out such that

- calls come in order of time, which is also that of their indexes;
- a return comes when it is certain that no call up to its time is still to come: a later time has been read, or the
  file stands still (`pause`) and its recorder writes each call before it makes it.

So a return may come after calls that were made later, and the checker has to allow for that.

The rules for records are those of `file`, and so are the words of its errors, as far as can be told without the
whole file. What is kept is the open operations, one number for each process that was ever seen, and what waits for a
missing index, which is bounded.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any, NamedTuple

from lawful.conformance.history.encoding import called, fault_event, header_of
from lawful.conformance.history.records import WrongRecord, check_form, check_place
from lawful.models.history import FaultEvent, Header, Operation, Outcome

MOST_EARLY = 100_000
"""Operations that may wait for one that is missing."""


class Called(NamedTuple):
    """An operation was called; its outcome is unknown yet."""

    operation: Operation


class Returned(NamedTuple):
    """What became of an operation that was called before."""

    operation: Operation


Event = Called | Returned


class Sequencer:
    """Takes records one by one and gives out events."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.footer: dict[str, Any] | None = None
        self.faults = 0
        self.next = 0
        """How many operations were called, which is the index of the next one."""
        self.latest_ns: int | None = None
        """No call is to come that is earlier, if the recorder keeps to its rules."""
        self.latest_call_ns: int | None = None
        self.released_ns: int | None = None
        """The latest return that was given out."""
        self.open: dict[int, dict[str, Any]] = {}
        """Calls without a return, by index."""
        self.early: dict[int, tuple[dict[str, Any], dict[str, Any] | None]] = {}
        """Calls whose predecessors are missing, each with what became of it, if that is known."""
        self.returns: list[tuple[int, int, dict[str, Any], dict[str, Any]]] = []
        """Returns that are not given out yet, as a heap: time, index, call, what became of it."""
        self.busy: dict[int, int] = {}
        """The operation of each process that is open or whose outcome is unknown: the process does nothing else."""
        self.free_from_ns: dict[int, int] = {}
        """When the latest operation of each process returned."""
        self.unnumbered = False
        """Whether the records `operation` have no index."""

    def take(self, record: dict[str, Any]) -> Iterator[Event | FaultEvent]:
        """One more record. Raises `WrongRecord`."""
        kind = check_form(record)
        check_place(kind, after_header=self.header is not None, after_footer=self.footer is not None)
        if kind == "invoke":
            yield from self._call(record["index"], record, None)
        elif kind == "return":
            yield from self._return(record)
        elif kind == "operation":
            yield from self._take_operation(record)
        elif kind == "fault":
            self.faults += 1
            yield fault_event(record)
        elif kind == "header":
            self.header = header_of(record)
        else:
            self._require_counts(record)
            self.footer = record
            yield from self._released(None)

    def pause(self) -> Iterator[Event]:
        """The file stands still: whatever its recorder writes next, it will have been called after all this."""
        if self.latest_ns is not None:
            yield from self._released(self.latest_ns + 1)

    def _take_operation(self, record: dict[str, Any]) -> Iterator[Event]:
        index = record.get("index")
        if self.next and (index is None) is not self.unnumbered:
            raise WrongRecord("some operations have an index and others have none", "number all of them or none")
        self.unnumbered = index is None
        call = {name: value for name, value in record.items() if name in _CALL} | {"time_ns": record["call_ns"]}
        came_back = {name: value for name, value in record.items() if name in _CAME_BACK}
        came_back["time_ns"] = record.get("return_ns")
        yield from self._call(self.next if index is None else index, call, came_back)

    def _call(self, index: int, call: dict[str, Any], came_back: dict[str, Any] | None) -> Iterator[Event]:
        if index < self.next or index in self.early:
            raise WrongRecord(f"index {index} occurs twice")
        if index > self.next:
            self.early[index] = (call, came_back)
            if len(self.early) > MOST_EARLY:
                raise WrongRecord(
                    f"the operation {self.next} is missing",
                    "operations are numbered from 0, in the order of their calls and without gaps",
                )
            return
        yield from self._admit(index, call, came_back)
        while self.next in self.early:
            yield from self._admit(self.next, *self.early.pop(self.next))

    def _admit(self, index: int, call: dict[str, Any], came_back: dict[str, Any] | None) -> Iterator[Event]:
        """The next call, in order of indexes, which has to be the order of time."""
        self._require_order(index, call)
        self._require_idle(index, call)
        self.next += 1
        self.latest_call_ns = call["time_ns"]
        self._advance(call["time_ns"])
        self.open[index] = call
        self.busy[call["process"]] = index
        yield from self._released(self.latest_ns)
        yield Called(called(index, call, None))
        if came_back is not None:
            yield from self._end(index, came_back)

    def _require_order(self, index: int, call: dict[str, Any]) -> None:
        call_ns = call["time_ns"]
        if self.latest_call_ns is not None and call_ns < self.latest_call_ns:
            raise WrongRecord(
                f"operation {index} is called before the one in front of it",
                "number the operations in the order of their calls, or check the file when it is complete",
            )
        if self.released_ns is not None and call_ns < self.released_ns:
            raise WrongRecord(
                f"operation {index} is called before a return that stands in front of it",
                "a file can be watched where each call is written before it is made; check it when it is complete",
            )

    def _require_idle(self, index: int, call: dict[str, Any]) -> None:
        """The process has one operation at a time and none after an unknown outcome."""
        process = call["process"]
        before = self.busy.get(process)
        if before is not None:
            still = "is open" if before in self.open else "has an unknown outcome"
            raise WrongRecord(
                f"process {process} calls operation {index} while its operation {before} {still}",
                "a process has one operation at a time and none after an unknown outcome: go on under a new number",
            )
        free_from_ns = self.free_from_ns.get(process)
        if free_from_ns is not None and free_from_ns > call["time_ns"]:
            raise WrongRecord(
                f"process {process} calls operation {index} before its operation before that has returned",
                "a process has one operation at a time: give each thread its own process number",
            )

    def _return(self, record: dict[str, Any]) -> Iterator[Event]:
        index = record["index"]
        if index in self.early and self.early[index][1] is None:
            self.early[index] = (self.early[index][0], record)
            return
        if index not in self.open:
            seen = index < self.next or index in self.early
            problem = "a second return for" if seen else "a return without an invocation for"
            raise WrongRecord(f"{problem} index {index}", "each invocation has at most one return, which follows it")
        yield from self._end(index, record)
        self._advance(record["time_ns"])
        yield from self._released(self.latest_ns)

    def _end(self, index: int, came_back: dict[str, Any]) -> Iterator[Event]:
        call = self.open.pop(index)
        return_ns = came_back["time_ns"]
        if return_ns is not None and return_ns < call["time_ns"]:
            raise WrongRecord(
                f"operation {index} returns {call['time_ns'] - return_ns} ns before its call",
                "take both times from one monotonic clock",
            )
        if came_back["outcome"] == Outcome.UNKNOWN:
            yield Returned(called(index, call, came_back))
            return
        del self.busy[call["process"]]
        self.free_from_ns[call["process"]] = return_ns
        heapq.heappush(self.returns, (return_ns, index, call, came_back))

    def _advance(self, time_ns: int) -> None:
        self.latest_ns = time_ns if self.latest_ns is None else max(self.latest_ns, time_ns)

    def _released(self, before_ns: int | None) -> Iterator[Event]:
        """The returns before that time, which are certain now; all of them for None."""
        while self.returns and (before_ns is None or self.returns[0][0] < before_ns):
            return_ns, index, call, came_back = heapq.heappop(self.returns)
            self.released_ns = return_ns if self.released_ns is None else max(self.released_ns, return_ns)
            yield Returned(called(index, call, came_back))

    def _require_counts(self, footer: dict[str, Any]) -> None:
        if self.early:
            raise WrongRecord(
                f"the operation {self.next} is missing",
                "operations are numbered from 0, in the order of their calls and without gaps",
            )
        for what, count in (("operations", self.next), ("faults", self.faults)):
            if footer[what] != count:
                raise WrongRecord(
                    f"the footer speaks of {footer[what]} {what}, the file holds {count}",
                    "lines were lost or added since it was recorded; without its footer the file reads as truncated",
                )


_CALL = frozenset({"process", "object", "key", "function", "arguments"})
_CAME_BACK = frozenset({"outcome", "result", "error", "server"})

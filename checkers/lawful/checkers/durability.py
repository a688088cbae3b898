"""How much of what was acknowledged may be lost at a crash, as operations that a linearizability check can place.

For each death of a server, two operations join an object (see `models.crashes`). `crash` has the interval of the kill.
`saved` has one that ends there and begins as early as the bound allows: what had returned by then precedes it, so it
is not lost.

- A bound of B seconds: B before the kill was called. The server may have lived a few milliseconds longer, in which
  case this allows that much more.
- A bound of N writes: what survives is a prefix, so with a write every write is lost that was called after it had
  returned. A write after which N others were called and acknowledged cannot be lost. Writes whose calls overlap are
  given the benefit of the doubt, so somewhat more than N may pass.

What it means for a verdict: without a linearization the bound was exceeded, or something else is wrong. With one, each
object by itself fell back to a prefix of what happened to it, within the bound. That all of them fell back to the same
instant is not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lawful.checkers.verdict import Verdict
from lawful.models.crashes import CRASH, MARKS, NUMBER, SAVED
from lawful.models.history import FaultEvent, Operation, Outcome
from lawful.models.model import Window
from lawful.specs.bound import Bound

CRASHES = frozenset({"kill", "power-loss"})
"""The faults at which a server dies."""
_NS_PER_S = 10**9
_RULER_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""The marks between which a loss is measured."""


def server_crashes(faults: Iterable[FaultEvent]) -> list[FaultEvent]:
    """The deaths of servers, in order of time. An action that failed may have killed all the same."""
    found = [fault for fault in faults if fault.fault in CRASHES and fault.on_server]
    return sorted(found, key=lambda fault: fault.call_ns)


@dataclass(frozen=True, slots=True)
class Losses:
    """The operations of one object, the crashes of servers, and how much may be lost at each."""

    operations: Sequence[Operation]
    crashes: Sequence[FaultEvent]
    windows: Sequence[Window]
    """For each crash, when `saved` may lie."""
    first_index: int
    """What the added operations are numbered from; above every number that there is."""

    def with_crashes(self) -> tuple[Operation, ...]:
        """The operations and two for each crash, in order of call."""
        process = max((operation.process for operation in self.operations), default=0) + 1
        added: list[Operation] = []
        for number, (crash, window) in enumerate(zip(self.crashes, self.windows, strict=True)):
            index = self.first_index + 2 * number
            added += _of_crash(crash, number, window, self.operations[0], index, process + 2 * number)
        return tuple(sorted((*self.operations, *added), key=lambda one: (one.call_ns, one.index)))


def losses(
    operations: Sequence[Operation],
    crashes: Sequence[FaultEvent],
    bound: Bound,
    writes: Iterable[Operation],
    first_index: int,
) -> Losses:
    """What may be lost within `bound`.

    `writes`: the acknowledged operations of the whole store that changed something, which a bound in writes counts.
    """
    acknowledged = list(writes)
    windows: list[Window] = []
    for crash in crashes:
        earliest_ns = _earliest_ns(crash, bound, acknowledged)
        begins_ns = _first_ns(operations) if earliest_ns is None else earliest_ns
        if windows:  # what had been saved, or was left, when the last crash was over
            begins_ns = max(begins_ns, crashes[len(windows) - 1].call_ns)
        ends_ns = crash.call_ns if crash.return_ns is None else crash.return_ns
        windows.append(Window(min(begins_ns, crash.call_ns), ends_ns))
    return Losses(operations, crashes, windows, first_index)


def without_crash_operations(operations: Iterable[Operation]) -> list[Operation]:
    """The operations that clients called."""
    return [operation for operation in operations if operation.function not in MARKS]


def measured(verdict_at: Callable[[Bound], Verdict]) -> tuple[float, float | None] | None:
    """How much was lost, in seconds: more than the first number, at most the second (None: more than can be told).

    `verdict_at`: the verdict on an object, given how much may be lost. Halves the ruler, as what is lawful at one
    bound is lawful at every larger one. None where one of the verdicts was not found.
    """
    low, high = -1, len(_RULER_S)
    while high - low > 1:
        middle = (low + high) // 2
        verdict = verdict_at(Bound(seconds=_RULER_S[middle]))
        if verdict is Verdict.INCONCLUSIVE:
            return None
        if verdict is Verdict.LAWFUL:
            high = middle
        else:
            low = middle
    return (0.0 if low < 0 else _RULER_S[low], None if high == len(_RULER_S) else _RULER_S[high])


def _earliest_ns(crash: FaultEvent, bound: Bound, writes: Sequence[Operation]) -> int | None:
    """From when on what was acknowledged may be lost; None: there is no limit."""
    if bound.seconds is not None:
        return crash.call_ns - round(bound.seconds * _NS_PER_S)
    if bound.writes is None:
        return None
    if bound.writes == 0:
        return crash.call_ns
    calls = sorted(one.call_ns for one in writes if one.return_ns is not None and one.return_ns <= crash.call_ns)
    return calls[-bound.writes] if len(calls) >= bound.writes else None


def _of_crash(
    crash: FaultEvent, number: int, window: Window, like: Operation, index: int, process: int
) -> Iterator[Operation]:
    known = crash.return_ns is not None
    spans = ((SAVED, window.earliest_ns, window.latest_ns), (CRASH, crash.call_ns, crash.return_ns))
    for offset, (function, call_ns, return_ns) in enumerate(spans):
        yield Operation(
            index=index + offset,
            process=process + offset,
            object=like.object,
            key=like.key,
            function=function,
            arguments={NUMBER: number},
            outcome=Outcome.OK if known else Outcome.UNKNOWN,
            call_ns=call_ns,
            return_ns=return_ns if known else None,
            result=True if known else None,
            server=crash.target,
        )


def _first_ns(operations: Sequence[Operation]) -> int:
    return min(operation.call_ns for operation in operations)

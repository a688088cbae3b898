"""What a list of operations has to be before a checker may look at it.

The checkers assume of a history that each process has one operation at a time, and none after one whose outcome is
unknown: the unknown one may still take effect, so the process would have two at a time. A recording that breaks
this was made wrongly (a client number used again after a time-out is the usual way), and its verdict would be about
the recorder.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.history import Operation, Outcome


class NotWellFormed(ValueError):
    """An operation that cannot be where it is in the history."""

    def __init__(self, operation: Operation, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.operation = operation
        self.problem = problem
        self.hint = hint


def require_well_formed(operations: Sequence[Operation]) -> None:
    """Raise `NotWellFormed` unless `operations` are in order of call and each process does one thing at a time."""
    latest_call = None
    last_of: dict[int, Operation] = {}
    for operation in operations:
        if operation.return_ns is not None and operation.return_ns < operation.call_ns:
            raise NotWellFormed(
                operation,
                f"operation {operation.index} returns {operation.call_ns - operation.return_ns} ns before its call",
                "take both times from one monotonic clock",
            )
        if latest_call is not None and operation.call_ns < latest_call:
            raise NotWellFormed(
                operation,
                f"operation {operation.index} is called before the one in front of it",
                "number the operations in the order of their calls, or leave the numbers out",
            )
        latest_call = operation.call_ns
        before = last_of.get(operation.process)
        if before is not None:
            _require_finished(before, operation)
        last_of[operation.process] = operation


def _require_finished(before: Operation, operation: Operation) -> None:
    if before.outcome is Outcome.UNKNOWN:
        raise NotWellFormed(
            operation,
            f"process {operation.process} calls operation {operation.index} after operation {before.index}, "
            "whose outcome is unknown",
            "that one may still take effect: go on under a new process number",
        )
    # A return at the nanosecond of the next call is what a coarse clock shows of one client.
    if before.return_ns is None or before.return_ns > operation.call_ns:
        raise NotWellFormed(
            operation,
            f"process {operation.process} calls operation {operation.index} while operation {before.index} is open",
            "a process has one operation at a time: give each thread its own process number",
        )

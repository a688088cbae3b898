"""The prefix of a violation that a search has shown to fail: all that was known by one return."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.history import Operation, Outcome


def failing_prefix(operations: Sequence[Operation], blocked_at: int | None) -> list[Operation]:
    """What was known when `blocked_at` and all that was open at its return had returned, if nothing gets past that.

    Less will not do: a search knows each answer from the call on, and it may be by the answer of an operation that was
    still open that no linearization gets past the return. Where that operation returns, its answer is known, and so is
    every operation that may have led to it. What returned later still is open, and what was called later is not there
    yet. Failed operations are left out. Where `blocked_at` is not a completed operation, that is all `operations`.
    """
    happened = [operation for operation in operations if operation.outcome is not Outcome.FAIL]
    blocked = next((operation for operation in happened if operation.index == blocked_at), None)
    if blocked is None or blocked.return_ns is None:
        return happened
    until_ns = blocked.return_ns
    concerned = (one for one in happened if one.outcome is Outcome.OK and one.call_ns <= until_ns)
    end_ns = max((one.return_ns for one in concerned if one.return_ns is not None), default=until_ns)
    return [
        operation.weakened() if operation.return_ns is None or operation.return_ns > end_ns else operation
        for operation in happened
        if operation.call_ns <= end_ns
    ]

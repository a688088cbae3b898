"""The prefix of a violation that a search has shown to fail: all that was called by one return."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.models.history import Operation, Outcome


def failing_prefix(operations: Sequence[Operation], blocked_at: int | None) -> list[Operation]:
    """All that was called until operation `blocked_at` returned, if no linearization gets past that return.

    What returned later keeps its outcome: a search knows each answer from the call on, and it may be by the answer of
    an operation that was still open that nothing gets past the return. Failed operations are left out. Where
    `blocked_at` is not a completed operation, that is all `operations`.
    """
    happened = [operation for operation in operations if operation.outcome is not Outcome.FAIL]
    blocked = next((operation for operation in happened if operation.index == blocked_at), None)
    if blocked is None or blocked.return_ns is None:
        return happened
    end_ns = blocked.return_ns
    return [operation for operation in happened if operation.call_ns <= end_ns]

"""What can be placed when: the operations of one object as the search goes through them, return by return.

A *position* is the number of completed operations, in order of return, of which all are known to be placed; the
operation that returns next must be placed before the search can go on. By then may also be placed what was called no
later than that return. Nothing else can be: an operation that is called after a return comes after the operation
that returned. Intervals are closed, so a call at the very instant of a return is in time.

Completed operations have a bit among those that are open together, and the bit is used again once its operation has
returned: no mask is wider than the number of clients, however long the history. Operations whose outcome is unknown
never return, so they have bits of their own.

Failed operations did not happen and are left out.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lawful.models.history import Operation, Outcome


class Open(NamedTuple):
    """A completed operation at some position: called, not returned."""

    rank: int
    """Its place in order of return."""
    bit: int
    kind: int


class Copies(NamedTuple):
    """The operations of one kind whose outcome is unknown."""

    kind: int
    mask: int
    """Their bits; lower bits were called earlier."""


class Position(NamedTuple):
    """The return that comes next, and what may be placed before it."""

    operation: Operation
    bit: int
    kind: int
    deadline_ns: int
    """When the operation returns: the earliest return of all that is not placed yet."""
    window: tuple[Open, ...]
    """The completed operations that are open at the return, in order of return; the first one is the one that
    returns."""
    called: tuple[Open, ...]
    """Those of the window that were called after the return before."""
    unknown: int
    """How many operations with an unknown outcome were called by then."""
    unknown_kinds: int
    """Of how many kinds these are."""


class Schedule(NamedTuple):
    """One object's history, prepared for a search."""

    positions: tuple[Position, ...]
    unknown: tuple[Operation, ...]
    """The operations with an unknown outcome in order of call: number i has the bit 1 << i."""
    copies: tuple[Copies, ...]
    """The same by kind, in order of the first of each."""

    def operation(self, choice: int) -> Operation:
        """The operation that a trail names: by its rank in order of return, or ~i for number i of the unknown."""
        return self.unknown[~choice] if choice < 0 else self.positions[choice].operation

    @property
    def kinds(self) -> set[int]:
        """The kinds of completed operations that occur."""
        return {position.kind for position in self.positions}


def schedule(operations: Sequence[Operation], kind_of: Callable[[Operation], int]) -> Schedule:
    """Prepare the operations of one object; raises ValueError for a completed one without a return."""
    completed = [operation for operation in operations if operation.outcome is Outcome.OK]
    completed.sort(key=lambda operation: (_return_ns(operation), operation.index))
    unknown = [operation for operation in operations if operation.outcome is Outcome.UNKNOWN]
    unknown.sort(key=lambda operation: (operation.call_ns, operation.index))
    kinds = [kind_of(operation) for operation in completed]
    by_call = sorted(range(len(completed)), key=lambda rank: (completed[rank].call_ns, rank))
    copies = _Copies(unknown, kind_of)
    positions: list[Position] = []
    window: list[Open] = []
    bits = _Bits()
    calls = 0
    for rank, operation in enumerate(completed):
        deadline_ns = _return_ns(operation)
        called: list[Open] = []
        while calls < len(by_call) and completed[by_call[calls]].call_ns <= deadline_ns:
            opened = Open(by_call[calls], bits.take(), kinds[by_call[calls]])
            insort(window, opened)
            called.append(opened)
            calls += 1
        returning = window[0]
        assert returning.rank == rank, "what returns next was called and is first"
        positions.append(
            Position(
                operation,
                returning.bit,
                returning.kind,
                deadline_ns,
                tuple(window),
                tuple(called),
                *copies.called_by(deadline_ns),
            )
        )
        del window[0]
        bits.give_back(returning.bit)
    return Schedule(tuple(positions), tuple(unknown), copies.by_kind())


def _return_ns(operation: Operation) -> int:
    if operation.return_ns is None:
        raise ValueError(f"operation {operation.index} has the outcome ok but no return")
    if operation.return_ns < operation.call_ns:
        raise ValueError(f"operation {operation.index} returned before it was called")
    return operation.return_ns


class _Bits:
    """Hands out single bits, the the one given back last first."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._next = 1

    def take(self) -> int:
        if self._free:
            return self._free.pop()
        bit = self._next
        self._next <<= 1
        return bit

    def give_back(self, bit: int) -> None:
        self._free.append(bit)


class _Copies:
    """The operations with an unknown outcome, by kind, as they are called."""

    def __init__(self, unknown: Sequence[Operation], kind_of: Callable[[Operation], int]) -> None:
        self._unknown = unknown
        self._kind_of = kind_of
        self._masks: dict[int, int] = {}
        self._called = 0

    def called_by(self, deadline_ns: int) -> tuple[int, int]:
        """How many were called by `deadline_ns`, and of how many kinds; the deadlines asked for never go back."""
        while self._called < len(self._unknown) and self._unknown[self._called].call_ns <= deadline_ns:
            kind = self._kind_of(self._unknown[self._called])
            self._masks[kind] = self._masks.get(kind, 0) | 1 << self._called
            self._called += 1
        return self._called, len(self._masks)

    def by_kind(self) -> tuple[Copies, ...]:
        """All that were called by the last deadline."""
        return tuple(Copies(kind, mask) for kind, mask in self._masks.items())

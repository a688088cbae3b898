"""A priority queue of integers: the smallest one leaves first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lawful.models.history import Operation
from lawful.models.model import Call, Transition, integer_argument, unknown_call
from lawful.models.sources import Shown, given_value, shown_value
from lawful.models.values import canonical


class _Node(NamedTuple):
    """The root of a leftist heap: the rank of its left part is at least that of the right one."""

    smallest: int
    left: _Node | None
    right: _Node | None
    rank: int
    """The length of the path along right parts, which is at most the logarithm of the size."""


class Heap:
    """A bag of integers as an immutable value: a leftist heap (Okasaki 1998, section 3.1).

    The hash is a sum over the integers, so that bags are equal whatever the order in which they were filled.

    >>> Heap.of([3, 1, 2]).without_smallest() == Heap.of([2, 3])
    True
    """

    __slots__ = ("_hash", "_root", "_size")

    def __init__(self, root: _Node | None, size: int, known_hash: int) -> None:
        self._root = root
        self._size = size
        self._hash = known_hash

    @classmethod
    def of(cls, values: Iterable[int] = ()) -> Heap:
        """The heap of these integers."""
        heap = cls(None, 0, 0)
        for value in values:
            heap = heap.insert(value)
        return heap

    @property
    def smallest(self) -> int | None:
        """The smallest integer; None where the heap is empty."""
        return None if self._root is None else self._root.smallest

    def insert(self, value: int) -> Heap:
        """This heap with one more integer."""
        root = _merged(self._root, _Node(value, None, None, 1))
        return Heap(root, self._size + 1, self._hash + _spread(value))

    def without_smallest(self) -> Heap:
        """This heap without one of its smallest integers; raises `IndexError` where there is none."""
        if self._root is None:
            raise IndexError("an empty heap has no smallest integer")
        rest = _merged(self._root.left, self._root.right)
        return Heap(rest, self._size - 1, self._hash - _spread(self._root.smallest))

    def _in_order(self) -> Iterator[int]:
        heap = self
        while heap._root is not None:
            yield heap._root.smallest
            heap = heap.without_smallest()

    def __len__(self) -> int:
        return self._size

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Heap)
            and (self._size, self._hash) == (other._size, other._hash)
            and all(mine == theirs for mine, theirs in zip(self._in_order(), other._in_order(), strict=True))
        )

    def __hash__(self) -> int:
        return hash(self._hash)

    def __repr__(self) -> str:
        return "{" + ", ".join(map(str, self._in_order())) + "}"


def _spread(value: int) -> int:
    """The hash of an integer on its own is itself, and different bags often have the same sum."""
    return hash((value, "heap"))


def _merged(one: _Node | None, other: _Node | None) -> _Node | None:
    if one is None or other is None:
        return other if one is None else one
    if other.smallest < one.smallest:
        one, other = other, one
    left, right = one.left, _merged(one.right, other)
    if _rank(left) < _rank(right):
        left, right = right, left
    return _Node(one.smallest, left, right, _rank(right) + 1)


def _rank(node: _Node | None) -> int:
    return 0 if node is None else node.rank


@dataclass(frozen=True, slots=True)
class PriorityQueue:
    """Functions: `insert(value)` → null; `delete_min` → the smallest integer, or null where the queue is empty.

    >>> queue = PriorityQueue(initial_values=(3, 1))
    >>> [(t.reply, t.state) for t in queue.step(queue.initial(), Call("delete_min", {}))]
    [(1, {3})]
    """

    initial_values: tuple[int, ...] = ()
    name: str = "priority-queue"

    def initial(self) -> Heap:
        return Heap.of(self.initial_values)

    def supplied_at_first(self) -> Iterable[str]:
        return map(canonical, self.initial_values)

    def supplied(self, operation: Operation) -> Iterable[str]:
        return given_value(operation) if operation.function == "insert" else ()

    def shown(self, operation: Operation) -> Iterable[Shown]:
        taken = operation.function == "delete_min" and operation.result is not None
        return (shown_value(operation.result),) if taken else ()

    def step(self, state: Heap, call: Call) -> tuple[Transition[Heap], ...]:
        match call.function:
            case "insert":
                value = integer_argument(call, "value")
                return (Transition(None, state.insert(value), "an insert always succeeds"),)
            case "delete_min":
                if state.smallest is None:
                    return (Transition(None, state, "the queue is empty"),)
                return (Transition(state.smallest, state.without_smallest(), "this value is the smallest"),)
        raise unknown_call("a priority queue", call, ("insert", "delete_min"))

"""A sequence of JSON values as an immutable value: what the states of queues and lists are made of.

Two linked lists, the back one reversed (Okasaki, Purely Functional Data Structures, 1998, section 5.2), so that a
value is appended and taken from the front in constant time, amortised, however long the sequence is: a tuple would
make running 10^5 calls on a long queue quadratic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from lawful.models.values import Frozen, Json

_Link: TypeAlias = "tuple[Frozen, _Link | None]"

_MODULUS = (1 << 61) - 1
_BASE = 0x1F3D5B79_9D5B3F1
_INVERSE = pow(_BASE, -1, _MODULUS)


class ValueQueue:
    """Values in order. `append` and `without_first` give a new queue and leave this one as it is.

    The hash is a polynomial in the hashes of the values, so a changed queue gets its hash from the old one: a search
    hashes every state that it comes to.

    >>> queue = ValueQueue.of([1, 2]).append(3)
    >>> list(queue.without_first()), queue.without_first() == ValueQueue.of([2, 3]), queue.first
    ([2, 3], True, 1)
    """

    __slots__ = ("_back", "_front", "_hash", "_length", "_weight")

    def __init__(self, front: _Link | None, back: _Link | None, length: int, known_hash: int, weight: int) -> None:
        if front is None and back is not None:
            front, back = _reversed(back), None
        self._front = front
        self._back = back
        self._length = length
        self._hash = known_hash
        self._weight = weight
        """The base to the power of the length."""

    @classmethod
    def of(cls, values: Iterable[Json] = ()) -> ValueQueue:
        """The queue of these values, the first one in front."""
        queue = cls(None, None, 0, 0, 1)
        for value in values:
            queue = queue.append(value)
        return queue

    @property
    def first(self) -> Json:
        """The value in front; raises `IndexError` where there is none."""
        if self._front is None:
            raise IndexError("an empty queue has no first value")
        return self._front[0].value

    def append(self, value: Json) -> ValueQueue:
        """This queue with `value` behind all others."""
        frozen = Frozen(value)
        return ValueQueue(
            self._front,
            (frozen, self._back),
            self._length + 1,
            (self._hash + hash(frozen) * self._weight) % _MODULUS,
            self._weight * _BASE % _MODULUS,
        )

    def without_first(self) -> ValueQueue:
        """This queue without the value in front, which it must have."""
        if self._front is None:
            raise IndexError("an empty queue has no first value")
        first, rest = self._front
        return ValueQueue(
            rest,
            self._back,
            self._length - 1,
            (self._hash - hash(first)) * _INVERSE % _MODULUS,
            self._weight * _INVERSE % _MODULUS,
        )

    def _frozen(self) -> Iterator[Frozen]:
        yield from _items(self._front)
        yield from _items(_reversed(self._back))

    def __iter__(self) -> Iterator[Json]:
        return (frozen.value for frozen in self._frozen())

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ValueQueue)
            and (self._length, self._hash) == (other._length, other._hash)
            and all(mine == theirs for mine, theirs in zip(self._frozen(), other._frozen(), strict=True))
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self._frozen()))}]"


def _items(link: _Link | None) -> Iterator[Frozen]:
    while link is not None:
        item, link = link
        yield item


def _reversed(link: _Link | None) -> _Link | None:
    turned: _Link | None = None
    for item in _items(link):
        turned = (item, turned)
    return turned

"""The operations without a known answer, by kind: those that are open, and those whose outcome is unknown for good.

Copies of one kind are used in order of call: the one called first may take effect whenever another of them may. So a
configuration only counts how many of each kind it used. What every configuration has used is of no more use to any, and
is forgotten: a point at which it goes is *dominance-stable*.

What does grow: each operation with an unknown outcome that some configuration has not used is kept for ever, because
it may still take effect.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

from lawful.checkers.linearizability.online.crossing import Available, Layer
from lawful.checkers.linearizability.online.tracked import Tracked


class Kind:
    """Operations with the same call."""

    __slots__ = ("copies", "gone", "number")

    def __init__(self, number: int, gone: int = 0) -> None:
        self.number = number
        self.gone = gone
        """How many were used in every configuration, and forgotten."""
        self.copies: list[Tracked] = []
        """The others, in order of call."""


class Place(NamedTuple):
    """One operation among those of its kind."""

    number: int
    """The kind."""
    position: int
    """How many of the kind are used before it."""
    tracked: Tracked


class Unanswered:
    """All of them, for one object."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self.numbered = 0
        """How many numbers were given to kinds, those forgotten since included."""

    def add(self, tracked: Tracked) -> None:
        """One more, which was called after all others."""
        kind = self.kinds.get(tracked.kind)
        if kind is None:
            kind = self.kinds[tracked.kind] = Kind(self.numbered)
            self.numbered += 1
        kind.copies.append(tracked)

    def remove(self, tracked: Tracked) -> None:
        """Its answer is known now. No configuration that is kept may have used it."""
        kind = self.kinds[tracked.kind]
        kind.copies.remove(tracked)
        if not kind.copies and not kind.gone:
            del self.kinds[tracked.kind]

    def by(self, until_ns: int) -> tuple[Available, ...]:
        """Those that were called by then."""
        return tuple(
            Available(kind.number, kind.gone, kind.copies, kind.gone + called)
            for kind in self.kinds.values()
            if (called := bisect_right(kind.copies, until_ns, key=attrgetter("call_ns")))
        )

    def forget_used(self, settled: Layer, layers: Iterable[Layer]) -> list[Place]:
        """Forget what is used in all configurations of `settled`, from which all of the others in `layers` stem."""
        forgotten: list[Place] = []
        burdens = [dict(used) for burdens in settled.values() for used, _ in burdens]
        if not burdens or not burdens[0]:
            return forgotten
        least = {number: min(used.get(number, 0) for used in burdens) for number in burdens[0]}
        empty: set[int] = set()
        for text, kind in list(self.kinds.items()):
            more = least.get(kind.number, 0) - kind.gone
            if more > 0:
                forgotten += [Place(kind.number, kind.gone + i, one) for i, one in enumerate(kind.copies[:more])]
                del kind.copies[:more]
                kind.gone += more
            if kind.gone and not kind.copies:
                del self.kinds[text]
                empty.add(kind.number)
        if empty:
            for layer in (settled, *layers):
                _strip(layer, empty)
        return forgotten

    def places(self) -> Iterator[Place]:
        """All that are kept."""
        for kind in self.kinds.values():
            for i, one in enumerate(kind.copies):
                yield Place(kind.number, kind.gone + i, one)


def _strip(layer: Layer, numbers: set[int]) -> None:
    """Leave out the counts of kinds of which there is none left: they are the same in all configurations."""
    for key, burdens in layer.items():
        layer[key] = [(tuple(pair for pair in used if pair[0] not in numbers), looked) for used, looked in burdens]

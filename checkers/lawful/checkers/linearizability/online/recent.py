"""The last few operations of an object, and the states in front of them: what the report on a violation shows.

Everything before is summed up by the configurations at a point where they all have the same operations ahead (at a rest
of the store: none). Two such points are kept, so that there is always something to show behind the older one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lawful.checkers.linearizability.online.crossing import Layer, Used
from lawful.checkers.linearizability.online.tracked import State, Tracked
from lawful.checkers.linearizability.online.unanswered import Place, Unanswered
from lawful.models.history import Operation

if TYPE_CHECKING:
    from lawful.checkers.linearizability.online.object_watch import Waiting

_ENOUGH = 24
"""Operations since the newer point, after which a new one is made."""
_MOST = 2_000
"""Operations that are kept where no such point comes."""
_MOST_PASTS = 64


@dataclass(frozen=True, slots=True)
class Past:
    """One thing that the operations before may have led to."""

    state: State
    optional: tuple[Operation, ...]
    """Operations that may have taken effect since, at any time after their call, with any answer, or never."""


class _Anchor:
    """A point in the history, and what was settled since."""

    def __init__(self, configurations: Sequence[tuple[State, Used]], ahead: frozenset[int] = frozenset()) -> None:
        self.configurations = configurations
        self.ahead = ahead
        """Operations that returned later and took effect before."""
        self.since: list[Operation] = []
        self.forgotten: list[Place] = []


class Recent:
    """What to show of one object."""

    def __init__(self, beginning: Layer, waiting: Sequence[Waiting] = ()) -> None:
        self._anchors = [anchor] if (anchor := _anchor(beginning, waiting)) else []
        self.pasts: tuple[Past, ...] = ()
        """At the end: what may have been before the operations shown; empty where that is not known."""
        self.operations: tuple[Operation, ...] = ()
        """At the end: the completed operations since then, in order of call."""

    def settle(
        self, settled: Iterable[Tracked], forgotten: Sequence[Place], layer: Layer, waiting: Sequence[Waiting]
    ) -> None:
        """These operations are settled, up to `layer`, which may be a point to remember."""
        if self._anchors:
            last = self._anchors[-1]
            last.since.extend(one.operation for one in settled)
            last.forgotten.extend(forgotten)
            if len(last.since) < _ENOUGH:
                return
            if len(last.since) > _MOST:
                self._anchors.clear()
        anchor = _anchor(layer, waiting)
        if anchor is not None:
            self._anchors = [*self._anchors[-1:], anchor]

    def end(self, waiting: Sequence[Waiting], unanswered: Unanswered) -> None:
        """Nothing more comes: gather what is shown."""
        shown = [operation for anchor in self._anchors for operation in anchor.since]
        shown += [one.tracked.operation for one in waiting]
        if self._anchors:
            first = self._anchors[0]
            shown = [operation for operation in shown if operation.index not in first.ahead]
            places = [place for anchor in self._anchors for place in anchor.forgotten] + list(unanswered.places())
            self.pasts = tuple(Past(state, _unused(used, places)) for state, used in first.configurations)
        self.operations = tuple(sorted(shown, key=lambda one: (one.call_ns, one.index)))
        self._anchors = []


def _anchor(layer: Layer, waiting: Sequence[Waiting]) -> _Anchor | None:
    """None where the configurations of `layer` do not all have the same operations ahead, or are too many."""
    aheads = {ahead | looked for (_, ahead), burdens in layer.items() for _, looked in burdens}
    configurations = [(state, used) for (state, _), burdens in layer.items() for used, _ in burdens]
    if len(aheads) != 1 or len(configurations) > _MOST_PASTS:
        return None
    mask = aheads.pop()
    return _Anchor(configurations, frozenset(one.tracked.operation.index for one in waiting if one.tracked.bit & mask))


def _unused(used: Used, places: Iterable[Place]) -> tuple[Operation, ...]:
    counts = dict(used)
    unused = [place.tracked.operation for place in places if place.position >= counts.get(place.number, 0)]
    return tuple(sorted(unused, key=lambda one: (one.call_ns, one.index)))

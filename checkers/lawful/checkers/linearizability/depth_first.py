"""The search: depth-first from return to return, over whatever configurations the steps give.

Depth-first finds a linearization of a good history without looking at the others; a bad history is refuted when
every configuration has been tried, each once, and none that is worse than one tried before (see `steps`, rule 4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from lawful.checkers.linearizability.configuration import Configuration, Counter, Onward, Reached, Trail, Ways
from lawful.checkers.meter import BudgetExhausted

if TYPE_CHECKING:
    from lawful.checkers.linearizability.native.route import Route

_STUCK_KEPT = 3
_PATIENCE = 2_000
"""Steps without progress before short cuts are tried; doubled each time."""
_NEAREST = 4
"""How far back the first configuration is that is looked at for hopelessness."""


class Steps(Protocol):
    """Where the search goes from a configuration."""

    def successors(self, configuration: Configuration, reached: Reached) -> Iterator[Configuration]:
        """Every configuration that explains at least one return more.

        What is met at the same position on the way is entered into `reached`; what is known there is not tried again.
        """
        ...

    def enter(self, reached: Reached, configuration: Configuration) -> bool:
        """Enter a configuration of one position, unless one was entered there that can do whatever it can."""
        ...


class ShortCuts(Protocol):
    """Proves parts of the search pointless; asked where it has been stuck for a while."""

    def refuted(self, position: int, effort: int) -> bool:
        """Whether nothing gets past `position`. May take as long as `effort` steps; False says nothing."""
        ...

    def onward(self, configuration: Configuration, position: int, effort: int) -> Onward | None:
        """What lies on the way from `configuration` past `position`; empty where there is no way.

        None: that would take longer than about `effort` steps.
        """
        ...


class Found(NamedTuple):
    """How a search ended."""

    linearizable: bool | None
    """None: the budget was used up."""
    trail: Trail
    """What was placed in the linearization that was found; empty where none was."""
    deepest: int
    """The furthest position that was reached."""
    stuck: tuple[Configuration, ...] = ()
    """Some configurations at that position from which there is no way on."""
    exhausted: str = ""
    """The budget that was used up."""
    routes: tuple[Route, ...] = ()
    """What the native search gives in place of a trail and of the stuck ones."""


def explore(
    steps: Steps, starts: Sequence[Configuration], positions: int, counter: Counter, short_cuts: ShortCuts | None = None
) -> Found:
    """Search for a way from one of `starts` to the position after the last return."""
    return _DepthFirst(steps, starts, positions, counter, short_cuts).run()


class _DepthFirst:
    def __init__(
        self,
        steps: Steps,
        starts: Sequence[Configuration],
        positions: int,
        counter: Counter,
        short_cuts: ShortCuts | None,
    ) -> None:
        self._steps = steps
        self._positions = positions
        self._counter = counter
        self._short_cuts = short_cuts
        self._deepest = 0
        self._stuck: list[Configuration] = []
        self._reached: list[Reached] = [{} for _ in range(positions)]
        self._path: list[Configuration] = []
        self._ahead: list[Iterator[Configuration]] = [iter(starts)]
        """One more than the path: where to go from the start, and from each configuration of the path."""
        self._ways: Ways = {}
        self._guided_from = 0
        """While the path is longer than this, only what is in `_ways` is worth trying."""
        self._patience = _PATIENCE
        self._next_short_cut = counter.steps + _PATIENCE

    def run(self) -> Found:
        try:
            while self._ahead:
                successor = next(self._ahead[-1], None)
                if successor is None:
                    self._back()
                    if self._short_cuts is not None and self._counter.steps > self._next_short_cut:
                        if self._short_cuts.refuted(self._deepest, self._patience):
                            self._note_stuck(self._path)
                            break
                        self._take_bearings(self._short_cuts)
                elif successor[0] == self._positions:
                    return Found(True, successor[3], self._positions)
                elif self._worth_trying(successor):
                    self._forward(successor)
        except BudgetExhausted as exhausted:
            return Found(None, None, self._deepest, tuple(self._stuck), str(exhausted))
        return Found(False, None, self._deepest, tuple(self._stuck))

    def _worth_trying(self, configuration: Configuration) -> bool:
        position, key, _, _ = configuration
        layer = self._ways.get(position)
        if layer is not None and key[0] not in layer.get(key[1], ()):
            return False
        return self._steps.enter(self._reached[position], configuration)

    def _forward(self, configuration: Configuration) -> None:
        if configuration[0] > self._deepest:
            self._deepest = configuration[0]
            self._stuck.clear()
            self._patience = max(_PATIENCE, self._patience // 2)
            self._next_short_cut = self._counter.steps + self._patience
        self._path.append(configuration)
        self._ahead.append(self._steps.successors(configuration, self._reached[configuration[0]]))

    def _back(self) -> None:
        self._ahead.pop()
        if self._path:
            self._note_stuck([self._path.pop()])
        if len(self._path) <= self._guided_from:
            self._ways = {}

    def _take_bearings(self, short_cuts: ShortCuts) -> None:
        """Go back to the last configuration that may lead further, and from there try only what may."""
        back = _NEAREST
        while back <= len(self._path):
            level = len(self._path) - back
            onward = short_cuts.onward(self._path[level], self._deepest, self._patience)
            if onward is None:
                break
            if onward:
                self._follow(onward, level)
                break
            self._note_stuck(self._path[level:])
            del self._path[level:], self._ahead[level + 1 :]
            back *= 2
        if len(self._path) <= self._guided_from:
            self._ways = {}
        self._patience *= 2
        self._next_short_cut = self._counter.steps + self._patience

    def _follow(self, onward: Onward, level: int) -> None:
        """Start again from that level of the path."""
        abandoned = self._path[level + 1 :]
        del self._path[level + 1 :], self._ahead[level + 1 :]
        if isinstance(onward, list):
            self._ahead.append(iter(onward))
            return
        # What is abandoned was not tried to the end: it must not be taken for known when it is met again.
        for configuration in [self._path[level], *abandoned]:
            self._reached[configuration[0]] = {}
        resumed = self._path[level]
        self._steps.enter(self._reached[resumed[0]], resumed)
        self._ahead.append(self._steps.successors(resumed, self._reached[resumed[0]]))
        self._ways, self._guided_from = onward, level

    def _note_stuck(self, given_up: Sequence[Configuration]) -> None:
        furthest = [configuration for configuration in given_up if configuration[0] == self._deepest]
        self._stuck += furthest[: _STUCK_KEPT - len(self._stuck)]


class Leaps:
    """Short cuts for any steps: instead of one way after the other, all of them return by return."""

    def __init__(self, steps: Steps, counter: Counter) -> None:
        self._steps = steps
        self._counter = counter

    def refuted(self, position: int, effort: int) -> bool:
        """Never: that takes knowledge of the model."""
        return False

    def onward(self, configuration: Configuration, position: int, effort: int) -> list[Configuration] | None:
        """The first configurations past `position`, the furthest first; None where there are too many on the way."""
        stop = self._counter.steps + effort
        reached: defaultdict[int, Reached] = defaultdict(dict)
        waiting: defaultdict[int, list[Configuration]] = defaultdict(list)
        waiting[configuration[0]].append(configuration)
        self._steps.enter(reached[configuration[0]], configuration)
        for here in range(configuration[0], position + 1):
            for node in waiting.pop(here, ()):
                for successor in self._steps.successors(node, reached[here]):
                    if self._counter.steps > stop:
                        return None
                    if self._steps.enter(reached[successor[0]], successor):
                        waiting[successor[0]].append(successor)
        return [successor for there in sorted(waiting, reverse=True) for successor in waiting[there]]

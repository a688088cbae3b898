"""The search: depth-first from return to return, over whatever configurations the steps give.

Depth-first finds a linearization of a good history without looking at the others; a bad history is refuted when
every configuration has been tried, each once, and none that is worse than one tried before (see `steps`, rule 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from lawful.checkers.linearizability.configuration import Configuration, Counter, Key, Trail, admit
from lawful.checkers.meter import BudgetExhausted

_STUCK_KEPT = 3
_PATIENCE = 2_000
"""Steps without progress before short cuts are tried; doubled each time."""
_NEAREST = 4
"""How far back the first configuration is that is looked at for hopelessness."""


class Steps(Protocol):
    """Where the search goes from a configuration."""

    def successors(self, configuration: Configuration) -> Iterator[Configuration]:
        """Every configuration that explains at least one return more."""
        ...


class ShortCuts(Protocol):
    """Proves parts of the search pointless; asked where it has been stuck for a while."""

    def refuted(self, position: int, effort: int) -> bool:
        """Whether nothing gets past `position`. May take as long as `effort` steps; False says nothing."""
        ...

    def hopeless(self, configuration: Configuration, position: int, effort: int) -> bool:
        """Whether `configuration` does not lead past `position`. May take as long as `effort` steps; False says
        nothing."""
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


def explore(
    steps: Steps, starts: Sequence[Configuration], positions: int, counter: Counter, short_cuts: ShortCuts | None = None
) -> Found:
    """Search for a way from one of `starts` to the position after the last return."""
    deepest = 0
    stuck: list[Configuration] = []
    reached: list[dict[Key, list[int]]] = [{} for _ in range(positions)]
    path: list[Configuration] = []
    ahead: list[Iterator[Configuration]] = [iter(starts)]
    patience = _PATIENCE
    next_short_cut = counter.steps + patience
    try:
        while ahead:
            successor = next(ahead[-1], None)
            if successor is not None:
                position, key, used, trail = successor
                if position == positions:
                    return Found(True, trail, positions)
                if admit(reached[position], key, used):
                    if position > deepest:
                        deepest = position
                        stuck.clear()
                        next_short_cut = counter.steps + patience
                    path.append(successor)
                    ahead.append(steps.successors(successor))
                continue
            ahead.pop()
            if path:
                given_up = path.pop()
                if given_up[0] == deepest and len(stuck) < _STUCK_KEPT:
                    stuck.append(given_up)
            if short_cuts is not None and counter.steps > next_short_cut:
                if short_cuts.refuted(deepest, patience):
                    break
                hopeful = _hopeful(path, deepest, patience, short_cuts)
                del path[hopeful:], ahead[hopeful + 1 :]
                patience *= 2
                next_short_cut = counter.steps + patience
    except BudgetExhausted as exhausted:
        return Found(None, None, deepest, tuple(stuck), str(exhausted))
    return Found(False, None, deepest, tuple(stuck))


def _hopeful(path: Sequence[Configuration], deepest: int, effort: int, short_cuts: ShortCuts) -> int:
    """How much of `path` to keep: what comes after leads nowhere past `deepest`."""
    hopeful = len(path)
    back = _NEAREST
    while back < len(path) and short_cuts.hopeless(path[-back], deepest, effort):
        hopeful = len(path) - back
        back *= 2
    return hopeful

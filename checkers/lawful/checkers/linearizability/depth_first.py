"""The search: depth-first from return to return, over whatever configurations the steps give.

Depth-first finds a linearization of a good history without looking at the others; a bad history is refuted when
every configuration has been tried, each once, and none that is worse than one tried before (see `steps`, rule 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from lawful.checkers.linearizability.configuration import Configuration, Counter, Key, Trail, admit
from lawful.checkers.meter import BudgetExhausted

_STUCK_KEPT = 3
_PATIENCE = 2_000
"""Steps without progress before a short cut to a refutation is tried."""


class Steps(Protocol):
    """Where the search goes from a configuration."""

    def successors(self, configuration: Configuration) -> Iterator[Configuration]:
        """Every configuration that explains at least one return more."""
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
    steps: Steps,
    starts: Sequence[Configuration],
    positions: int,
    counter: Counter,
    refute: Callable[[int, int], bool] = lambda position, effort: False,
) -> Found:
    """Search for a way from one of `starts` to the position after the last return.

    `refute(position, effort)` may prove that there is no way past `position`; it is asked where the search has been
    stuck there for a while, and told how many steps it may take.
    """
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
            if counter.steps > next_short_cut:
                if refute(deepest, patience):
                    break
                patience *= 2
                next_short_cut = counter.steps + patience
    except BudgetExhausted as exhausted:
        return Found(None, None, deepest, tuple(stuck), str(exhausted))
    return Found(False, None, deepest, tuple(stuck))

"""The search: depth-first from return to return, over whatever configurations the steps give.

Depth-first finds a linearization of a good history without looking at the others; a bad history is refuted when
every configuration has been tried, each once, and none that is worse than one tried before (see `steps`, rule 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from lawful.checkers.linearizability.steps import Configuration, Key, Trail, admit
from lawful.checkers.meter import BudgetExhausted

_STUCK_KEPT = 3


class Steps(Protocol):
    """Where the search starts and where it goes from a configuration."""

    def start(self) -> Configuration: ...

    def successors(self, configuration: Configuration) -> Iterator[Configuration]: ...


class Found(NamedTuple):
    """How a search ended."""

    trail: Trail
    """What was placed in the linearization that was found; meaningless where there is none."""
    linearizable: bool | None
    """None: the budget was used up."""
    deepest: int
    """The furthest position that was reached: the return there was explained by no configuration, so far."""
    stuck: tuple[Configuration, ...]
    """Some configurations at that position, which were tried to the end."""
    exhausted: str = ""
    """The budget that was used up."""


def explore(steps: Steps, positions: int) -> Found:
    """Search for a way from the start to the position after the last return."""
    stuck: list[Configuration] = []
    deepest = 0
    try:
        configuration = steps.start()
        if configuration[0] == positions:
            return Found(configuration[3], True, positions, ())
        reached: list[dict[Key, list[int]]] = [{} for _ in range(positions)]
        path = [configuration]
        ahead = [steps.successors(configuration)]
        deepest = configuration[0]
        while path:
            successor = next(ahead[-1], None)
            if successor is None:
                ahead.pop()
                configuration = path.pop()
                if configuration[0] == deepest and len(stuck) < _STUCK_KEPT:
                    stuck.append(configuration)
                continue
            position, key, used, trail = successor
            if position == positions:
                return Found(trail, True, positions, ())
            if admit(reached[position], key, used):
                if position > deepest:
                    deepest = position
                    stuck.clear()
                path.append(successor)
                ahead.append(steps.successors(successor))
    except BudgetExhausted as exhausted:
        return Found(None, None, deepest, tuple(stuck), str(exhausted))
    return Found(None, False, deepest, tuple(stuck))

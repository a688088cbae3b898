"""What a search through all states found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lawful.checkers.exploration.behaviour import Move
from lawful.checkers.verdict import Verdict

DEADLOCK = "deadlock"


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that does not hold, and the shortest behaviour that shows it."""

    property: str
    """Its id, or `DEADLOCK` for a state in which nothing can happen any more."""
    behaviour: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Exploration:
    """What came out."""

    verdict: Verdict
    distinct: int
    """Different states that were reached; with symmetry, different ones up to renaming."""
    generated: int
    """The first state, and the steps from all states that were looked at, also those beyond the bounds."""
    depth: int
    """How many states the longest of the shortest ways has."""
    represented: int | None
    """With symmetry: how many states those looked at stand for, all renamings counted."""
    local_states: int
    messages: int
    """Different ones that the search met, with their renamings."""
    taken: Mapping[str, int]
    """By action, how many of the steps within the bounds it accounts for. An action without any was not explored."""
    applied: Mapping[str, int]
    """By property, of how many different things it says anything. One without any holds for no reason at all."""
    overlooked: float
    """A bound on the probability that two states were taken for one."""
    bytes_per_state: float
    """What is kept for each state in the end."""
    cpu_seconds: float
    """Processor time of this process."""
    seconds: float
    violation: Violation | None = None
    progress: str | None = None
    """Which budget was used up, and how far the search got."""

    @property
    def not_taken(self) -> list[str]:
        """The actions that never occurred."""
        return [action for action, times in self.taken.items() if not times]

    @property
    def vacuous(self) -> list[str]:
        """The properties that said nothing about any state."""
        return [name for name, times in self.applied.items() if not times]

    @property
    def per_second(self) -> float:
        """Different states for each second of processor time."""
        return self.distinct / self.cpu_seconds if self.cpu_seconds else 0.0

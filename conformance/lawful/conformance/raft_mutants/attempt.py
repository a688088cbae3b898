"""What came of putting one engine to one mistake, or to Raft without any."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """A way to find out that a model breaks a promise."""

    EXPLORE = "explore"
    """All states, from the scene of the mistake where it has one: the shortest behaviour."""
    PROVE = "prove"
    """The obligations of the induction: a state that the lemmas allow, and one step that breaks one of them."""
    WALK = "walk"
    """Random walks from the same scene, which find what is likely enough."""
    LIVENESS = "liveness"
    """All states, and the fair behaviours that go round for ever: a way to a loop, and the loop."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One engine, one mistake."""

    engine: Engine
    expected: str
    """The property that has to reject the mistake, or the lemma that it breaks."""
    rejected_by: str | None
    """The one that did; None: the mistake was not seen."""
    steps: int | None
    """Of the behaviour that shows it, the steps to the scene included. A proof has one step."""
    scene: int
    """How many of them lead to the scene."""
    looked_at: int
    """Distinct states of a search, small clusters of a proof, or walks."""
    seconds: float

    @property
    def is_as_expected(self) -> bool:
        """The search and the proof have to name the right property; a walk goes on past where it breaks first."""
        return self.rejected_by == self.expected or (self.engine is Engine.WALK and self.rejected_by is not None)


@dataclass(frozen=True, slots=True)
class Check:
    """One engine, and Raft as it is."""

    engine: Engine
    configuration: str
    rejected_by: str | None
    """Has to be None."""
    seconds: float

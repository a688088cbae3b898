"""What came out of asking whether something happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lawful.checkers.exploration.liveness.confirmation import Lasso, Met
from lawful.checkers.verdict import Verdict
from lawful.models.liveness import LivenessProperty


@dataclass(frozen=True, slots=True)
class Judged:
    """One property."""

    property: LivenessProperty
    verdict: Verdict
    """`NOTHING_CHECKED`: no fair behaviour within the bounds is one that the property speaks of."""
    speaks_of: int
    """States that it speaks of and from which a fair behaviour stays within the bounds."""
    stays: int
    """States in which a fair behaviour can stay forever."""
    cut_off: int
    """States in which a behaviour that violates the property can stay only as the bounds forbid what it waits for."""
    waits_for: tuple[str, ...] = ()
    """The constraints that ask for what the bounds forbid there."""
    lasso: Lasso | None = None
    """A fair behaviour that violates it."""
    met: tuple[Met, ...] = ()
    """How the lasso meets each constraint."""


@dataclass(frozen=True, slots=True)
class Liveness:
    """All properties of a model."""

    verdict: Verdict
    judged: tuple[Judged, ...]
    """Those that were asked before the budget was used up."""
    states: int
    steps: int
    """Steps between the states."""
    overlooked: float
    """A bound on the probability that two states were taken for one."""
    seconds: float
    taken: Mapping[str, int]
    """By action, how many of the steps it accounts for."""
    progress: str | None = None
    """Which budget was used up, and how far the search got."""

"""How states are searched, which changes nothing about what is found, but for what the reduction leaves out."""

from __future__ import annotations

from dataclasses import dataclass

from lawful.checkers.exploration.exact import ByState
from lawful.checkers.exploration.reduction import is_reducible
from lawful.checkers.exploration.runs import ByRuns
from lawful.checkers.exploration.seen import ByFingerprint, Seen
from lawful.checkers.exploration.step_table import StepTable
from lawful.checkers.exploration.store import Spill
from lawful.models.local_steps import AnyModel


@dataclass(frozen=True, slots=True)
class Means:
    """The choices of `explore`."""

    symmetric: bool = False
    reduced: bool = False
    exact: bool = False
    workers: int = 1
    spill: Spill | None = None

    def require_possible(self, model: AnyModel) -> None:
        """Raises `ValueError` where they do not go with the model, or with each other."""
        if self.reduced and not is_reducible(model):
            raise ValueError("steps may be left out only on a network that loses messages")
        if self.exact and self.spill is not None:
            raise ValueError("only fingerprints are put away, and not the states themselves")

    def seen(self, table: StepTable) -> Seen:
        """What remembers the states."""
        if self.exact:
            return ByState(table)
        is_shared = self.workers > 1
        return ByFingerprint(shared=is_shared) if self.spill is None else ByRuns(self.spill, shared=is_shared)

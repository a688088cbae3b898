"""What an induction asks for: each lemma holds at first, and each action keeps it where all lemmas held before.

And each theorem holds wherever the lemmas do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic

from lawful.checkers.proof.finding import Goal
from lawful.models.first_order.expression import Expression, Variable
from lawful.models.first_order.system import Action, Lemma, State, System


@dataclass(frozen=True, slots=True)
class Obligation(Generic[State]):
    """A lemma, and an action that has to keep it; without an action, it has to hold at first. Or a theorem."""

    lemma: Lemma[State]
    action: Action[State] | None
    premises: tuple[Expression, ...]
    """What the action requires, or what holds at first."""
    claim: Expression
    """The lemma, of the state afterwards."""
    follows: bool = False
    """It is a theorem, and has to follow from the lemmas of the same state."""

    @property
    def goal(self) -> Goal:
        if self.follows:
            return Goal.FOLLOWS
        return Goal.INITIAL if self.action is None else Goal.STEP

    @property
    def from_lemmas(self) -> bool:
        """Whether the lemmas are assumed, of the state that the premises are about."""
        return self.goal is not Goal.INITIAL

    @property
    def parameters(self) -> tuple[Variable, ...]:
        return () if self.action is None else self.action.parameters


def obligations(system: System[State]) -> Iterator[Obligation[State]]:
    """All of them: theorems, first states, then action by action."""
    yield from (Obligation(one, None, (), one.holds(system.state), follows=True) for one in system.theorems)
    initial = system.initial(system.state)
    yield from (Obligation(lemma, None, (initial,), lemma.holds(system.state)) for lemma in system.lemmas)
    for action in system.actions:
        yield from steps_of(system, action)


def steps_of(system: System[State], action: Action[State]) -> Iterator[Obligation[State]]:
    """The obligations of one action."""
    step = action.step(system.state)
    premises = tuple(step.requires.values())
    yield from (Obligation(lemma, action, premises, lemma.holds(step.after)) for lemma in system.lemmas)

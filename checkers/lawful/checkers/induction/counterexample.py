"""A step that breaks a claim: a small state, an action, and the state after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lawful.checkers.induction.obligation import Obligation
from lawful.models.first_order.expression import Variable
from lawful.models.first_order.structure import Structure, Value
from lawful.models.first_order.system import State, System


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Without an action: a state of which the claim does not hold, a first one where it is no theorem."""

    before: Structure
    action: str | None
    values: Mapping[str, str]
    """The parameters of the action, and the names of the elements that they stand for."""
    after: Structure
    replayed: bool
    """Whether the step was taken again by evaluating the definitions, and broke the claim there."""


def replayed(
    system: System[State], obligation: Obligation[State], before: Structure, values: Mapping[Variable, Value]
) -> Counterexample:
    """The counterexample that a solver found, checked by the definitions of the system without a solver."""
    action = obligation.action
    allowed = all(before.holds(one.holds) for one in system.axioms)
    allowed = allowed and all(before.holds(one, values) for one in obligation.premises)
    claim = obligation.lemma.holds(system.state)
    assumed = not obligation.from_lemmas or all(before.holds(one.holds(system.state)) for one in system.lemmas)
    if action is None:
        return Counterexample(before, None, {}, before, allowed and assumed and not before.holds(claim))
    after = before.updated(system.parts(action.step(system.state).after), values)
    named = {one.name: before.name(one.sort, values[one]) for one in action.parameters}
    return Counterexample(before, action.name, named, after, allowed and assumed and not after.holds(claim))

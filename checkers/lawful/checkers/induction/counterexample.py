"""A step that breaks a claim: a small state, an action, and the state after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lawful.models.first_order.expression import Expression, Symbol, Variable
from lawful.models.first_order.structure import Structure, Value
from lawful.models.first_order.system import Action, Lemma, State, System


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Without an action: a first state of which the claim does not hold."""

    before: Structure
    action: str | None
    values: Mapping[str, str]
    """The parameters of the action, and the names of the elements that they stand for."""
    after: Structure
    replayed: bool
    """Whether the step was taken again by evaluating the definitions, and broke the claim there."""


def replayed(
    system: System[State],
    lemma: Lemma[State],
    action: Action[State] | None,
    before: Structure,
    values: Mapping[Variable, Value],
) -> Counterexample:
    """The counterexample that a solver found, checked by the definitions of the system without a solver."""
    axioms = all(before.holds(one.holds) for one in system.axioms)
    claim = lemma.holds(system.state)
    if action is None:
        wrong = before.holds(system.initial(system.state)) and not before.holds(claim)
        return Counterexample(before, None, {}, before, axioms and wrong)
    step = action.step(system.state)
    allowed = all(before.holds(one, values) for one in step.requires.values())
    assumed = all(before.holds(one.holds(system.state)) for one in system.lemmas)
    after = before.updated(system.parts(step.after), values)
    named = {one.name: before.name(one.sort, values[one]) for one in action.parameters}
    return Counterexample(before, action.name, named, after, axioms and allowed and assumed and not after.holds(claim))


def changes(counterexample: Counterexample, symbol: Symbol) -> list[tuple[tuple[Value, ...], Value, Value]]:
    """Where a symbol means another thing after the step: the tuple, the value before and the one after."""
    before, after = counterexample.before.tables[symbol.name], counterexample.after.tables[symbol.name]
    return [(at, value, after[at]) for at, value in before.items() if after[at] != value]


def holds_after(found: Counterexample, claim: Expression) -> bool:
    return found.after.holds(claim)

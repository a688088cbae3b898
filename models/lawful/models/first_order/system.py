"""A transition system in first-order logic: what is fixed, what changes, how it begins, how it steps, what holds.

A state is an object whose fields are callables. In the state that a step starts from they are symbols; a step makes
new ones from them, such as `changed(state.term, server, to=term)`. So a claim about the state after a step is the
claim itself, called on the new state: there are no primed symbols, and nothing has to be said of what stays.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from lawful.models.first_order.expression import Callables, Expression, Sort, Symbol, Variable

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Axiom:
    """What holds of things that never change."""

    sentence: str
    holds: Expression
    name: str | None = None
    """Where it has one, a step may use it only if its core names it: for a solver, what is not needed is in the way."""


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """What an action asks for, each condition under its name, and the state that it leaves."""

    requires: Mapping[str, Expression]
    after: State


@dataclass(frozen=True, slots=True)
class Action(Generic[State]):
    """A step for all values of its parameters."""

    name: str
    sentence: str
    parameters: tuple[Variable, ...]
    take: Callable[..., Step[State]]
    """Of the state and one value for each parameter."""

    def step(self, state: State) -> Step[State]:
        """The step for its parameters as they are."""
        return self.take(state, *self.parameters)


@dataclass(frozen=True, slots=True)
class Lemma(Generic[State]):
    """A claim about every state that can be reached."""

    name: str
    sentence: str
    holds: Callable[[State], Expression]


@dataclass(frozen=True, slots=True)
class Scope:
    """A small instance to search in: the elements of each sort, and the meaning of some fixed symbols."""

    elements: Mapping[Sort, tuple[str, ...]]
    meaning: Mapping[Symbol, Callable[..., bool | int]]
    """By position of the elements. Symbols that are not here may mean anything that the axioms allow."""

    @property
    def size(self) -> str:
        """Such as `3 servers, 1 quorum, 4 entries`."""
        return ", ".join(f"{len(names)} {_noun(sort.name, len(names))}" for sort, names in self.elements.items())


@dataclass(frozen=True, slots=True)
class System(Generic[State]):
    """Everything that a proof is about."""

    name: str
    sorts: tuple[Sort, ...]
    fixed: tuple[Symbol, ...]
    axioms: tuple[Axiom, ...]
    state: State
    """The state before a step: a dataclass whose fields are symbols."""
    initial: Callable[[State], Expression]
    actions: tuple[Action[State], ...]
    lemmas: tuple[Lemma[State], ...]
    goals: tuple[str, ...]
    """The lemmas for whose sake there are the others."""
    scopes: tuple[Scope, ...]
    """Where to look for counterexamples: small ones first. The last one is where unsat cores come from."""
    theorems: tuple[Lemma[State], ...] = ()
    """What follows from the lemmas in the same state, each also from the theorems before it. Steps may use them."""

    @property
    def changing(self) -> tuple[Symbol, ...]:
        """The symbols of the state, in the order of its fields."""
        return tuple(symbols_of(self.state).values())

    def parts(self, after: State) -> dict[Symbol, Callables]:
        """What a step made of each symbol of the state."""
        return {symbol: getattr(after, field) for field, symbol in symbols_of(self.state).items()}

    def with_action(self, action: Action[State]) -> System[State]:
        """The same system with another action in the place of the one of that name.

        Raises `KeyError` where there is none.
        """
        if action.name not in {one.name for one in self.actions}:
            raise KeyError(action.name)
        actions = tuple(action if one.name == action.name else one for one in self.actions)
        return dataclasses.replace(self, actions=actions)


def action(sentence: str, **parameters: Sort) -> Callable[[Callable[..., Step[State]]], Action[State]]:
    """Makes an action of a function of the state and of parameters of these sorts; its name is the function's."""
    variables = tuple(Variable(name, sort) for name, sort in parameters.items())
    return lambda take: Action(take.__name__, sentence, variables, take)


def lemma(sentence: str) -> Callable[[Callable[[State], Expression]], Lemma[State]]:
    """Makes a lemma of a function of the state; its name is the function's."""
    return lambda holds: Lemma(holds.__name__, sentence, holds)


def symbols_of(state: Any) -> dict[str, Symbol]:
    """The symbols of a state by field. Raises `TypeError` where a field is not a symbol, as after a step."""
    found = {one.name: getattr(state, one.name) for one in dataclasses.fields(state)}
    for name, symbol in found.items():
        if not isinstance(symbol, Symbol):
            raise TypeError(f"{name} is not a symbol")
    return found


def _noun(name: str, count: int) -> str:
    if count == 1:
        return name
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}es" if name.endswith("x") else f"{name}s"

"""Behaviours of a small instance, step by step: bounded search from first states, and k-induction.

An induction says that a lemma follows from the state before; its counterexamples may start where no behaviour leads. A
bounded search starts at first states, so what it finds can happen, and it says nothing of longer behaviours. With
k-induction a claim follows from the k states before: what one state does not tell, several may. Both are about one
small instance; what holds of any number of things is for `prover` to say.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, cast

import z3  # type: ignore[import-untyped]

from lawful.checkers.induction.spelled_out import (
    Element,
    SpelledOut,
    Truth,
    chosen,
    conjunction,
    disjunction,
    negation,
)
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.expression import TRUTH, Callables, Sort, Symbol, Variable
from lawful.models.first_order.structure import Structure, Value
from lawful.models.first_order.system import Action, Lemma, Scope, State, System, symbols_of

_ACTION = Sort("action")


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of a behaviour, and the state that it leaves."""

    action: str
    values: Mapping[str, str]
    after: Structure


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A state, and the steps from there."""

    first: Structure
    steps: tuple[Taken, ...]
    replayed: bool
    """Whether every step was taken again by evaluating the definitions."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """What came of looking at behaviours of up to `steps` steps."""

    steps: int
    behaviour: Behaviour | None
    known: bool = True
    """False: the solver gave up on behaviours that are longer than `steps`."""

    @property
    def verdict(self) -> Verdict:
        if self.behaviour is None:
            return Verdict.LAWFUL if self.known else Verdict.INCONCLUSIVE
        return Verdict.VIOLATION if self.behaviour.replayed else Verdict.INCONCLUSIVE


@dataclass(frozen=True, slots=True)
class SearchedGoal:
    """What came of looking for a behaviour that breaks a goal."""

    goal: str
    sentence: str
    size: str
    """Of the instance, in words."""
    found: Bounded

    @property
    def verdict(self) -> Verdict:
        return self.found.verdict


def goals_searched(system: System[State], depth: int, seconds: float) -> Iterator[SearchedGoal]:
    """A search for each goal, in the instance that is in the middle: the largest ones take long, step by step."""
    scope = system.scopes[len(system.scopes) // 2]
    for lemma in (one for one in system.lemmas if one.name in system.goals):
        yield SearchedGoal(lemma.name, lemma.sentence, scope.size, search(system, scope, lemma, depth, seconds))


def search(system: System[State], scope: Scope, claim: Lemma[State], depth: int, seconds: float) -> Bounded:
    """A shortest behaviour from a first state to one that breaks the claim, of at most `depth` steps.

    `seconds`: for each length.
    """
    unrolled = _Unrolled(system, scope, seconds)
    unrolled.assume(system.initial(unrolled.state(0)))
    for steps in range(depth + 1):
        if steps:
            unrolled.step()
        broken = unrolled.broken(claim, steps)
        if broken is None:
            return Bounded(steps - 1, None, known=False)
        if broken:
            return Bounded(steps, unrolled.behaviour(from_first=True))
    return Bounded(depth, None)


def follows_from_steps(
    system: System[State],
    scope: Scope,
    claim: Lemma[State],
    steps: int,
    seconds: float,
    assumed: Sequence[Lemma[State]] = (),
) -> Bounded:
    """Whether the claim follows, where it and what is assumed held in the `steps` states before.

    The behaviour that comes back starts in any such state. It is the inductive step of k-induction: together with a
    `search` of the same depth in which nothing is found, the claim holds of every state of the instance.
    """
    unrolled = _Unrolled(system, scope, seconds)
    for number in range(steps):
        unrolled.assume(*(one.holds(unrolled.state(number)) for one in (claim, *assumed)))
        unrolled.step()
    broken = unrolled.broken(claim, steps)
    if broken is None:
        return Bounded(steps, None, known=False)
    return Bounded(steps, unrolled.behaviour(from_first=False) if broken else None)


class _Unrolled(Generic[State]):
    """A behaviour of a length that grows: each state has symbols of its own."""

    def __init__(self, system: System[State], scope: Scope, seconds: float) -> None:
        self._system = system
        names = tuple(one.name for one in system.actions)
        self._instance = SpelledOut(Scope({**scope.elements, _ACTION: names}, scope.meaning))
        self._solver = z3.SolverFor("QF_FD")
        self._solver.set("timeout", max(1, round(seconds * 1000)))
        self._states: list[State] = []
        self._taken: list[tuple[Element, dict[Variable, Element]]] = []
        self._model: z3.ModelRef | None = None
        self._instance.make_functions(system.fixed)
        self.assume(*(one.holds for one in system.axioms))
        self._add_state()

    def state(self, number: int) -> State:
        return self._states[number]

    def assume(self, *formulas: Any) -> None:
        self._assert(self._instance.formula(one) for one in formulas)

    def step(self) -> None:
        """One more step, of any action."""
        number = len(self._taken)
        before = self._states[-1]
        taken = self._instance.any_element(f"action {number}", _ACTION)
        parameters = [one for action in self._system.actions for one in action.parameters]
        values = {
            one: self._instance.any_element(f"{one.name}, {one.sort.name} {number}", one.sort) for one in parameters
        }
        self._taken.append((taken, values))
        steps = [action.step(before) for action in self._system.actions]
        is_taken = [_is(taken, place) for place in range(len(steps))]
        for met, step in zip(is_taken, steps, strict=True):
            required = conjunction(self._instance.formula(one, values) for one in step.requires.values())
            self._assert([disjunction((negation(met), required))])
        after = self._add_state()
        for field, symbol in symbols_of(after).items():
            old = getattr(before, field)
            changing = [
                (met, getattr(step.after, field))
                for met, step in zip(is_taken, steps, strict=True)
                if getattr(step.after, field) is not old
            ]
            self._assert(self._meaning(symbol, old, changing, values))

    def broken(self, claim: Lemma[State], number: int) -> bool | None:
        """Whether the claim may fail in a state; None: the solver gave up."""
        self._solver.push()
        self._assert([negation(self._instance.formula(claim.holds(self._states[number])))])
        found = self._solver.check()
        self._model = self._solver.model() if found == z3.sat else None
        self._solver.pop()
        return None if found == z3.unknown else bool(found == z3.sat)

    def behaviour(self, from_first: bool) -> Behaviour:
        """The behaviour that was found last, taken again by the definitions."""
        assert self._model is not None
        structures = [self._structure(state) for state in self._states]
        steps, right = [], all(structures[0].holds(one.holds) for one in self._system.axioms)
        if from_first:
            right = right and structures[0].holds(self._system.initial(self._system.state))
        for (taken, values), before, after in zip(self._taken, structures, structures[1:], strict=False):
            action = self._system.actions[chosen(taken, self._model)]
            given = {one: chosen(values[one], self._model) for one in action.parameters}
            right = right and self._takes(action, given, before, after)
            named = {one.name: before.name(one.sort, given[one]) for one in action.parameters}
            steps.append(Taken(action.name, named, after))
        return Behaviour(structures[0], tuple(steps), right)

    def _takes(
        self, action: Action[State], given: Mapping[Variable, Value], before: Structure, after: Structure
    ) -> bool:
        step = action.step(self._system.state)
        allowed = all(before.holds(one, given) for one in step.requires.values())
        return allowed and before.updated(self._system.parts(step.after), given).tables == after.tables

    def _meaning(
        self,
        symbol: Symbol,
        old: Callables,
        changing: Sequence[tuple[Truth, Callables]],
        values: Mapping[Variable, Element],
    ) -> Iterator[Truth]:
        """What a symbol of the new state means: what the action that is taken makes of it, or what it meant before."""
        variables = tuple(Variable(f"at{place}", sort) for place, sort in enumerate(symbol.arguments))
        cases = [*changing, (negation(disjunction(met for met, _ in changing)), old)]
        bodies = [(met, part(*variables)) for met, part in cases]
        for at in self._instance.tuples(symbol.arguments):
            here = {**values, **dict(zip(variables, at, strict=True))}
            for met, body in bodies:
                if symbol.result == TRUTH:
                    new, made = self._instance.atom(symbol, at), self._instance.formula(body, here)
                    same = disjunction((conjunction((new, made)), conjunction((negation(new), negation(made)))))
                else:
                    element, value = self._instance.element(symbol, at), self._instance.term(body, here)
                    places = range(len(self._instance.scope.elements[symbol.result]))
                    same = disjunction(conjunction((_is(element, one), _is(value, one))) for one in places)
                yield disjunction((negation(met), same))

    def _add_state(self) -> State:
        number = len(self._states)
        fields = symbols_of(self._system.state)
        symbols = {name: dataclasses.replace(one, name=f"{one.name} {number}") for name, one in fields.items()}
        state = cast(State, dataclasses.replace(cast(Any, self._system.state), **symbols))
        self._states.append(state)
        self._instance.make_functions(symbols.values())
        return state

    def _structure(self, state: State) -> Structure:
        """A state of the model, by the names that symbols have in the system."""
        assert self._model is not None
        ours = symbols_of(state)
        found = self._instance.structure((*self._system.fixed, *ours.values()), self._model)
        names = {ours[field].name: symbol.name for field, symbol in symbols_of(self._system.state).items()}
        tables = {names.get(name, name): table for name, table in found.tables.items()}
        return Structure({sort: one for sort, one in found.elements.items() if sort != _ACTION}, tables)

    def _assert(self, truths: Iterable[Truth]) -> None:
        self._solver.add(*truths)
        self._solver.add(*self._instance.new_facts())


def _is(element: Element, value: int) -> Truth:
    if isinstance(element, int):
        return element == value
    return element.get(value, False)

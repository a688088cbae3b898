"""Searching a small instance for a step that breaks a claim; where there is none, for what the claim follows from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic

import z3  # type: ignore[import-untyped]

from lawful.checkers.induction.counterexample import Counterexample, replayed
from lawful.checkers.induction.obligation import Obligation
from lawful.checkers.induction.spelled_out import Element, SpelledOut, Truth, chosen, is_true, negation
from lawful.models.first_order.expression import TRUTH, Expression, Variable
from lawful.models.first_order.system import Lemma, Scope, State, System


@dataclass(frozen=True, slots=True)
class Found:
    """What came out of a search in one instance."""

    counterexample: Counterexample | None
    core: tuple[str, ...] | None
    """The lemmas that exclude a counterexample. None where there is one, or the solver gave up."""


class Search(Generic[State]):
    """A small instance of a system, in which lemmas can be assumed one by one."""

    def __init__(self, system: System[State], scope: Scope, seconds: float) -> None:
        self._system = system
        self._instance = SpelledOut(scope)
        self._solver = z3.SolverFor("QF_FD")
        self._solver.set("timeout", max(1, round(seconds * 1000)))
        self._instance.make_functions((*system.fixed, *system.changing))
        self._assert(*(self._instance.formula(one.holds) for one in system.axioms))
        self._switches: dict[str, Any] = {}

    def possible(self, formulas: Iterable[Expression], assumed: Iterable[Lemma[State]], of: Iterable[Variable]) -> bool:
        """Whether the formulas hold of some state of which the lemmas hold."""
        switches, values = [self._switch(one) for one in assumed], self._parameters(of)
        with _Scoped(self._solver):
            self._assert(*(self._instance.formula(one, values) for one in formulas))
            return bool(self._solver.check(*switches) == z3.sat)

    def broken(self, obligation: Obligation[State]) -> Found:
        """Whether there is a counterexample, as small as it gets; otherwise, which lemmas exclude it."""
        assumed = self._system.lemmas if obligation.from_lemmas else ()
        # What is asserted of lemmas and parameters stays for the next search: it comes before the scope is opened.
        switches = {self._switch(one): one.name for one in assumed}
        values = self._parameters(obligation.parameters)
        with _Scoped(self._solver):
            self._assert(*(self._instance.formula(one, values) for one in obligation.premises))
            self._assert(negation(self._instance.formula(obligation.claim, values)))
            reply = self._solver.check(*switches)
            if reply == z3.unsat:
                core = self._smallest_core(list(self._solver.unsat_core()), self._switches.get(obligation.lemma.name))
                return Found(None, tuple(switches[one] for one in core))
            if reply != z3.sat:
                return Found(None, None)
            model = self._least(list(switches), values.values())
            state = self._instance.structure((*self._system.fixed, *self._system.changing), model)
            given = {one: chosen(value, model) for one, value in values.items()}
            return Found(replayed(self._system, obligation, state, given), None)

    def _smallest_core(self, core: list[Any], last: Any) -> list[Any]:
        """As few of the assumptions as still exclude what is asserted. `last` is left out only if nothing else is."""
        for one in sorted(core, key=lambda switch: switch is last):
            fewer = [other for other in core if not other.eq(one)]
            if self._solver.check(*fewer) == z3.unsat:
                core = fewer
        return core

    def _least(self, assumed: list[Any], values: Iterable[Element]) -> z3.ModelRef:
        """A model in which as little as possible has happened: relations hold of few, functions give first elements.

        One after the other everything gets the first meaning that is possible, so the model is the same whatever the
        solver found first.
        """
        model = self._solver.model()
        for alternatives in self._meanings(values):
            for wanted in alternatives:
                if is_true(wanted, model):
                    assumed.append(wanted)
                    break
                if self._solver.check(*assumed, wanted) == z3.sat:
                    assumed.append(wanted)
                    model = self._solver.model()
                    break
        return model

    def _meanings(self, values: Iterable[Element]) -> Iterator[Iterable[Truth]]:
        """What everything may mean, the state first: for each in turn the alternatives, the least one first."""
        for symbol in (*self._system.changing, *self._system.fixed):
            for at in self._instance.tuples(symbol.arguments):
                if symbol.result == TRUTH:
                    atom = self._instance.atom(symbol, at)
                    yield () if isinstance(atom, bool) else (negation(atom), atom)
                else:
                    yield _alternatives(self._instance.element(symbol, at))
        yield from map(_alternatives, values)

    def _parameters(self, variables: Iterable[Variable]) -> dict[Variable, Element]:
        values = {one: self._instance.any_element(f"{one.name}, any {one.sort.name}", one.sort) for one in variables}
        self._assert()
        return values

    def _switch(self, lemma: Lemma[State]) -> Any:
        """A variable that, where it is true, lets the lemma hold."""
        if lemma.name not in self._switches:
            switch = self._switches[lemma.name] = z3.Bool(f"assume {lemma.name}")
            formula = self._instance.formula(lemma.holds(self._system.state))
            self._assert(z3.Implies(switch, formula))
        return self._switches[lemma.name]

    def _assert(self, *truths: Truth) -> None:
        self._solver.add(*truths, *self._instance.new_facts())


def _alternatives(element: Element) -> Iterable[Truth]:
    return () if isinstance(element, int) else element.values()


class _Scoped:
    """What is asserted inside is taken back."""

    def __init__(self, solver: z3.Solver) -> None:
        self._solver = solver

    def __enter__(self) -> None:
        self._solver.push()

    def __exit__(self, *_: object) -> None:
        self._solver.pop()

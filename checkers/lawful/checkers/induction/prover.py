"""Proofs by induction: each lemma holds at first, and each action keeps it where all lemmas held before.

A question with all lemmas and any number of things is often too much for the solver: it instantiates quantifiers that
have nothing to do with the matter. So an obligation is asked with the few lemmas that it needs, its core. Cores are
kept as data. Where there is none, or it no longer does, the obligation is solved in a small instance first: there the
solver always answers, with a counterexample or with a core that is then tried for any number of things.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeAlias

from lawful.checkers.induction.counterexample import Counterexample
from lawful.checkers.induction.finding import Finding
from lawful.checkers.induction.search import Search
from lawful.checkers.induction.unbounded import Unbounded
from lawful.checkers.proof.finding import SECONDS, Goal
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.expression import Expression
from lawful.models.first_order.system import Action, Lemma, Scope, State, System

Cores: TypeAlias = Mapping[tuple[str, str], tuple[str, ...]]
"""The lemmas that an action needs to keep a lemma, by action and lemma. Not there: the lemma itself is enough."""

FIRST_TRY_SECONDS = 2.0
"""How long the kept core is tried before small instances are searched; then it may take the time that is allowed."""


def prove(system: System[State], cores: Cores, seconds: float = SECONDS, seed: int = 0) -> Iterator[Finding]:
    """Every obligation of the induction. `seconds`: for each question to the solver."""
    prover = Prover(system, cores, seconds, seed)
    for lemma in system.lemmas:
        yield prover.holds_at_first(lemma)
    for action in system.actions:
        for lemma in system.lemmas:
            yield prover.is_kept(lemma, action)


class Prover(Generic[State]):
    """The obligations of one system, one by one."""

    def __init__(self, system: System[State], cores: Cores, seconds: float = SECONDS, seed: int = 0) -> None:
        self._system = system
        self._cores = cores
        self._seconds = seconds
        self._seed = seed
        self._unbounded = Unbounded(one.holds for one in system.axioms)
        self._lemmas = {one.name: one for one in system.lemmas}
        self._before: dict[str, Any] = {}
        self._searches: dict[int, Search[State]] = {}

    def holds_at_first(self, lemma: Lemma[State]) -> Finding:
        """Whether the lemma holds of every first state."""
        state = self._system.state
        asked = [self._system.initial(state), ~lemma.holds(state)]
        blank = Finding(Goal.INITIAL, lemma.name, lemma.sentence, None, Verdict.LAWFUL, 0.0)
        return self._settled(blank, asked, (), lambda search: search.broken_at_first(lemma))

    def is_kept(self, lemma: Lemma[State], action: Action[State]) -> Finding:
        """Whether the lemma holds after the action, where all lemmas held before."""
        asked = _asked(self._system, lemma, action)
        blank = Finding(Goal.STEP, lemma.name, lemma.sentence, action.name, Verdict.LAWFUL, 0.0)
        core = self._cores.get((action.name, lemma.name), (lemma.name,))
        return self._settled(blank, asked, core, lambda search: search.broken_by(lemma, action))

    def with_smallest_core(self, finding: Finding) -> Finding:
        """The proof of a step with no more lemmas than it needs: each is left out where that goes well."""
        if finding.action is None or finding.verdict is not Verdict.LAWFUL:
            return finding
        (action,) = [one for one in self._system.actions if one.name == finding.action]
        (lemma,) = [one for one in self._system.lemmas if one.name == finding.lemma]
        formulas = [self._unbounded.translated(one) for one in _asked(self._system, lemma, action)]
        core = finding.hypotheses
        # The lemma itself is left out last: that it is kept as it was is the reason that a reader expects.
        for name in sorted(core, key=lambda one: one == finding.lemma):
            fewer = tuple(one for one in core if one != name)
            if self._excluded(formulas, fewer, self._seconds):
                core = fewer
        return replace(finding, hypotheses=core)

    def _excluded(self, asked: list[Any], core: tuple[str, ...], seconds: float) -> bool | None:
        """Whether the lemmas of the core exclude what is asked, for any number of things. None: not known."""
        assumed = [self._assumed(name) for name in core if name in self._lemmas]
        return self._unbounded.contradictory([*assumed, *asked], seconds, self._seed).contradictory

    def _settled(
        self, blank: Finding, asked: Sequence[Expression], core: tuple[str, ...], broken: Callable[[Search[State]], Any]
    ) -> Finding:
        started_s = time.monotonic()
        formulas = [self._unbounded.translated(one) for one in asked]
        if self._excluded(formulas, core, min(FIRST_TRY_SECONDS, self._seconds)):
            return replace(blank, hypotheses=core, seconds=time.monotonic() - started_s)
        finding = self._searched(blank, formulas, core, broken)
        return replace(finding, seconds=time.monotonic() - started_s)

    def _searched(
        self, blank: Finding, formulas: list[Any], core: tuple[str, ...], broken: Callable[[Search[State]], Any]
    ) -> Finding:
        found_core: tuple[str, ...] | None = None
        for scope in self._system.scopes:
            found = broken(self._search(scope))
            if found.counterexample is not None:
                verdict = Verdict.VIOLATION if found.counterexample.replayed else Verdict.INCONCLUSIVE
                reason = (
                    None if found.counterexample.replayed else "the definitions do not take the step that was found"
                )
                return replace(blank, verdict=verdict, reason=reason, counterexample=found.counterexample)
            found_core = found.core
        for tried in (found_core, core):
            if tried is not None and self._excluded(formulas, tried, self._seconds):
                return replace(blank, hypotheses=tried)
        reason = f"no counterexample of {self._system.scopes[-1].size}, and no proof within {self._seconds:g} s"
        return replace(blank, verdict=Verdict.INCONCLUSIVE, reason=reason)

    def _assumed(self, name: str) -> Any:
        """A lemma of the state before, for the solver; translated once."""
        if name not in self._before:
            self._before[name] = self._unbounded.translated(self._lemmas[name].holds(self._system.state))
        return self._before[name]

    def _search(self, scope: Scope) -> Search[State]:
        if id(scope) not in self._searches:
            self._searches[id(scope)] = Search(self._system, scope, self._seconds)
        return self._searches[id(scope)]


def _asked(system: System[State], lemma: Lemma[State], action: Action[State]) -> list[Expression]:
    """What has to contradict itself, given lemmas: the action is taken, and the lemma fails afterwards."""
    step = action.step(system.state)
    return [*step.requires.values(), ~lemma.holds(step.after)]


def _broken(blank: Finding, found: Counterexample) -> Finding:
    if found.replayed:
        return replace(blank, verdict=Verdict.VIOLATION, counterexample=found)
    reason = "the solver found a step that the definitions do not take"
    return replace(blank, verdict=Verdict.INCONCLUSIVE, reason=reason, counterexample=found)

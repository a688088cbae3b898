"""Proofs by induction, of systems of any size.

A question with all lemmas and any number of things is often too much for the solver: it instantiates quantifiers that
have nothing to do with the matter. So an obligation is asked with the few lemmas that it needs, its core. Cores are
kept as data. Where there is none, or it no longer does, the obligation is solved in a small instance first: there the
solver always answers, with a counterexample or with a core that is then tried for any number of things.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeAlias

from lawful.checkers.induction.finding import Finding
from lawful.checkers.induction.obligation import Obligation, obligations
from lawful.checkers.induction.search import Search
from lawful.checkers.induction.unbounded import Unbounded
from lawful.checkers.proof.finding import SECONDS, Goal
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.expression import Expression
from lawful.models.first_order.system import Scope, State, System

Core: TypeAlias = tuple[str, ...]
"""Names of lemmas."""
Cores: TypeAlias = Mapping[tuple[str, str], Core]
"""The lemmas that an action needs to keep a lemma, by action and lemma. Not there: the lemma itself is enough.

And what a theorem follows from, by `follows` and its name. Axioms that have names and theorems are named like lemmas.
"""

FIRST_TRY_SECONDS = 0.5
"""How long the kept core is tried at first, twice; later tries may take longer and longer, up to what is allowed.

Each try begins elsewhere: a solver that went astray among quantifiers seldom does so twice.
"""


def prove(system: System[State], cores: Cores, seconds: float = SECONDS, seed: int = 0) -> Iterator[Finding]:
    """Every obligation of the induction. `seconds`: for each question to the solver. `seed`: where it begins."""
    prover = Prover(system, cores, seconds, seed)
    yield from (prover.settled(one) for one in obligations(system))


class Prover(Generic[State]):
    """The obligations of one system, one by one."""

    def __init__(self, system: System[State], cores: Cores, seconds: float = SECONDS, seed: int = 0) -> None:
        self._system = system
        self._cores = cores
        self._seconds = seconds
        self._seed = seed
        self._unbounded = Unbounded(one.holds for one in system.axioms if one.name is None)
        state = system.state
        self._axioms = {one.name: one.holds for one in system.axioms if one.name is not None}
        self._theorems = {one.name: one.holds(state) for one in system.theorems}
        self._premise = {**self._axioms, **{one.name: one.holds(state) for one in system.lemmas}, **self._theorems}
        """What a core may name."""
        self._before: dict[str, Any] = {}
        self._searches: dict[int, Search[State]] = {}
        self._premises: tuple[Sequence[Expression], list[Any]] = ((), [])

    def settled(self, obligation: Obligation[State]) -> Finding:
        """Whether the obligation is met."""
        started_s = time.monotonic()
        asked, core = self._asked(obligation), self._core(obligation)
        if any(self._excluded(asked, core, FIRST_TRY_SECONDS, self._seed + more) for more in range(2)):
            finding = _found(obligation, Verdict.LAWFUL, core)
        else:
            finding = self._searched(obligation, asked, core)
        return replace(finding, seconds=time.monotonic() - started_s)

    def smallest_core(self, obligation: Obligation[State], core: Core) -> Core:
        """As few of these lemmas as still prove the obligation; the lemma itself is left out last.

        That a lemma is kept because it held is the reason that a reader expects.
        """
        asked = self._asked(obligation)
        for name in sorted(core, key=lambda one: one == obligation.lemma.name):
            fewer = tuple(one for one in core if one != name)
            if self._excluded(asked, fewer, self._seconds, self._seed):
                core = fewer
        return core

    def _searched(self, obligation: Obligation[State], asked: Sequence[Any], core: Core) -> Finding:
        """Instances from small to large, each followed by two more tries for any number of things."""
        limit_s, seed = FIRST_TRY_SECONDS, self._seed + 1
        for scope in self._system.scopes:
            found = self._search(scope).broken(obligation)
            if found.counterexample is not None:
                if found.counterexample.replayed:
                    return replace(_found(obligation, Verdict.VIOLATION), counterexample=found.counterexample)
                return _unknown(obligation, "the solver found a step that the definitions do not take")
            limit_s = self._seconds if scope is self._system.scopes[-1] else limit_s * 2
            for tried in (core, None if found.core is None else (*found.core, *self._axioms)):
                seed += 1
                if tried is not None and self._excluded(asked, tried, limit_s, seed):
                    return _found(obligation, Verdict.LAWFUL, tried)
        size = self._system.scopes[-1].size
        return _unknown(obligation, f"no counterexample of {size}, and no proof within {self._seconds:g} s")

    def _excluded(self, asked: Iterable[Any], core: Core, seconds: float, seed: int) -> bool:
        """Whether the lemmas of the core exclude what is asked, for any number of things."""
        assumed = [self._assumed(name) for name in core]
        limit_s = min(seconds, self._seconds)
        return self._unbounded.contradictory([*assumed, *asked], limit_s, seed).contradictory is True

    def _core(self, obligation: Obligation[State]) -> Core:
        """What is assumed at first; what the system has not is no lemma. A theorem needs only those before it."""
        name = obligation.lemma.name
        if obligation.follows:
            later = list(self._theorems)[list(self._theorems).index(name) :]
            return tuple(one for one in self._cores.get((Goal.FOLLOWS, name), ()) if one not in later)
        if obligation.action is None:
            return ()
        kept = self._cores.get((obligation.action.name, name), (name,))
        return tuple(one for one in kept if one in self._premise)

    def _asked(self, obligation: Obligation[State]) -> list[Any]:
        """What has to contradict itself: the premises, and that the claim fails. Premises are shared by an action."""
        if self._premises[0] is not obligation.premises:
            premises = [self._unbounded.translated(one) for one in obligation.premises]
            self._premises = obligation.premises, premises
        return [*self._premises[1], self._unbounded.translated(~obligation.claim)]

    def _assumed(self, name: str) -> Any:
        """A lemma of the state before, for the solver; translated once."""
        if name not in self._before:
            self._before[name] = self._unbounded.translated(self._premise[name])
        return self._before[name]

    def _search(self, scope: Scope) -> Search[State]:
        if id(scope) not in self._searches:
            self._searches[id(scope)] = Search(self._system, scope, self._seconds)
        return self._searches[id(scope)]


def _found(obligation: Obligation[State], verdict: Verdict, core: Core = ()) -> Finding:
    action = None if obligation.action is None else obligation.action.name
    lemma = obligation.lemma
    return Finding(obligation.goal, lemma.name, lemma.sentence, action, verdict, 0.0, core)


def _unknown(obligation: Obligation[State], reason: str) -> Finding:
    return replace(_found(obligation, Verdict.INCONCLUSIVE), reason=reason)

"""A question to Z3, with a limit of time."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import z3  # type: ignore[import-untyped]

from lawful.checkers.proof.logic import Condition
from lawful.checkers.proof.translation import Translator


@dataclass(frozen=True, slots=True)
class Reply:
    """What the solver says."""

    satisfiable: bool | None
    """None: it gave up."""
    seconds: float
    reason: str | None = None
    model: z3.ModelRef | None = None


class Question:
    """What is assumed, and the questions asked under it."""

    def __init__(self, translator: Translator, assumed: Iterable[Condition], seconds: float) -> None:
        self._translator = translator
        self._solver = z3.Solver()
        self._solver.set("timeout", max(1, round(seconds * 1000)))
        self._seconds = seconds
        self._solver.add(*assumed)
        self._facts = 0

    def possible(self, *conditions: Condition, wanted: Iterable[Condition] = ()) -> Reply:
        """Whether all conditions may hold at once. Of what is `wanted` as much as can be is true in the model."""
        started_s = time.monotonic()
        facts = self._translator.facts()
        self._solver.add(*facts[self._facts :])
        self._facts = len(facts)
        if any(one is False for one in conditions):
            return Reply(False, time.monotonic() - started_s)
        self._solver.push()
        self._solver.add(*conditions)
        found = self._solver.check()
        model = self._model(wanted, started_s) if found == z3.sat else None
        gave_up = f"no answer within {self._seconds:g} s ({self._solver.reason_unknown()})"
        reason = gave_up if found == z3.unknown else None
        self._solver.pop()
        satisfiable = None if found == z3.unknown else found == z3.sat
        return Reply(satisfiable, time.monotonic() - started_s, reason, model)

    def _model(self, wanted: Iterable[Condition], started_s: float) -> z3.ModelRef:
        """A model in which as much of what is wanted is true as can be had one after the other."""
        model = self._solver.model()
        for one in wanted:
            if isinstance(one, bool) or time.monotonic() - started_s > self._seconds:
                continue
            if z3.is_true(model.eval(one, model_completion=True)):
                self._solver.add(one)
            elif self._solver.check(one) == z3.sat:
                model = self._solver.model()
                self._solver.add(one)
        return model

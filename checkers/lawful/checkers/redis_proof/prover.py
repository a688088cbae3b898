"""Asks Z3 whether what a server acknowledged can be gone: by induction over its steps, or the shortest way there.

Lemma `in order`: what is synced was written, and what was written is there. Lemma `survives`: what is acknowledged is
out of reach of the hazards. Each holds at first, and every step keeps both; together they say that what is acknowledged
is there. Where a step does not keep one, behaviours from the start are searched, the shortest first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import z3  # type: ignore[import-untyped]

from lawful.checkers.redis_proof.counts import INITIAL, Counts, Relation, Setting, any_counts, are, relations
from lawful.checkers.verdict import Verdict, overall

DEPTH = 8
"""How many steps are searched. Where an answer comes too early, three suffice."""
DURABLE = "what is acknowledged is there"
IN_ORDER = "what is synced was written, and what was written is there"
SURVIVES = "what is acknowledged survives"
Lemma = Callable[[Counts], z3.BoolRef]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One question to the solver."""

    lemma: str
    step: str | None
    """None: that it holds at first, or that it follows from the lemmas."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of one setting."""

    setting: Setting
    obligations: tuple[Obligation, ...]
    idle: tuple[str, ...]
    """Steps that can be taken in no state of the proof: it would say nothing of them."""
    behaviour: tuple[tuple[str, Counts], ...]
    """The shortest way to a loss: each step with the counts after it; empty where there is none."""
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """Lawful: proved. Violation: a behaviour loses. Inconclusive: neither was found."""
        if self.behaviour:
            return Verdict.VIOLATION
        worst = overall(one.verdict for one in self.obligations)
        return Verdict.LAWFUL if worst is Verdict.LAWFUL and not self.idle else Verdict.INCONCLUSIVE


def prove(setting: Setting, limit_s: float, steps: Mapping[str, Relation] | None = None) -> Proof:
    """The proof, or the loss. `steps`: what may happen instead, to try a mistake. `limit_s`: for one question."""
    started_s = time.monotonic()
    steps = relations(setting) if steps is None else steps
    lemmas = _lemmas(setting)
    obligations = tuple(_obligations(lemmas, steps, limit_s))
    idle = tuple(name for name, step in steps.items() if not _is_possible(lemmas, step, limit_s))
    is_proved = all(one.verdict is Verdict.LAWFUL for one in obligations)
    behaviour = () if is_proved else _shortest_loss(steps, limit_s)
    return Proof(setting, obligations, idle, behaviour, time.monotonic() - started_s)


def _lemmas(setting: Setting) -> dict[str, Lemma]:
    return {
        IN_ORDER: lambda now: z3.And(now.synced >= 0, now.synced <= now.written, now.written <= now.taken),
        SURVIVES: lambda now: z3.And(now.acknowledged >= 0, now.acknowledged <= now.of(setting.survives)),
    }


def is_durable(now: Counts) -> z3.BoolRef:
    """What is acknowledged is there; of a server that is down: it will be there when it starts."""
    return now.acknowledged <= now.taken


def _obligations(lemmas: Mapping[str, Lemma], steps: Mapping[str, Relation], limit_s: float) -> Iterator[Obligation]:
    first, before, after = any_counts("first"), any_counts("before"), any_counts("after")
    held = [lemma(before) for lemma in lemmas.values()]
    for name, lemma in lemmas.items():
        yield Obligation(name, None, _impossible(limit_s, are(first, INITIAL), z3.Not(lemma(first))))
        for step, relation in steps.items():
            yield Obligation(name, step, _impossible(limit_s, *held, relation(before, after), z3.Not(lemma(after))))
    yield Obligation(DURABLE, None, _impossible(limit_s, *held, z3.Not(is_durable(before))))


def _is_possible(lemmas: Mapping[str, Lemma], step: Relation, limit_s: float) -> bool:
    before, after = any_counts("before"), any_counts("after")
    held = [lemma(before) for lemma in lemmas.values()]
    return _impossible(limit_s, *held, step(before, after)) is Verdict.VIOLATION


def _shortest_loss(steps: Mapping[str, Relation], limit_s: float) -> tuple[tuple[str, Counts], ...]:
    states = [any_counts(f"state {number}") for number in range(DEPTH + 1)]
    solver = _solver(limit_s)
    solver.add(are(states[0], INITIAL))
    chosen = [z3.Int(f"step {number}") for number in range(DEPTH)]
    names = list(steps)
    for number, (before, after) in enumerate(pairwise(states)):
        taken = [z3.And(chosen[number] == place, steps[name](before, after)) for place, name in enumerate(names)]
        solver.add(z3.Or(*taken))
        lost = z3.Not(is_durable(after))
        if solver.check(lost) == z3.sat:
            solver.add(lost)
            taken_steps = [names[_first_possible(solver, term, len(names))] for term in chosen[: number + 1]]
            solver.check()
            counts = [_concrete(solver.model(), one) for one in states[1 : number + 2]]
            return tuple(zip(taken_steps, counts, strict=True))
    return ()


def _first_possible(solver: z3.Solver, term: z3.ArithRef, count: int) -> int:
    """Of several losses that are as short, always the same one is shown, whatever the solver thinks of first."""
    number = next(number for number in range(count) if solver.check(term == number) == z3.sat)
    solver.add(term == number)
    return number


def _concrete(model: z3.ModelRef, counts: Counts) -> Counts:
    *lengths, is_up = (model.eval(term, model_completion=True) for term in counts)
    taken, written, synced, acknowledged = (term.as_long() for term in lengths)
    return Counts(taken, written, synced, acknowledged, z3.is_true(is_up))


def _impossible(limit_s: float, *conditions: z3.BoolRef) -> Verdict:
    """Lawful: the conditions never hold at once."""
    solver = _solver(limit_s)
    found = solver.check(*conditions)
    if found == z3.unknown:
        return Verdict.INCONCLUSIVE
    return Verdict.LAWFUL if found == z3.unsat else Verdict.VIOLATION


def _solver(limit_s: float) -> z3.Solver:
    solver = z3.Solver()
    solver.set("timeout", max(1, round(limit_s * 1000)))
    return solver

"""The hunt for a twin: it is driven with one client, then with clients at once, then under faults, until it is caught.

Caught is a twin when the model of the *right* declaration finds a violation in what it answered. Which clause rejects
it is what a report of a real run would say.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from lawful.checkers.clause_verdicts import ClauseStatus, judge_clauses
from lawful.checkers.diagnosis import diagnose_history
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.judging import check_object, check_objects
from lawful.conformance.model_choice import models_for
from lawful.conformance.run.stages import Stage
from lawful.conformance.twins.clients import ScriptedClients
from lawful.conformance.twins.program import Program
from lawful.conformance.twins.simulation import Simulation
from lawful.conformance.twins.store import DeclaredStore
from lawful.conformance.workloads import workload_named
from lawful.models.history import History
from lawful.specs.task_store import CLAUSES, TABLES

BUDGET = Budget(seconds=5.0)
"""For each object of a simulated run."""

MakesStore = Callable[[], DeclaredStore]
"""Gives a store without data."""


@dataclass(frozen=True, slots=True)
class Catch:
    """One run in which a store was caught."""

    stage: Stage
    seed: int
    program: Program
    clauses: tuple[str, ...]
    """Those that rejected it."""
    seconds: float
    """Of simulation and judgement, from the beginning of the round."""


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one seed."""

    seed: int
    catch: Catch | None
    inconclusive: int
    """Runs that the checker could not decide."""
    seconds: float


def hunt(make: MakesStore, table: str, seed: int, stages: Sequence[Stage] = tuple(Stage)) -> Round:
    """One round."""
    started = time.perf_counter()
    inconclusive = 0
    for stage in stages:
        clients = ScriptedClients(workload_named(table), stage, seed)
        restarts = tuple(clients.restarts())
        simulation = Simulation(make(), clients, restarts)
        history = simulation.run()
        verdict, clauses = broken_clauses(history)
        inconclusive += verdict is Verdict.INCONCLUSIVE
        if verdict is Verdict.VIOLATION:
            seconds = time.perf_counter() - started
            program = Program(tuple(simulation.acts), restarts)
            return Round(seed, Catch(stage, seed, program, clauses, seconds), inconclusive, seconds)
    return Round(seed, None, inconclusive, time.perf_counter() - started)


def broken_clauses(history: History) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict on a simulated run, and the clauses that reject it, as a report would have them."""
    model_of = models_for(history.header)
    verdict = check_objects(history.by_object(), model_of, BUDGET)
    if verdict.verdict is not Verdict.VIOLATION:
        return verdict.verdict, ()
    diagnoses = diagnose_history(history, verdict, model_of, partial(check_object, budget=BUDGET))
    judged = judge_clauses(history, verdict, diagnoses, CLAUSES, TABLES)
    return verdict.verdict, tuple(one.clause.id for one in judged if one.status is ClauseStatus.VIOLATION)

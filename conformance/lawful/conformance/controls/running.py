"""Runs of a control: recorded as `lawful run` does, and judged in full."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lawful.checkers.cores import can_fork
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.backends.registry import choose
from lawful.conformance.cli.check_file import chosen
from lawful.conformance.controls.catalogue import Side
from lawful.conformance.controls.told import Told, told
from lawful.conformance.errors import BackendUnavailable, ExitCode, LawfulError
from lawful.conformance.history.formats import load
from lawful.conformance.judging import check_objects
from lawful.conformance.model_choice import models_for
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.run.record import record_run
from lawful.conformance.run.tally import Tally
from lawful.conformance.workloads import workload_named

CLIENTS = 4
_BUDGET = Budget(20.0)
UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of one side."""

    verdict: str
    """That of the history; `unavailable` where a server is missing, `failed` where the store broke off."""
    why: str = ""
    told: Told | None = None
    """Of a set."""


def outcomes(runs: Sequence[tuple[Side, int]], workers: int) -> Iterator[Outcome]:
    """The outcome of each run, a side with a seed, in order; so many of them at the same time."""
    if workers == 1 or not can_fork():
        yield from (outcome(side, seed) for side, seed in runs)
        return
    from lawful.checkers.parallel import Answered, Question, in_processes

    def question(side: Side, seed: int) -> Question:
        return lambda: asdict(outcome(side, seed))

    questions = [question(side, seed) for side, seed in runs]
    for result in in_processes(questions, [1] * len(runs), workers):
        yield _decoded(result.answer) if isinstance(result, Answered) else Outcome("failed", result.because)


def outcome(side: Side, seed: int) -> Outcome:
    """Record one run in a temporary folder, and judge it."""
    plan = plan_of(side, seed)
    with tempfile.TemporaryDirectory(prefix="lawful-") as folder:
        path = Path(folder, "history.jsonl")
        try:
            record_run(plan, path, Tally(), lambda progress: None)
        except BackendUnavailable as error:
            return Outcome(UNAVAILABLE, f"{error.problem}; {error.hint}")
        except LawfulError as error:
            if error.code is ExitCode.USAGE:
                return Outcome(UNAVAILABLE, f"{error.problem}: {error.cause}")
            return _judged(path, side, str(error)) if path.exists() else Outcome("failed", str(error))
        return _judged(path, side, "")


def _judged(path: Path, side: Side, why: str) -> Outcome:
    """`why`: what broke the recording off, if anything did; a violation until then is one all the same."""
    history = load(path)
    history = replace(history, header=replace(history.header, levels={}))
    figures = told(history) if side.workload == "set" else None
    if side.by_losses:
        verdict = Verdict.VIOLATION if figures is not None and figures.lost else Verdict.LAWFUL
    else:
        verdict = check_objects(chosen(history, ()), models_for(history.header), _BUDGET).verdict
    if why and verdict is not Verdict.VIOLATION:
        return Outcome("failed", why, figures)
    return Outcome(verdict.value, why, figures)


def plan_of(side: Side, seed: int) -> RunPlan:
    """The run that a side stands for."""
    return RunPlan(
        choose(side.backend),
        (workload_named(side.workload),),
        seed,
        clients=CLIENTS,
        seconds=side.seconds,
        faults=parse_faults(side.faults),
    )


def _decoded(answer: Any) -> Outcome:
    figures = answer["told"]
    return Outcome(answer["verdict"], answer["why"], None if figures is None else Told(**figures))

"""`lawful run`: clients against a real store under faults, then the verdict."""

from __future__ import annotations

import json
import math
import secrets
from pathlib import Path

import click

from lawful.checkers.verdict import Budget
from lawful.conformance.backends.registry import BackendChoice, choose
from lawful.conformance.cli.application import report_error
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import say, verdict_text
from lawful.conformance.configuration import Configuration, effective
from lawful.conformance.errors import BackendError, ExitCode, UsageError, gravest
from lawful.conformance.known_failures import known_failures as failures_of
from lawful.conformance.report.console import (
    LiveProgress,
    clause_table,
    compared_lines,
    output_console,
    show_evidence,
)
from lawful.conformance.report.level_lines import level_lines
from lawful.conformance.report.looks import KNOWN_FAILURE
from lawful.conformance.run.execute import REPORT_NAME, RunResult, execute
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.workloads import WORKLOADS, workload_named
from lawful.conformance.workloads.objects import OBJECTS
from lawful.conformance.workloads.script import Workload
from lawful.models.wording import counted

_MOST_SEED = 2**31
_MOST_DEFECTS = 3


@click.command()
@setting_options("backend", "format", "budget_s", "memory_mb", "clock_error_ms")
@click.option(
    "--workload",
    default="all",
    metavar="NAMES",
    show_default=True,
    help=f"{', '.join(WORKLOADS)} or all of these; {', '.join(OBJECTS)}.",
)
@click.option("--clients", default=8, show_default=True, type=click.IntRange(1, 64), help="Client processes.")
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0.5, 3600), help="Under faults.")
@click.option(
    "--rate", default=200.0, show_default=True, type=click.FloatRange(1, 5000), help="Operations a second, in all."
)
@click.option(
    "--faults",
    default="kill,pause",
    show_default=True,
    metavar="NAMES",
    help="kill, pause, partition-primary and others (docs/faults.md), or none.",
)
@click.option("--timeout-s", default=1.0, show_default=True, type=click.FloatRange(0.05, 60), help="Of each client.")
@click.option("--seed", type=click.IntRange(0, _MOST_SEED), help="What clients and faults do; else drawn and shown.")
@click.option(
    "--known-failures",
    metavar="FILE",
    help="Clauses that the store is known to break, or none; else beside the adapter.",
)
@click.option("--brief", is_flag=True, help="One line for each run; the report has the rest.")
@click.option(
    "--seeds", default=1, show_default=True, type=click.IntRange(1, 1000), help="Runs, with seeds that count up."
)
@click.option(
    "--runs", default=Path("runs"), show_default=True, type=click.Path(path_type=Path), help="For the reports."
)
def run(
    workload: str,
    clients: int,
    seconds: float,
    rate: float,
    faults: str,
    timeout_s: float,
    seed: int | None,
    seeds: int,
    runs: Path,
    brief: bool,
    known_failures: str | None,
    **options: str | None,
) -> ExitCode:
    """Put a store to the test.

    Starts the servers, lets client processes work on them from a seed while servers and clients are killed and paused,
    and writes what the clients saw to a history file. Then judges the file, clause by clause, and reports.
    """
    configuration = effective(options).configuration
    if configuration.backend is None:
        raise UsageError("no backend chosen", hint="for example --backend redis; lawful backends lists them")
    first = secrets.randbelow(_MOST_SEED) if seed is None else seed
    choice = choose(configuration.backend)
    workloads, not_offered = _workloads(workload, choice)
    known = failures_of(choice, known_failures)
    plans = [
        RunPlan(
            choice,
            workloads,
            number,
            not_offered=not_offered,
            known_failures=known,
            clients=clients,
            seconds=seconds,
            operations_per_s=rate,
            faults=parse_faults(faults),
            timeout_s=timeout_s,
            **({} if configuration.clock_error_ms is None else {"clock_error_ms": round(configuration.clock_error_ms)}),
        )
        for number in range(first, first + seeds)
    ]
    codes = [_one(plan, runs, configuration, detailed=not brief and seeds == 1) for plan in plans]
    return gravest(codes)


def _workloads(names: str, choice: BackendChoice) -> tuple[tuple[Workload, ...], tuple[str, ...]]:
    """The workloads, and the tables of all that the store does not offer."""
    if names != "all":
        return tuple(workload_named(name) for name in names.split(",")), ()
    offered = choice.build().tables
    chosen = tuple(workload for workload in WORKLOADS.values() if workload.table in offered)
    if not chosen:
        raise UsageError(
            f"backend {choice.name!r} offers no table that there is a workload for",
            hint=f"these there are: {', '.join(WORKLOADS)}",
        )
    return chosen, tuple(name for name in WORKLOADS if name not in offered)


def budget_of(configuration: Configuration) -> Budget:
    """The budget of the search that the settings give."""
    seconds, memory_mb = configuration.budget_s, configuration.memory_mb
    return Budget(seconds if math.isfinite(seconds) else None, memory_mb if math.isfinite(memory_mb) else None)


def _one(plan: RunPlan, runs: Path, configuration: Configuration, detailed: bool) -> ExitCode:
    label = f"{plan.backend.name} {plan.workload_name} seed {plan.seed}"
    with LiveProgress(label) as progress:
        result = execute(plan, runs, budget_of(configuration), progress)
    if configuration.format == "json":
        click.echo(json.dumps(_summary(plan, result), ensure_ascii=False))
    else:
        _show(plan, result, detailed)
    if result.judgement.defects:
        report_error(_misbehaviour(result))
    if result.failure is not None:
        report_error(result.failure)
    if result.interrupted:
        raise KeyboardInterrupt
    return result.exit_code


def _misbehaviour(result: RunResult) -> BackendError:
    defects = result.judgement.defects.most_common(_MOST_DEFECTS)
    more = len(result.judgement.defects) - len(defects)
    told = [f"{text} ({counted(count, 'time')})" for text, count in defects]
    told += [f"and {more} other ways"] if more else []
    hints = (result.hints[text] for text, _ in defects if text in result.hints)
    return BackendError(
        "the adapter misbehaved; what it did then counts as unknown",
        cause="; ".join(told),
        hint=next(hints, "a client returns an Answer, or raises OperationFailed, OutcomeUnknown or Unsupported"),
    )


def _show(plan: RunPlan, result: RunResult, detailed: bool) -> None:
    judgement = result.judgement
    console = output_console()
    compared = judgement.compared
    told = f" of {', '.join(compared.violations)}" if compared.violations else ""
    verdict = f"{KNOWN_FAILURE} known failures only" if compared.excuses else verdict_text(judgement.verdict.verdict)
    say(
        f"{verdict}{told}  {plan.backend.text} {plan.workload_name} seed {plan.seed}: "
        f"{len(judgement.history)} operations, {result.faults} faults"
    )
    if detailed:
        console.print()
        if judgement.clauses:  # simple objects have none
            console.print(clause_table({plan.backend.label: judgement.clauses}, compared.known))
        show_evidence(console, judgement, judgement.evidence)
        console.print()
    for line in level_lines(judgement.history.header.levels, judgement.losses):
        say(line)
    for line in compared_lines(compared):
        say(line)
    for left_out in result.broken:
        say(f"… {left_out}")
    if plan.faults and not result.faults and not result.broken and result.failure is None:
        say("○ no fault struck: neither clients nor servers of this store can be struck, or the time was too short")
    if result.unsupported:
        say(f"○ unsupported by the adapter: {', '.join(sorted(result.unsupported))}")
    say(f"  report: {result.folder / REPORT_NAME}")


def _summary(plan: RunPlan, result: RunResult) -> dict[str, object]:
    judgement = result.judgement
    return {
        "verdict": judgement.verdict.verdict.value,
        "exit_code": int(result.exit_code),
        "backend": plan.backend.text,
        "workload": plan.workload_name,
        "seed": plan.seed,
        "operations": len(judgement.history),
        "faults": result.faults,
        "clauses": {
            one.clause.id: {"status": one.status.value, "observations": one.observations, "because": one.because}
            for one in judgement.clauses
        },
        "levels": dict(judgement.history.header.levels),
        "losses": {str(key): text for key, text in judgement.losses.items()},
        "known_failures": {one.clause: one.reason for one in judgement.compared.known.values()},
        "unexpected_passes": list(judgement.compared.unexpected_passes),
        "defects": dict(judgement.defects),
        "unsupported": sorted(result.unsupported),
        "left_out": {one.table: [stage.value for stage in one.blocked] for one in result.broken},
        "history": str(judgement.path),
        "report": str(result.folder / REPORT_NAME),
    }

"""`lawful demo`: three real stores and a careless one, under faults, in under a minute."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from lawful.checkers.clause_verdicts import ClauseVerdict
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.backends.registry import choose
from lawful.conformance.cli.terminal import say, verdict_text
from lawful.conformance.errors import BackendError, ExitCode, gravest
from lawful.conformance.report.console import LiveProgress, clause_table, output_console, show_evidence
from lawful.conformance.run.execute import REPORT_NAME, RunResult, execute
from lawful.conformance.run.fault_language import parse_faults
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.workloads import workload_named

RIGHT = ("sqlite", "redis", "raft")
CARELESS = "redis-naive"
TABLES_SHOWN = ("tasks", "jobs", "leader_lease")
_SECONDS = 7.0
_FAULTS = "kill,pause"


@click.command()
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="What clients and faults do.")
@click.option(
    "--runs", default=Path("runs"), show_default=True, type=click.Path(path_type=Path), help="For the reports."
)
def demo(seed: int, runs: Path) -> ExitCode:
    """Show what this program does.

    Runs the workloads of three tables on SQLite, an embedded Redis, a Raft group of three processes, and on what a
    hurried engineer writes on Redis first, while servers and clients are killed and paused. Expects the first three to
    keep every clause, and the last one to be caught.
    """
    results: dict[str, RunResult] = {}
    missing: dict[str, BackendError] = {}
    for name in (*RIGHT, CARELESS):
        workloads = tuple(map(workload_named, TABLES_SHOWN))
        plan = RunPlan(choose(name), workloads, seed, seconds=_SECONDS, faults=parse_faults(_FAULTS))
        click.echo(f"{name}: {', '.join(TABLES_SHOWN)} for {_SECONDS:g} s under {_FAULTS}, seed {seed}", err=True)
        try:
            with LiveProgress(name) as progress:
                results[name] = execute(plan, runs, Budget(), progress)
        except BackendError as error:
            missing[name] = error
    console = output_console()
    console.print(clause_table({name: result.judgement.clauses for name, result in results.items()}))
    if CARELESS in results:
        _show_first(console, results[CARELESS])
    say()
    for name, result in results.items():
        say(_line(name, result))
    for name, failure in missing.items():
        say(f"! {name} could not be run: {failure}")
    return gravest(_code(name, result) for name, result in results.items()) if not missing else ExitCode.BACKEND_FAILED


def _show_first(console: Console, result: RunResult) -> None:
    """The smallest of the contradictions; the report has the others."""
    evidence = sorted(result.judgement.evidence, key=lambda one: len(one.shown))
    if evidence:
        console.print()
        console.print(f"How {CARELESS} was caught:")
        show_evidence(console, result.judgement, evidence[:1])


def _line(name: str, result: RunResult) -> str:
    verdict = result.judgement.verdict.verdict
    note = ""
    if name == CARELESS:
        note = " (as it should be)" if verdict is Verdict.VIOLATION else " (it should have been caught)"
    broken = _broken(result.judgement.clauses)
    told = f" of {', '.join(broken)}" if broken else ""
    return f"{verdict_text(verdict)}{told}{note}  {name}: {result.folder / REPORT_NAME}"


def _broken(clauses: Sequence[ClauseVerdict]) -> list[str]:
    return [one.clause.id for one in clauses if one.status.value == "violation"]


def _code(name: str, result: RunResult) -> ExitCode:
    """As expected is success: the careless backend must be caught."""
    if name != CARELESS:
        return result.exit_code
    caught = result.judgement.verdict.verdict is Verdict.VIOLATION
    return ExitCode.LAWFUL if caught else ExitCode.INCONCLUSIVE

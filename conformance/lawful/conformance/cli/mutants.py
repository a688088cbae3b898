"""`lawful mutants`: which clause rejects which mistake. One sub-command per specification."""

from __future__ import annotations

import json

import click

from lawful.conformance.cli.mutants_json import report
from lawful.conformance.cli.mutants_raft import raft
from lawful.conformance.cli.mutants_text import matrix_lines, shown_lines
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import progress, say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError, unknown_name
from lawful.conformance.twins.catalogue import twin_named, twins
from lawful.conformance.twins.matrix import matrix
from lawful.conformance.twins.showing import show_twin
from lawful.conformance.twins.twin import BrokenStore
from lawful.specs.clause import Clause
from lawful.specs.task_store import CLAUSES, TABLES


@click.group("mutants")
def mutants_group() -> None:
    """Put the clauses to the test, with stores and models that have one mistake.

    A clause that rejects nothing is no promise, and a checker that has never failed is no evidence.
    """


mutants_group.add_command(raft)


@mutants_group.command("task-store")
@click.option("--table", metavar="TABLE", help="Only the twins of this table, and the clauses about it.")
@click.option("--twin", metavar="TWIN", help="Only this twin.")
@click.option("--show", metavar="TWIN", help="The smallest program that shows the mistake, to be pasted.")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=0, help="Where to begin.  [default: 0]")
@setting_options("format")
def task_store(table: str | None, twin: str | None, show: str | None, seed: int, **options: str | None) -> ExitCode:
    """Hunt broken twins of the task store, and show which clauses reject them.

    Each twin is driven in simulated time: by one client at a time, by clients at once, then with answers that are
    lost, clients that die and restarts. Exit code 1: a clause that rejects nothing, a twin that nobody rejects or not
    the clause that it was made for, or a store without a mistake that is rejected.
    """
    configuration = effective(options).configuration
    if show is not None:
        return _show(show, seed, table=table, twin=twin, form=configuration.format)
    chosen = _chosen(table, twin)
    found = matrix(chosen, _clauses(table, twin), seed, progress)
    progress("")
    code = ExitCode.LAWFUL if found.holds else ExitCode.VIOLATION
    if configuration.format == "json":
        click.echo(json.dumps(report(found, code), indent=2, ensure_ascii=False))
    else:
        for line in matrix_lines(found):
            say(line)
    return code


def _chosen(table: str | None, twin: str | None) -> list[BrokenStore]:
    if table is not None and table not in TABLES:
        raise unknown_name("table", table, TABLES)
    found = list(twins().values()) if twin is None else [twin_named(twin)]
    chosen = [one for one in found if table in (None, one.table)]
    if not chosen:
        raise UsageError(f"{twin} is no twin of {table}", hint=f"it is one of {found[0].table}")
    return chosen


def _clauses(table: str | None, twin: str | None) -> list[Clause]:
    """The clauses that have to reject something."""
    if twin is not None:
        return [CLAUSES[twin_named(twin).clause]]
    return [clause for clause in CLAUSES.values() if table in (None, clause.table)]


def _show(name: str, seed: int, *, table: str | None, twin: str | None, form: str) -> ExitCode:
    if table is not None or twin is not None:
        raise UsageError("--show names the twin itself", hint="leave out --table and --twin")
    shown = show_twin(twin_named(name), seed)
    if form == "json":
        raise UsageError("--show prints a program, not JSON", hint="the JSON of the matrix has every program")
    for line in shown_lines(shown):
        say(line)
    return ExitCode.LAWFUL if shown.program is not None else ExitCode.VIOLATION

"""`lawful prove`: what holds of a specification itself, whatever clients do. One sub-command per specification."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator

import click

from lawful.checkers.proof.finding import SECONDS
from lawful.checkers.verdict import overall
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.prove_raft import raft
from lawful.conformance.cli.prove_redis import redis
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError, unknown_name
from lawful.conformance.judging import EXIT_CODES
from lawful.specs.table import Table
from lawful.specs.task_store import TABLES


@click.group("prove")
def prove_group() -> None:
    """Prove what is claimed of a specification.

    A run of a store sees some states, an exploration all within bounds. A proof is about any number of rows and
    clients, any arguments and any times.
    """


prove_group.add_command(raft)
prove_group.add_command(redis)


@prove_group.command("task-store")
@click.option("--table", "names", metavar="TABLE", multiple=True, help="Only this table; may be given more than once.")
@click.option("--each", is_flag=True, help="A line for each obligation, not for each claim.")
@click.option(
    "--limit-s",
    metavar="SECONDS",
    type=click.FloatRange(min=0.001),
    default=SECONDS,
    help=f"How long one question may take.  [default: {SECONDS:g}]",
)
@setting_options("format")
def task_store(names: tuple[str, ...], each: bool, limit_s: float, **options: str | None) -> ExitCode:
    """Prove the claims about the tables of the task store, from the declarations that its models are made of.

    Every invariant holds at first and after any call, and every promise about steps holds of any step. What breaks one
    is shown as a row, a call and the row after, as the model itself takes that step.
    """
    configuration = effective(options).configuration
    tables = list(_chosen(names))
    require_solver()
    from lawful.checkers.proof.proof_of_table import prove
    from lawful.conformance.cli.prove_json import report
    from lawful.conformance.cli.prove_text import show

    findings = [finding for table in tables for finding in prove(table, limit_s)]
    code = EXIT_CODES[overall(one.verdict for one in findings)]
    if configuration.format == "json":
        click.echo(json.dumps(report(findings, code), indent=2, ensure_ascii=False))
    else:
        show(findings, each=each)
    return code


def _chosen(names: tuple[str, ...]) -> Iterator[Table]:
    for name in names or TABLES:
        if name not in TABLES:
            raise unknown_name("table", name, TABLES)
        yield TABLES[name]


def require_solver() -> None:
    """Raises `UsageError` where there is no solver."""
    if importlib.util.find_spec("z3") is None:
        raise UsageError("proofs need Z3, which is not installed here", hint="python -m pip install 'lawful[prove]'")

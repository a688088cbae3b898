"""`lawful mutants raft`: which engine rejects which mistake of Raft, and by which property."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator

import click

from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import progress, say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError

_ENGINES = ("explore", "prove", "walk", "liveness")


@click.command("raft")
@click.option("--mistake", metavar="NAME", help="Only this mistake.")
@click.option(
    "--engine", metavar="ENGINE", type=click.Choice(_ENGINES), help="Only this one: explore, prove, walk or liveness."
)
@click.option("--markdown", is_flag=True, help="Print the page docs/raft-mutants.md, which has no times.")
@setting_options("format")
def raft(mistake: str | None, engine: str | None, markdown: bool, **options: str | None) -> ExitCode:
    """Put the properties of Raft and the lemmas of its proof to the test, with models that have one mistake.

    Each mistake is searched for in all states, refuted among the obligations of the proof, and hunted by random walks;
    one that is safe is searched for in fair behaviours that go round for ever.
    Exit code 1: a mistake that no engine rejects, one that another property rejects than the one that has to, or Raft
    without a mistake rejected.
    """
    configuration = effective(options).configuration
    if markdown and (mistake is not None or engine is not None or configuration.format == "json"):
        raise UsageError("--markdown prints the whole page", hint="leave out --mistake, --engine and --format json")
    _require_libraries()
    from lawful.conformance.cli.mutants_raft_json import report
    from lawful.conformance.cli.mutants_raft_markdown import page_lines
    from lawful.conformance.cli.mutants_raft_text import matrix_lines
    from lawful.conformance.raft_mutants.attempt import Engine
    from lawful.conformance.raft_mutants.matrix import matrix
    from lawful.conformance.raft_mutants.subject import subject_named, subjects

    chosen = list(subjects().values()) if mistake is None else [subject_named(mistake)]
    using = tuple(Engine) if engine is None else (Engine(engine),)
    found = matrix(chosen, using, progress, in_full=mistake is None)
    progress("")
    if not found.rows:
        raise UsageError(f"{mistake} is not for {engine}", hint="leave out --engine")
    code = ExitCode.LAWFUL if found.holds else ExitCode.VIOLATION
    if configuration.format == "json":
        click.echo(json.dumps(report(found, code), indent=2, ensure_ascii=False))
        return code
    lines: Iterator[str] = page_lines(found) if markdown else matrix_lines(found)
    for line in lines:
        say(line)
    return code


def _require_libraries() -> None:
    """Raises `UsageError` where one is missing that the engines work with."""
    missing = [name for name in ("numpy", "z3") if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the engines need {missing[0]}, which is not installed here",
            hint="python -m pip install 'lawful[fast,prove]'",
        )

"""`lawful adapter`: for authors of adapters in any language."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path

import click

from lawful.checkers.verdict import Verdict
from lawful.conformance.adapter_check import Done, Stumble, Walk
from lawful.conformance.adapter_template import LANGUAGES, write_template
from lawful.conformance.backends.registry import choose
from lawful.conformance.cli.terminal import LOOKS, coloured, say
from lawful.conformance.errors import ExitCode, unknown_name
from lawful.conformance.known_failures import Compared
from lawful.conformance.known_failures import known_failures as failures_of
from lawful.conformance.report.console import compared_lines
from lawful.models.declaration_wording import signature_text
from lawful.models.wording import printable
from lawful.specs.task_store import TABLES


@click.group()
def adapter() -> None:
    """Write an adapter for a store, and find its first failures.

    docs/adapters.md describes what an adapter has to do.
    """


@adapter.command()
@click.argument("name", metavar="ADAPTER")
@click.option("--table", "tables", multiple=True, metavar="TABLE", help="Only this table; may be given again.")
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="What the clients do.")
@click.option("--timeout-s", default=1.0, show_default=True, type=click.FloatRange(0.05, 60), help="Of each client.")
@click.option(
    "--known-failures",
    metavar="FILE",
    help="Clauses that the store is known to break, or none; else beside the adapter.",
)
def check(name: str, tables: tuple[str, ...], seed: int, timeout_s: float, known_failures: str | None) -> ExitCode:
    """Walk through an adapter step by step, to its first failure.

    ADAPTER is what --backend of lawful run takes, such as exec:./adapter or tcp://127.0.0.1:7000.
    """
    for table in tables:
        if table not in TABLES:
            raise unknown_name("table", table, TABLES)
    again = "".join(f" --table {table}" for table in tables) + f" --seed {seed} --timeout-s {timeout_s:g}"
    if known_failures is not None:
        again += f" --known-failures {shlex.quote(known_failures)}"
    choice = choose(name)
    known = failures_of(choice, known_failures)
    with tempfile.TemporaryDirectory(prefix="lawful-") as folder:
        walk = Walk(choice, Path(folder), tables, seed, timeout_s, known)
        try:
            for done in walk.steps():
                _show_done(done)
        except Stumble as stumble:
            _show_stumble(stumble)
            say(f"\nRepeat with: lawful adapter check {shlex.quote(name)}{again}")
            return ExitCode.VIOLATION if stumble.violation else ExitCode.BACKEND_FAILED
    for line in compared_lines(Compared(walk.known_met)):
        say(line)
    if walk.unsupported:
        say(f"○ unsupported: {', '.join(walk.unsupported)}")
    for key, progress in walk.undecided.items():
        say(f"? not decided: {key}: {printable(progress)}")
    say(f"\nThe full verdict, under faults: lawful run --backend {shlex.quote(name)}")
    return ExitCode.INCONCLUSIVE if walk.undecided else ExitCode.LAWFUL


@adapter.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--language", default="python", show_default=True, metavar="NAME", help=f"{', '.join(LANGUAGES)}.")
def new(folder: Path, language: str) -> None:
    """Write a starter template into FOLDER.

    It speaks the protocol and keeps one small store in memory; lawful adapter check walks on from there.
    """
    if language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES)
    path = write_template(folder, language)
    say(f"wrote {path}")
    program = str(path) if "/" in str(path) else f"./{path}"
    say(f"next: lawful adapter check {shlex.quote(f'exec:{program}')}")


@adapter.command()
@click.argument("tables", metavar="[TABLE...]", nargs=-1)
def functions(tables: tuple[str, ...]) -> None:
    """List what an adapter may offer.

    Each function of each TABLE (all, where none is named) with the types of its arguments and of its answer.
    """
    for name in tables:
        if name not in TABLES:
            raise unknown_name("table", name, TABLES)
    for table in (TABLES[name] for name in tables or TABLES):
        say(table.name if table.key is None else f"{table.name}, each {table.key} on its own (the key of a call)")
        for function in table.functions:
            say(f"  {signature_text(function)}\n      {function.meaning}")


def _show_done(done: Done) -> None:
    look = LOOKS[Verdict.LAWFUL]
    say(f"{coloured(look.glyph, look.colour)} {done.title}: {printable(done.detail)}")


def _show_stumble(stumble: Stumble) -> None:
    look = LOOKS[Verdict.VIOLATION]
    say(f"{coloured(look.glyph, look.colour)} {stumble.title}")
    say(f"\n{_indented(stumble.problem)}")
    if stumble.cause:
        say(_indented(f"cause: {stumble.cause}"))
    if stumble.hint:
        say(_indented(f"hint: {stumble.hint}"))
    if stumble.exchange is not None:
        say(_indented(f"sent:     {stumble.exchange.sent}\nreceived: {stumble.exchange.received or 'nothing'}"))
    if stumble.lines:
        say()
        for line in stumble.lines:
            say(f"    {line}".rstrip())


def _indented(text: str) -> str:
    return "\n".join(f"  {printable(line)}" for line in text.splitlines())

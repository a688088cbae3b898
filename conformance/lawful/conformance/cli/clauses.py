"""`lawful clauses`: everything that must hold."""

from __future__ import annotations

import json
import textwrap

import click

from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import unknown_name
from lawful.models.values import Json
from lawful.specs.clause import Clause
from lawful.specs.task_store import CLAUSES, TABLES

FORMAT_VERSION = 1
_SENTENCE_WIDTH = 80


@click.command()
@click.option("--table", metavar="TABLE", help="Only the clauses of this table; all: those that hold for every table.")
@setting_options("format")
def clauses(table: str | None, **options: str | None) -> None:
    """List what must hold.

    Each clause has an id that never changes its meaning, a sentence, a source, and a level: what it takes to see it
    broken.
    """
    configuration = effective(options).configuration
    tables = {"all", *TABLES}
    if table is not None and table not in tables:
        raise unknown_name("table", table, tables)
    chosen = [clause for clause in CLAUSES.values() if table in (None, clause.table)]
    if configuration.format == "json":
        report: Json = {"format": FORMAT_VERSION, "clauses": [_members(clause) for clause in chosen]}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
        return
    width = max(len(clause.id) for clause in chosen)
    for clause in chosen:
        lines = textwrap.wrap(clause.sentence, _SENTENCE_WIDTH)
        say(f"{clause.id.ljust(width)}  {clause.level.value.ljust(10)}  {lines[0]}")
        for line in lines[1:]:
            say(f"{'':{width}}  {'':10}  {line}")


def _members(clause: Clause) -> Json:
    return {
        "id": clause.id,
        "table": clause.table,
        "level": clause.level.value,
        "sentence": clause.sentence,
        "source": clause.source,
    }

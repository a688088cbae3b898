"""`lawful contract`: the declarations, as a page to read."""

from __future__ import annotations

import click

from lawful.conformance.errors import unknown_name
from lawful.conformance.report.contract import contract_lines
from lawful.specs.task_store import TABLES


@click.command()
@click.argument("tables", metavar="[TABLE...]", nargs=-1)
def contract(tables: tuple[str, ...]) -> None:
    """Print the contract as a page.

    In Markdown: fields, functions, clauses and properties of each TABLE (all, where none is named). docs/contract.md is
    what it prints.
    """
    for name in tables:
        if name not in TABLES:
            raise unknown_name("table", name, TABLES)
    for line in contract_lines(TABLES[name] for name in tables or TABLES):
        click.echo(line)

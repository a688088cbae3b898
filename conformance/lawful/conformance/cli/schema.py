"""`lawful schema`: the published forms of what is read and written."""

from __future__ import annotations

import json

import click

from lawful.conformance.schemas import NAMES
from lawful.conformance.schemas import schema as schema_of


@click.command()
@click.argument("name", metavar=f"[{'|'.join(NAMES)}]")
def schema(name: str) -> None:
    """Print the JSON Schema of a format.

    history: one line of a history file. report: the output of lawful check --format json. clauses: that of lawful
    clauses --format json. watch: one line of lawful watch --format json. adapter: the lines between lawful and an
    adapter. exploration: the output of lawful explore protocol --format json. state-exploration: that of lawful
    explore raft --format json; redis-exploration: that of lawful explore redis. liveness: that of lawful explore raft
    --liveness. behaviour: what lawful replay reads. proof: the output of lawful prove task-store --format json.
    induction: that of lawful prove raft --format json; redis-proof: that of lawful prove redis. mutants and
    raft-mutants: those of lawful mutants --format json.
    """
    click.echo(json.dumps(schema_of(name), indent=2, ensure_ascii=False))

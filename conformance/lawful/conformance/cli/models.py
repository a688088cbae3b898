"""`lawful models`: what histories can be checked against."""

from __future__ import annotations

import sys
from typing import Any

import click

from lawful.conformance.cli.terminal import say
from lawful.models.catalogue import MODELS
from lawful.models.model import AnyModel, is_timed
from lawful.specs.task_store import TABLES


def _described(name: str, model: AnyModel[Any]) -> str:
    """What the table is for, or the first line of the module of the model."""
    if name in TABLES:
        return f"Table {TABLES[name].number} of the task store. {TABLES[name].meaning}"
    return (sys.modules[type(model).__module__].__doc__ or "").partition("\n")[0]


@click.command()
def models() -> None:
    """List the models that histories are checked against.

    Any of these names goes with lawful check --model, and into the header of a history.
    """
    width = max(map(len, MODELS))
    for name, build in MODELS.items():
        model = build(None, 0)
        first_line = _described(name, model)
        say(f"{name.ljust(width)}  {first_line}{' Depends on time.' if is_timed(model) else ''}")

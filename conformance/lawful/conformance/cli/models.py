"""`lawful models`: what histories can be checked against."""

from __future__ import annotations

import sys

import click

from lawful.conformance.cli.terminal import say
from lawful.models.catalogue import MODELS
from lawful.models.model import is_timed


@click.command()
def models() -> None:
    """List the models that histories are checked against.

    Any of these names goes with lawful check --model, and into the header of a history.
    """
    width = max(map(len, MODELS))
    for name, build in MODELS.items():
        model = build(None, 0)
        first_line = (sys.modules[type(model).__module__].__doc__ or "").partition("\n")[0]
        say(f"{name.ljust(width)}  {first_line}{' Depends on time.' if is_timed(model) else ''}")

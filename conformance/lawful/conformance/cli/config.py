"""`lawful config`: the settings in force."""

from __future__ import annotations

import json

import click

from lawful.conformance.cli.terminal import say
from lawful.conformance.configuration import SETTINGS, effective


@click.command()
def config() -> None:
    """Show the settings in force and where they come from.

    A setting is an option of a command, else a variable LAWFUL_..., else a key of [tool.lawful] in the nearest
    pyproject.toml.
    """
    found = effective()
    keys = max(len(setting.key) for setting in SETTINGS.values())
    values = {name: _text(getattr(found.configuration, name)) for name in SETTINGS}
    width = max(map(len, values.values()))
    for name, setting in SETTINGS.items():
        say(f"{setting.key.ljust(keys)}  {values[name].ljust(width)}  {found.origins[name]}")


def _text(value: object) -> str:
    return "-" if value is None else json.dumps(value, ensure_ascii=False)

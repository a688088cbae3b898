"""`lawful lint`: whether a history can be checked, and what would make the check worth little."""

from __future__ import annotations

from pathlib import Path

import click

from lawful.checkers.verdict import Verdict
from lawful.conformance.cli.lint_warnings import warnings
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import LOOKS, coloured, counted, say
from lawful.conformance.configuration import Configuration, effective
from lawful.conformance.errors import ExitCode, LawfulError, gravest
from lawful.conformance.history.file import read_history


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@setting_options("model", "input_format", "failed_cas")
def lint(files: tuple[Path, ...], **options: str | None) -> ExitCode:
    """Examine history files without judging them.

    An error means that the file cannot be checked; a warning, that its verdict would say less than it seems to. Only
    errors make the exit code 2.
    """
    configuration = effective(options).configuration
    return gravest(_lint(path, configuration) for path in files)


def _lint(path: Path, configuration: Configuration) -> ExitCode:
    try:
        history = read_history(path)
        found = warnings(history, configuration.model)
    except LawfulError as error:
        look = LOOKS[None]
        problem, *rest = str(error).splitlines()
        say(f"{coloured(look.glyph, look.colour)} {problem}")
        for line in rest:
            say(f"  {line}")
        return error.code
    look = LOOKS[Verdict.LAWFUL]
    facts = f"{counted(len(history), 'operation')} on {counted(len(history.by_object()), 'object')}"
    if history.faults:
        facts += f", {counted(len(history.faults), 'fault')}"
    say(f"{coloured(look.glyph, look.colour)} {path}: {facts}")
    look = LOOKS[Verdict.INCONCLUSIVE]
    for warning in found:
        say(f"  {coloured('warning:', look.colour)} {warning}")
    return ExitCode.LAWFUL

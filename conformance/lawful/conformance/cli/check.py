"""`lawful check`: the verdict on recorded histories."""

from __future__ import annotations

import json
from pathlib import Path

import click

from lawful.conformance.cli.application import report_error
from lawful.conformance.cli.check_file import Checked, check_file
from lawful.conformance.cli.check_json import report as json_report
from lawful.conformance.cli.check_text import Detail, explanation, summary
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, gravest
from lawful.conformance.model_choice import require_model


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@setting_options("model", "initial", "format", "input_format", "budget_s", "memory_mb", "failed_cas", "clock_error_ms")
@click.option(
    "--only", metavar="OBJECT", multiple=True, help="Look at this object alone (jobs, leader_lease/a); repeatable."
)
@click.option("--certify", "certified", is_flag=True, help="Check every verdict again by means of another kind.")
@click.option("--quiet", "-q", is_flag=True, help="Show only what is not lawful.")
@click.option("--verbose", "-v", is_flag=True, help="Show each object, and more of each violation.")
def check(
    files: tuple[Path, ...], only: tuple[str, ...], certified: bool, quiet: bool, verbose: bool, **options: str | None
) -> ExitCode:
    """Judge recorded histories.

    Each FILE is checked, whatever became of the ones before; the exit code is that of the gravest outcome.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    configuration = effective(options).configuration
    if configuration.model is not None:
        require_model(configuration.model)
    detail = Detail.QUIET if quiet else Detail.VERBOSE if verbose else Detail.NORMAL
    checked: list[Checked] = []
    width = max(len(str(path)) for path in files)
    for path in files:
        one = check_file(path, configuration, only, certified=certified)
        checked.append(one)
        if configuration.format == "text":
            _show(one, detail, width)
        if one.error is not None:
            report_error(one.error, path)
    if configuration.format == "json":
        click.echo(json.dumps(json_report(checked), indent=2, ensure_ascii=False))
    return gravest(one.code for one in checked)


def _show(checked: Checked, detail: Detail, width: int) -> None:
    if detail is Detail.QUIET and checked.code is ExitCode.LAWFUL:
        return
    say(summary(checked, width))
    for line in explanation(checked, detail):
        say(f"    {line}" if line else "")

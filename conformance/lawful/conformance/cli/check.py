"""`lawful check`: the verdict on recorded histories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from lawful.conformance.cli.check_files import check_files
from lawful.conformance.cli.check_json import report as json_report
from lawful.conformance.cli.check_text import Detail
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, gravest
from lawful.conformance.model_choice import require_model


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@setting_options(
    "model", "initial", "format", "input_format", "budget_s", "memory_mb", "workers", "failed_cas", "clock_error_ms"
)
@click.option(
    "--only", metavar="OBJECT", multiple=True, help="Look at this object alone (jobs, leader_lease/a); repeatable."
)
@click.option("--certify", "certified", is_flag=True, help="Check every verdict again by means of another kind.")
@click.option("--full", is_flag=True, help="Allow no losses, whatever level the store claims in the header.")
@click.option(
    "--durability", "durable", is_flag=True, help="Work out what was lost at each crash, and how stale reads were."
)
@click.option("--quiet", "-q", is_flag=True, help="Show only what is not lawful.")
@click.option("--verbose", "-v", is_flag=True, help="Show each object, and more of each violation.")
def check(
    files: tuple[Path, ...],
    only: tuple[str, ...],
    certified: bool,
    full: bool,
    durable: bool,
    quiet: bool,
    verbose: bool,
    **options: str | None,
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
    reports: list[dict[str, Any]] = []
    for one in check_files(files, configuration, only, detail, certified=certified, full=full, durable=durable):
        reports.append(one.report)
        if configuration.format == "text":
            for line in one.lines:
                say(line)
        if one.error is not None:
            click.echo(f"error: {one.error}", err=True)
    if configuration.format == "json":
        click.echo(json.dumps(json_report(reports), indent=2, ensure_ascii=False))
    return gravest(ExitCode(one["exit_code"]) for one in reports)

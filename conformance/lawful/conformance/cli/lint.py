"""`lawful lint`: whether history files can be checked, and what would make the check worth little."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from lawful.checkers.verdict import Verdict
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import LOOKS, coloured, say
from lawful.conformance.configuration import Configuration, effective
from lawful.conformance.errors import ExitCode, LawfulError, gravest
from lawful.conformance.history.formats import FORMATS, detect, load
from lawful.conformance.history.lint import lint as findings_in
from lawful.conformance.history.lint_rules import Finding, Severity
from lawful.conformance.model_choice import require_model
from lawful.models.wording import counted

_MOST_OF_A_RULE = 3
_LOOKS = {Severity.ERROR: LOOKS[None], Severity.WARNING: LOOKS[Verdict.INCONCLUSIVE]}


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@setting_options("model", "input_format", "failed_cas")
@click.option("--all", "show_all", is_flag=True, help="Show every finding, not only the first three of each rule.")
def lint(files: tuple[Path, ...], show_all: bool, **options: str | None) -> ExitCode:
    """Examine history files without judging them.

    An error means that a file cannot be checked; a warning, that its verdict would say less than it seems to. Only
    errors make the exit code 2. Files in the format of another tool are read as a check would read them.
    """
    configuration = effective(options).configuration
    if configuration.model is not None:
        require_model(configuration.model)
    return gravest(_lint(path, configuration, show_all) for path in files)


def _lint(path: Path, configuration: Configuration, show_all: bool) -> ExitCode:
    try:
        known = FORMATS.get(configuration.input_format or "")
        if (known or detect(path)).name == "lawful":
            return _show(path, findings_in(path, configuration.model), show_all)
        history = load(path, configuration.input_format, failed_cas=configuration.failed_cas)
    except LawfulError as error:
        look = LOOKS[None]
        problem, *rest = str(error).splitlines()
        say(f"{coloured(look.glyph, look.colour)} {problem}")
        for line in rest:
            say(line)
        return error.code
    facts = f"{counted(len(history), 'operation')} on {counted(len(history.by_object()), 'object')}"
    look = LOOKS[Verdict.LAWFUL]
    say(f"{coloured(look.glyph, look.colour)} {path}: {facts}, in the format of another tool")
    return ExitCode.LAWFUL


def _show(path: Path, findings: list[Finding], show_all: bool) -> ExitCode:
    by_severity = Counter(finding.severity for finding in findings)
    errors = by_severity[Severity.ERROR]
    look = LOOKS[None if errors else Verdict.LAWFUL]
    counts = ", ".join(counted(by_severity[severity], severity.value) for severity in Severity if by_severity[severity])
    say(f"{coloured(look.glyph, look.colour)} {path}: {counts or 'nothing to complain of'}")
    shown: Counter[str] = Counter()
    for finding in findings:
        shown[finding.rule] += 1
        if show_all or shown[finding.rule] <= _MOST_OF_A_RULE:
            _show_one(finding, explain=shown[finding.rule] == 1)
    for rule, count in shown.items():
        if not show_all and count > _MOST_OF_A_RULE:
            say(f"  {rule}: {count - _MOST_OF_A_RULE} more; --all shows them")
    return ExitCode.USAGE if errors else ExitCode.LAWFUL


def _show_one(finding: Finding, explain: bool) -> None:
    """One finding; why it matters is said once for each rule."""
    where = f"line {finding.line}" if finding.line else "file"
    severity = coloured(f"{finding.severity.value}[{finding.rule}]", _LOOKS[finding.severity].colour)
    say(f"  {where}: {severity} {finding.problem}")
    if explain:
        say(f"    why: {finding.why}")
        if finding.hint:
            say(f"    hint: {finding.hint}")

"""Checking several files, one after the other or by several processes, with the outcomes in the order of the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from lawful.checkers.cores import can_fork, cores
from lawful.conformance.cli.check_file import Checked, check_file
from lawful.conformance.cli.check_json import file_report
from lawful.conformance.cli.check_text import Detail, explanation, summary
from lawful.conformance.configuration import Configuration
from lawful.conformance.errors import ExitCode, LawfulError

PARALLEL_FROM_BYTES = 1_000_000
"""Of all files together. To start processes takes longer than to check less than this."""


class NotDecided(LawfulError):
    """The process that checked a file died."""

    code = ExitCode.INCONCLUSIVE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is shown of one file, as JSON can carry it from another process."""

    code: int
    lines: list[str]
    """The text output."""
    report: dict[str, Any]
    """The part of the JSON output that is about the file."""
    error: str | None
    """What goes to standard error."""


def check_files(
    files: Sequence[Path],
    configuration: Configuration,
    only: Sequence[str],
    detail: Detail,
    *,
    certified: bool,
    full: bool,
    durable: bool,
) -> Iterator[Outcome]:
    """The outcome of each file, in order."""
    width = max(len(str(path)) for path in files)
    check_one = partial(
        _outcome, only=only, certified=certified, full=full, durable=durable, detail=detail, width=width
    )
    sizes = [_size(path) for path in files]
    workers = configuration.workers
    if workers is None:
        workers = cores() if sum(sizes) >= PARALLEL_FROM_BYTES else 1
    if len(files) == 1 or workers == 1 or not can_fork():
        for path in files:
            yield check_one(path, configuration)
        return
    from lawful.checkers.parallel import Answered, Question, in_processes

    # The workers are at the files; inside each, there is one again unless there are more of them than files.
    inside = replace(configuration, workers=max(1, workers // len(files)))

    def question(path: Path) -> Question:
        return lambda: asdict(check_one(path, inside))

    for path, result in zip(files, in_processes([question(path) for path in files], sizes, workers), strict=True):
        if isinstance(result, Answered):
            yield Outcome(**result.answer)
        else:
            hint = "check it with --workers 1, with fewer operations, or with more memory"
            error = NotDecided(f"{path} is not decided", cause=result.because, hint=hint)
            yield _shown(Checked(path, None, error=error), detail, width)


def _outcome(
    path: Path,
    configuration: Configuration,
    *,
    only: Sequence[str],
    certified: bool,
    full: bool,
    durable: bool,
    detail: Detail,
    width: int,
) -> Outcome:
    checked = check_file(path, configuration, only, certified=certified, full=full, durable=durable)
    return _shown(checked, detail, width)


def _shown(checked: Checked, detail: Detail, width: int) -> Outcome:
    lines: list[str] = []
    if detail is not Detail.QUIET or checked.code is not ExitCode.LAWFUL:
        lines = [summary(checked, width), *(f"    {line}" if line else "" for line in explanation(checked, detail))]
    return Outcome(int(checked.code), lines, file_report(checked), _error_text(checked))


def _error_text(checked: Checked) -> str | None:
    """The error, with the file that it is about where it does not say so itself."""
    if checked.error is None:
        return None
    return str(checked.error) if str(checked.path) in checked.error.problem else f"{checked.path}: {checked.error}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

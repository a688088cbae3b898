"""Measure the checkers side by side with Porcupine and print a table: `make bench-checkers`.

Exit code 1 where the two sides contradict each other or a verdict that is known, 0 otherwise. Without Go only our side
is measured.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.checkers import document
from benchmarks.checkers.cases import Corpus, Extent, Series, corpora_in, series_of, write_recorded
from benchmarks.checkers.commands import runs
from benchmarks.checkers.comparison import Answer, Row, errors_of
from benchmarks.checkers.document import DOCUMENT, RESULTS
from benchmarks.checkers.generation import Case, write_case
from benchmarks.checkers.measurement import PORCUPINE, Limits, Side, measure, our_side, porcupine_side
from benchmarks.checkers.plot import draw
from benchmarks.checkers.table import as_json, heading, line

_RECORDED = Path(__file__).resolve().parents[3] / "shared" / "histories"
_LIMIT_S = 5.0
_QUICK_LIMIT_S = 1.0
_COMMANDS = {Extent.QUICK: (100,), Extent.DEFAULT: (100, 1_000_000), Extent.HUGE: (100, 1_000_000, 10_000_000)}
"""How long the files are that `lawful check` is run on."""


def run(
    series: list[Series], corpora: list[Corpus], porcupine: Side | str, limits: Limits, folder: Path
) -> Iterator[Row]:
    """Measure everything, recorded histories first. Files are kept in `folder` only while they are measured."""
    sides = (our_side(limits), porcupine)
    for corpus in corpora:
        yield _corpus(corpus, sides, limits, folder)
    for one in series:
        reasons: list[str | None] = [None, None]
        for case in one.cases:
            row = _case(one.name, case, sides, reasons, limits, folder)
            yield row
            for place, answer in enumerate((row.ours, row.porcupine)):
                if answer.gave_up:
                    reasons[place] = f"gave up on {row.name}"


def _corpus(corpus: Corpus, sides: tuple[Side, Side | str], limits: Limits, folder: Path) -> Row:
    files = []
    for number, (path, _) in enumerate(corpus.files):
        files.append(folder / f"{corpus.name}-{number}.jsonl")
        write_recorded(path, files[-1])
    ours, porcupine = (_ask(side, None, files, limits) for side in sides)
    for file in files:
        file.unlink()
    expected = tuple(verdict for _, verdict in corpus.files)
    operations = sum(one.operations for one in ours.measured)
    return Row("recorded", corpus.title, operations, expected, ours, porcupine)


def _case(
    series: str, case: Case, sides: tuple[Side, Side | str], reasons: list[str | None], limits: Limits, folder: Path
) -> Row:
    file = folder / "history.jsonl"
    if None in reasons:
        write_case(case, file)
    ours, porcupine = (_ask(side, reason, [file], limits) for side, reason in zip(sides, reasons, strict=True))
    file.unlink(missing_ok=True)
    expected = ("violation" if case.violation else "lawful",)
    return Row(series, case.name, case.operations, expected, ours, porcupine)


def _ask(side: Side | str, reason: str | None, files: list[Path], limits: Limits) -> Answer:
    if isinstance(side, str):
        return Answer(not_asked=side)
    if reason is not None:
        return Answer(not_asked=reason)
    return Answer(tuple(measure(side, files, limits)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checkers", description=(__doc__ or "").split("\n")[0])
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="small histories and a limit of 1 s; within a minute")
    extent.add_argument("--huge", action="store_true", help="also histories of 10^7 operations")
    parser.add_argument("--limit", type=float, help="seconds that each side gets for each history (default: 5)")
    parser.add_argument("--memory-mb", type=float, default=4096.0, help="memory that each side gets, in 10^6 bytes")
    parser.add_argument("--only", metavar="TEXT", help="only histories whose name has this text")
    parser.add_argument("--histories", type=Path, default=_RECORDED, help="folder of recorded histories")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the results there as JSON")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the series of lengths; needs matplotlib")
    parser.add_argument(
        "--document", action="store_true", help=f"keep the results, and renew {DOCUMENT.name} with them"
    )
    return parser.parse_args()


def main() -> int:
    """Run the benchmark that the command line asks for; gives the exit code."""
    options = _options()
    extent = Extent.QUICK if options.quick else Extent.HUGE if options.huge else Extent.DEFAULT
    limits = Limits(options.limit or (_QUICK_LIMIT_S if options.quick else _LIMIT_S), options.memory_mb)
    wanted = options.only or ""
    chosen = (Series(one.name, tuple(case for case in one.cases if wanted in case.name)) for one in series_of(extent))
    corpora = [corpus for corpus in corpora_in(options.histories) if wanted in corpus.title]
    if not corpora and not wanted:
        _tell(f"recorded histories are left out: there are none in {os.path.relpath(options.histories)}")
    before, started = _load(), time.monotonic()
    rows, commands = [], []
    with tempfile.TemporaryDirectory() as folder:
        porcupine = porcupine_side(limits, Path(folder))
        if isinstance(porcupine, str):
            _tell(f"Porcupine is left out: {porcupine}")
        print(heading(), flush=True)
        for row in run(list(chosen), corpora, porcupine, limits, Path(folder)):
            print(line(row), flush=True)
            rows.append(row)
        if not wanted:
            for command in runs(_COMMANDS[extent], Path(folder)):
                _tell(f"lawful check, {command.name}: {command.seconds:.2f} s, {command.peak_mb:.0f} MB")
                commands.append(asdict(command))
    about: dict[str, Any] = {
        "machine": _machine(),
        "load": [before, _load()],
        "limits": asdict(limits),
        "extent": extent,
    }
    text = json.dumps(as_json(rows, commands=commands, seconds=time.monotonic() - started, **about), indent=1) + "\n"
    for path in (options.output, RESULTS if options.document else None):
        if path is not None:
            path.write_text(text, encoding="utf-8")
    if options.plot is not None and (reason := draw(rows, options.plot, limits.seconds)) is not None:
        _tell(f"no picture was drawn: {reason}")
    if options.document:
        document.main()
    errors = errors_of(rows)
    for error in errors:
        _tell(f"error: {error}")
    _tell(
        f"{len(rows)} rows in {time.monotonic() - started:.0f} s; load average {before:.1f} before, {_load():.1f} after"
    )
    return 1 if errors else 0


def _machine() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "versions": {"Python": platform.python_version(), **_versions(), **_go()},
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in ("numpy", "numba"):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _go() -> dict[str, str]:
    """The versions of Go and Porcupine, where there is Go."""
    go = shutil.which("go")
    if go is None:
        return {}
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout.strip()
    required = re.search(r"porcupine (v\S+)", (PORCUPINE / "go.mod").read_text(encoding="utf-8"))
    return {"Go": said.removeprefix("go"), "Porcupine": required[1].removeprefix("v") if required else "unknown"}


def _load() -> float:
    """How many processes wanted to run in the last minute."""
    return os.getloadavg()[0]


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

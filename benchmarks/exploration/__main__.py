"""Measure the search through all states of Raft beside TLC and a plain search: `make bench-explorer`.

Exit code 1 where two searches of the same states count differently, 0 otherwise. Without TLC only ours is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.exploration import document, naive, ours, tlc
from benchmarks.exploration.document import DOCUMENT, RESULTS
from benchmarks.exploration.measured import Measured
from lawful.models.raft.raft import Bounds, Raft

_WORKERS = 2


class Group(NamedTuple):
    """Searches of the same states, which have to count the same."""

    name: str
    rows: tuple[Measured, ...]

    def errors(self) -> list[str]:
        """The searches that came to their end and count something else than the first one."""
        return [
            f"{self.name}: {row.name} counts {row.counts}, {self.rows[0].name} {self.rows[0].counts}"
            for row in self.rows[1:]
            if row.is_whole and row.counts != self.rows[0].counts
        ]


def run(bounds: Bounds, larger: Bounds, naive_s: float, tlc_s: float, no_tlc: str | None) -> Iterator[Group]:
    """Every group. `larger`: bounds for which two processes are worth it."""
    name = document.words(bounds)
    rows = [ours.measure("lawful", bounds), ours.measure("lawful, 2 processes", bounds, ("--workers", str(_WORKERS)))]
    rows.append(naive.measure(Raft(bounds), naive_s))
    rows += _tlc(bounds, tlc_s, no_tlc, symmetric=False)
    yield Group(name, tuple(rows))
    rows = [ours.measure("lawful", bounds, ("--symmetry",)), *_tlc(bounds, tlc_s, no_tlc, symmetric=True)]
    yield Group(f"{name}, up to renaming", tuple(rows))
    yield Group(f"{name}, with --reduction", (ours.measure("lawful", bounds, ("--reduction",)),))
    rows = [ours.measure("lawful", larger), ours.measure("lawful, 2 processes", larger, ("--workers", str(_WORKERS)))]
    yield Group(document.words(larger), tuple(rows))


def _tlc(bounds: Bounds, limit_s: float, no_tlc: str | None, *, symmetric: bool) -> list[Measured]:
    if no_tlc is not None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        try:
            return [tlc.measure(bounds, Path(folder), workers=_WORKERS, symmetric=symmetric, limit_s=limit_s)]
        except tlc.NotMeasured as reason:
            _tell(f"TLC is left out: {reason}")
            return []


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.exploration", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="few states: within half a minute")
    parser.add_argument(
        "--plain-s",
        type=float,
        default=60.0,
        help="processor time that the plain search gets, in seconds (default: 60)",
    )
    parser.add_argument("--tlc-s", type=float, default=1800.0, help="seconds that TLC gets for each search")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the results there as JSON")
    parser.add_argument(
        "--document", action="store_true", help=f"keep the results, and renew {DOCUMENT.name} with them"
    )
    return parser.parse_args()


def main() -> int:
    """Run the benchmark that the command line asks for; gives the exit code."""
    options = _options()
    bounds, larger = Bounds(), Bounds(log=0, messages=2)
    if options.quick:
        bounds, larger = Bounds(servers=2), Bounds(servers=2, messages=2)
    no_tlc = tlc.unavailable()
    if no_tlc is not None:
        _tell(f"TLC is left out: {no_tlc}")
    before, groups = os.getloadavg()[0], list[Group]()
    for group in run(bounds, larger, options.plain_s, options.tlc_s, no_tlc):
        groups.append(group)
        print(document.text(group.name, group.rows), flush=True)
    results = {
        "machine": _machine(),
        "load": [before, os.getloadavg()[0]],
        "tlc": no_tlc,
        "groups": [{"name": group.name, "rows": [asdict(row) for row in group.rows]} for group in groups],
    }
    for path in (options.output, RESULTS if options.document else None):
        if path is not None:
            path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if options.document:
        document.main()
    errors = [error for group in groups for error in group.errors()]
    for error in errors:
        _tell(f"error: {error}")
    return 1 if errors else 0


def _machine() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "versions": {"Python": platform.python_version(), "numpy": version("numpy")},
    }


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

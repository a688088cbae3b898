"""The tables of docs/performance.md, from the file of results: `python -m benchmarks.checkers.document`.

What stands between a line `<!-- begin NAME -->` and its `<!-- end NAME -->` is written here, all else by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.checkers.commands import Run
from benchmarks.checkers.comparison import Row
from benchmarks.checkers.plot import draw
from benchmarks.checkers.table import cells, rows_from, titles

RESULTS = Path(__file__).with_name("results.json")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
PICTURE = DOCUMENT.with_suffix(".svg")


def documented(text: str, results: dict[str, Any]) -> str:
    """`text` with its tables made anew. Raises `ValueError` for a marker that no table belongs to, or none at all."""
    rows = rows_from(results)
    by_series: dict[str, list[Row]] = {}
    for row in rows:
        by_series.setdefault(row.series, []).append(row)
    parts = {name: table([titles(), *map(cells, members)]) for name, members in by_series.items()}
    parts["machine"] = _machine(results, rows)
    parts["commands"] = _commands([Run(**{**one, "imported": tuple(one["imported"])}) for one in results["commands"]])

    def anew(match: re.Match[str]) -> str:
        name = match[1]
        return f"<!-- begin {name} -->\n{parts.get(name, 'Not measured in this run.')}\n<!-- end {name} -->"

    made, count = re.subn(r"<!-- begin ([a-z -]+) -->\n.*?<!-- end \1 -->", anew, text, flags=re.DOTALL)
    if count == 0:
        raise ValueError("the document has no place for tables")
    return made


def table(lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first line is the titles, and all but the first two columns are numbers."""
    rule = ["---" if place < 2 else "--:" for place in range(len(lines[0]))]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))


def _machine(results: dict[str, Any], rows: Sequence[Row]) -> str:
    machine, limits, load = results["machine"], results["limits"], results["load"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    wrong = sum(bool(row.errors()) for row in rows)
    agreement = "No verdict contradicted another or a known one." if not wrong else f"{wrong} rows have an error."
    return "\n".join(
        (
            f"{machine['system']} on {machine['processor']}, {machine['cores']} cores; {versions}.",
            f"{len(rows)} rows in {results['seconds'] / 60:.0f} minutes; load average {load[0]:.1f} before and",
            f"{load[1]:.1f} after. Limits for each history: {limits['seconds']:g} s, {limits['memory_mb']:g} MB.",
            agreement,
        )
    )


def _commands(runs: Sequence[Run]) -> str:
    lines = [["file", "verdict", "s", "CPU s", "MB", "B/op", "heavy imports"]]
    for run in runs:
        per_operation = f"{run.bytes_per_operation:,.0f}" if run.operations >= 1_000_000 else "-"
        numbers = (f"{run.seconds:.2f}", f"{run.cpu_seconds:.2f}", f"{run.peak_mb:,.0f}", per_operation)
        lines.append([run.name, run.verdict, *numbers, ", ".join(run.imported) or "none"])
    return table(lines)


def main() -> None:
    """Write the tables and draw the picture anew."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    DOCUMENT.write_text(documented(DOCUMENT.read_text(encoding="utf-8"), results), encoding="utf-8")
    reason = draw(rows_from(results), PICTURE, results["limits"]["seconds"])
    if reason is not None:
        print(f"no picture was drawn: {reason}", file=sys.stderr)


if __name__ == "__main__":
    main()

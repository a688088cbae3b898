"""The table of docs/raft.md, from the file of results: `python -m benchmarks.exploration.document`.

What stands between `<!-- begin explorer -->` and `<!-- end explorer -->` is written here, all else by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.exploration.measured import Measured
from lawful.models.raft.raft import Bounds
from lawful.models.wording import counted

RESULTS = Path(__file__).with_name("results.json")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "raft.md"

_PLACE = re.compile(r"(<!-- begin explorer -->\n).*?(<!-- end explorer -->)", re.DOTALL)


def words(bounds: Bounds) -> str:
    """The bounds, for people."""
    parts = (counted(bounds.servers, "server"), counted(bounds.terms, "term"), f"logs of up to {bounds.log}")
    return f"{', '.join(parts)}, {counted(bounds.messages, 'message')} in flight"


def documented(text: str, results: dict[str, Any]) -> str:
    """`text` with its table made anew. Raises `ValueError` where it has no place for one."""
    made, count = _PLACE.subn(lambda match: f"{match[1]}{_part(results)}\n{match[2]}", text)
    if count != 1:
        raise ValueError("the document has no place for the table")
    return made


def text(name: str, rows: Sequence[Measured]) -> str:
    """A group, for the terminal."""
    return "\n".join([name, *("  " + "  ".join(cells) for cells in map(_line, rows, [rows[0]] * len(rows)))])


def _part(results: dict[str, Any]) -> str:
    machine, load = results["machine"], results["load"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    lines = [
        f"{machine['system']} on {machine['processor']}, {machine['cores']} cores; {versions}; load average "
        f"{load[0]:.1f} before and {load[1]:.1f} after.",
        "",
        "| states | search | distinct | generated | depth | s | CPU s | times as long, CPU |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for group in results["groups"]:
        rows = [Measured(**row) for row in group["rows"]]
        lines += [f"| {group['name']} | {' | '.join(_line(row, rows[0]))} |" for row in rows]
    if results["tlc"] is not None:
        lines += ["", f"TLC was not measured in this run: {results['tlc']}."]
    return "\n".join(lines)


def _line(row: Measured, first: Measured) -> tuple[str, ...]:
    """`first`: the one that the others are compared with, state by state where one did not come to its end."""
    ratio = "" if row is first else f"{(row.cpu_seconds / row.distinct) / (first.cpu_seconds / first.distinct):.2f}"
    name = row.name if row.is_whole else f"{row.name}, stopped"
    note = f" ({row.note})" if row.note else ""
    counts = (f"{row.distinct:,}", f"{row.generated:,}", str(row.depth))
    return f"{name}{note}", *counts, f"{row.seconds:.1f}", f"{row.cpu_seconds:.1f}", ratio


def main() -> None:
    """Write the table anew."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    DOCUMENT.write_text(documented(DOCUMENT.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main()

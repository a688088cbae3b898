"""A space-time diagram as text: a column for each process, time downwards, a step a line where it is taken."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lawful.conformance.report.columns import NARROWEST, SCREEN, SEPARATOR, joined

_GUTTER = 4


class Line(NamedTuple):
    """A line in the column of one process, or across all."""

    step: str
    """The number of the step; empty for what belongs to the line above."""
    process: int | None
    text: str


def space_time_lines(lines: Sequence[Line], names: Mapping[int, str]) -> Iterator[str]:
    """The diagram of `lines`, with the columns of `names` in their order.

    >>> for line in space_time_lines([Line("1", 0, "sends"), Line("2", 1, "receives")], {0: "server 0", 1: "server 1"}):
    ...     print(line)
        server 0           │ server 1
        ───────────────────┼────────────────────
      1 sends              │
      2                    │ receives
    """
    longest = max((len(line.text) for line in lines if line.process is not None), default=0)
    width = max(NARROWEST, min(longest, (SCREEN - _GUTTER) // len(names) - len(SEPARATOR)))
    yield " " * _GUTTER + joined(list(names.values()), width).rstrip()
    yield " " * _GUTTER + "┼".join("─" * (width + (1 if i == 0 else 2)) for i in range(len(names)))
    for line in lines:
        if line.process is None:
            yield f"{line.step:>{_GUTTER - 1}} {line.text}"
            continue
        step = line.step
        for text in textwrap.wrap(line.text, width, subsequent_indent="     ", break_on_hyphens=False):
            cells = [text if process == line.process else "" for process in names]
            yield f"{step:>{_GUTTER - 1}} {joined(cells, width)}".rstrip()
            step = ""

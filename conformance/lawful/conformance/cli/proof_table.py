"""What the outputs of all proofs have in common: a table of obligations, and the line that sums them up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.table import Table
from rich.text import Text

from lawful.checkers.verdict import Verdict, overall
from lawful.conformance.cli.terminal import LOOKS
from lawful.models.wording import counted

WORDS = {Verdict.LAWFUL: "proved", Verdict.VIOLATION: "broken", Verdict.INCONCLUSIVE: "unknown"}


class Line(NamedTuple):
    """One line of the table: an obligation, or several of one claim that are all met."""

    name: str
    sentence: str
    where: str
    verdict: Verdict
    seconds: float


def proof_table(name: str, where: str) -> Table:
    """An empty table; `name` and `where` head the columns of what is proved, and of what it is proved for."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(name, no_wrap=True)
    table.add_column("claim", ratio=1)
    table.add_column(where, no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("ms", no_wrap=True, justify="right", min_width=5)
    return table


def add_lines(table: Table, title: str, lines: Iterable[Line]) -> None:
    """A part of the table under its title."""
    table.add_row(Text(title, style="bold"))
    for line in lines:
        look = LOOKS[line.verdict]
        result = Text(f"{look.glyph} {WORDS[line.verdict]}", f"color({look.colour})")
        table.add_row(line.name, line.sentence, line.where, result, f"{line.seconds * 1000:.0f}")


def summary(verdicts: Sequence[Verdict], of: str, seconds: float) -> str:
    """Such as `✓ 3 obligations of 1 table: 3 proved, 0.10 s`."""
    parts = [f"{verdicts.count(verdict)} {word}" for verdict, word in WORDS.items() if verdict in verdicts]
    glyph = LOOKS[overall(verdicts)].glyph
    return f"{glyph} {counted(len(verdicts), 'obligation')} of {of}: {', '.join(parts)}, {seconds:.2f} s"

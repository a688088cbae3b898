"""What a run shows on the terminal: progress while it lasts, then the clauses, then what contradicts what."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from lawful.checkers.clause_verdicts import ClauseStatus, ClauseVerdict
from lawful.conformance.evidence import Evidence
from lawful.conformance.known_failures import Compared, KnownFailure
from lawful.conformance.report.evidence_text import evidence_lines
from lawful.conformance.report.looks import CLAUSE_GLYPHS, CLAUSE_STYLES, KNOWN_FAILURE
from lawful.conformance.run.judgement import Judgement
from lawful.conformance.run.record import Progress
from lawful.models.history import Outcome
from lawful.models.wording import printable

_LEGEND = (
    "\n✓ n: lawful, put to the test n times   ✗ violation   … blocked by a violation of the same table\n"
    "? inconclusive   ○ not exercised: nothing put it to the test"
)
_WIDTH_ELSEWHERE = 118
"""Of the output where it does not go to a terminal: the same on every machine."""


def output_console() -> Console:
    """Where results go: standard output, in colour only on a terminal."""
    plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR") or os.environ.get("CI"))
    return Console(
        no_color=plain,
        force_terminal=False if plain else None,
        width=None if sys.stdout.isatty() else _WIDTH_ELSEWHERE,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )


class LiveProgress:
    """One line on standard error that says what the run is doing; silent where that is no terminal."""

    def __init__(self, label: str) -> None:
        self._label = label
        moving = sys.stderr.isatty() and not os.environ.get("CI")
        self._live = Live(console=Console(stderr=True), transient=True, refresh_per_second=8) if moving else None

    def __enter__(self) -> LiveProgress:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self, progress: Progress) -> None:
        if self._live is not None:
            self._live.update(Text(f"{self._label}: {progress_text(progress)}"))


def progress_text(progress: Progress) -> str:
    """A moment of a run on one line."""
    outcomes = progress.tally.outcomes
    return (
        f"{progress.phase} · {progress.elapsed_s:.0f} s · {outcomes[Outcome.OK]} ok · "
        f"{outcomes[Outcome.FAIL]} failed · {outcomes[Outcome.UNKNOWN]} unknown · {progress.faults} faults"
    )


def clause_table(
    columns_: Mapping[str, Sequence[ClauseVerdict]], known: Mapping[str, KnownFailure] | None = None
) -> Table:
    """Clauses against backends; a column each. `known`: the broken clauses that were known to be."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", caption=_LEGEND)
    table.caption_justify = "left"
    table.add_column("clause", no_wrap=True)
    table.add_column("promise", ratio=1)
    for name in columns_:
        table.add_column(name, no_wrap=True)
    clauses = {verdict.clause.id: verdict.clause for verdicts in columns_.values() for verdict in verdicts}
    by_backend = {name: {one.clause.id: one for one in verdicts} for name, verdicts in columns_.items()}
    for clause_id, clause in clauses.items():
        cells = [_cell(by_backend[name].get(clause_id), clause_id in (known or {})) for name in columns_]
        table.add_row(clause_id, clause.sentence, *cells)
    return table


def compared_lines(compared: Compared) -> Iterator[str]:
    """The failures that were known, with their reasons, and the clauses that were kept though known to be broken."""
    for one in compared.known.values():
        link = f" ({one.link})" if one.link else ""
        yield printable(f"{KNOWN_FAILURE} known failure of {one.clause}: {one.reason}{link}")
    for clause in compared.unexpected_passes:
        yield f"✗ unexpected pass of {clause}: it is kept; take it out of the known failures"


def _cell(verdict: ClauseVerdict | None, known: bool = False) -> Text:
    if verdict is None:
        return Text("")
    if known and verdict.status is ClauseStatus.VIOLATION:
        return Text(f"{KNOWN_FAILURE} known", style=CLAUSE_STYLES[ClauseStatus.INCONCLUSIVE])
    glyph = CLAUSE_GLYPHS[verdict.status]
    observed = f" {verdict.observations}" if verdict.status is ClauseStatus.LAWFUL else ""
    return Text(f"{glyph}{observed}", style=CLAUSE_STYLES[verdict.status])


def show_evidence(console: Console, judgement: Judgement, evidence: Sequence[Evidence]) -> None:
    """Why objects are in violation: the picture, the answer, and what was allowed."""
    for one in evidence:
        console.print()
        for line in evidence_lines(one, judgement.history):
            console.print(f"  {line}" if line else "")

"""What `lawful mutants` prints for people."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from lawful.conformance.cli.terminal import BLUE, GREY, PINK, coloured
from lawful.conformance.twins.matrix import Matrix, Row
from lawful.conformance.twins.showing import Shown
from lawful.models.wording import counted
from lawful.specs.clause import Clause
from lawful.specs.task_store import CLAUSES, TABLES
from lawful.specs.task_store.general import GENERAL_CLAUSES

OWN, OTHER, NONE = "●", "○", "·"
_WIDTH = 118


def matrix_lines(found: Matrix) -> Iterator[str]:
    """A grid for each table, then what all of it comes to."""
    name_width = max((len(row.twin.name) for row in found.rows), default=0)
    for table, rows in groupby(found.rows, key=lambda row: row.twin.table):
        yield from _grid(table, list(rows), name_width)
        yield ""
    yield f"{OWN} rejected by the clause that the twin was made for   {OTHER} rejected by another one, with some seed"
    yield ""
    yield from _summary(found)
    yield from _failures(found)


def _grid(table: str, rows: Sequence[Row], name_width: int) -> Iterator[str]:
    columns = [*GENERAL_CLAUSES, *TABLES[table].clauses]
    general = " ".join(_number(clause) for clause in GENERAL_CLAUSES)
    own = " ".join(_number(clause).rjust(1) for clause in TABLES[table].clauses)
    heading = f"{table} ({TABLES[table].number})".ljust(name_width)
    yield f"{heading}  {'caught':>7}  {'calls':>5}  ALL {general}  {'own'} {own}"
    for row in rows:
        caught = "never" if row.caught_after_s is None else f"{row.caught_after_s:.2f} s"
        calls = "" if row.operations is None else str(row.operations)
        cells = [_cell(row, clause) for clause in columns]
        count = len(GENERAL_CLAUSES)
        marks = f"    {' '.join(cells[:count])}      {' '.join(cells[count:])}"
        yield f"{row.twin.name.ljust(name_width)}  {caught:>7}  {calls:>5}  {marks}"


def _number(clause: Clause) -> str:
    return re.sub(r".*-", "", clause.id)


def _cell(row: Row, clause: Clause) -> str:
    if clause.id not in row.rejected_by:
        return coloured(NONE, GREY)
    return coloured(OWN, BLUE) if clause.id == row.twin.clause else coloured(OTHER, BLUE)


def _summary(found: Matrix) -> Iterator[str]:
    alone = sum(len(row.rejected_by) == 1 for row in found.rows)
    rejecting = len(found.clauses) - len(found.without_twin)
    yield f"{counted(len(found.rows), 'twin')}, {alone} of them rejected by one clause and no other"
    yield f"clauses that reject a twin: {rejecting} of {len(found.clauses)}"
    if found.median_s is not None:
        yield f"median time to catch {found.median_s:.2f} s, all of it {found.seconds:.2f} s"
    alarms = "none" if not found.alarms else str(len(found.alarms))
    yield f"stores without a mistake: {counted(found.untouched_rounds, 'round')} with the same seeds, {alarms} rejected"
    if found.never_alone:
        names = ", ".join(clause.id for clause in found.never_alone)
        yield from _wrapped(f"reject no twin that others never reject: {names}")


def _failures(found: Matrix) -> Iterator[str]:
    """What makes the exit code 1."""
    for clause in found.without_twin:
        yield from _wrapped(f"{coloured('✗', PINK)} {clause.id} rejects nothing: {clause.sentence}")
    for row in found.uncaught:
        yield from _wrapped(f"{coloured('✗', PINK)} {row.twin.name} was not caught: {row.twin.mistake}")
    for row in found.missed:
        others = ", ".join(row.rejected_by)
        text = f"{row.twin.name} was never rejected by {row.twin.clause}, for which it was made, but by {others}"
        yield from _wrapped(f"{coloured('✗', PINK)} {text}")
    for alarm in found.alarms:
        text = f"{alarm.table} without a mistake was rejected by {', '.join(alarm.clauses)}, seed {alarm.seed}"
        yield from _wrapped(f"{coloured('✗', PINK)} {text}")


def shown_lines(shown: Shown) -> Iterator[str]:
    """One twin, and the smallest program that shows its mistake."""
    twin = shown.twin
    yield f"{twin.name}: {twin.mistake}"
    yield from _wrapped(f"{twin.clause}: {CLAUSES[twin.clause].sentence}")
    yield ""
    if shown.program is None:
        yield f"{coloured('✗', PINK)} it was not caught by this clause"
        return
    if shown.picture is not None:
        yield from shown.picture.splitlines()
        yield ""
    yield from shown.program.splitlines()


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)

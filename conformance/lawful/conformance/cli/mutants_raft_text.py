"""What `lawful mutants raft` prints for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from lawful.conformance.cli.terminal import BLUE, GREY, PINK, coloured
from lawful.conformance.raft_mutants.attempt import Attempt, Engine
from lawful.conformance.raft_mutants.matrix import Matrix, Row
from lawful.models.wording import counted
from lawful.specs.raft.invariants import ALL_PROPERTIES
from lawful.specs.raft.liveness import ALL_LIVENESS

_WIDTH = 118
_CELL = 27
_LEMMA = 18


def matrix_lines(found: Matrix) -> Iterator[str]:
    """A row for each mistake, a column for each engine, then what all of it comes to."""
    width = max(len(row.subject.name) for row in found.rows)
    yield "mistake".ljust(width) + "".join(f"  {engine.value:{_CELL}}" for engine in found.engines).rstrip()
    for row in found.rows:
        cells = (_cell(row.by(engine)) for engine in found.engines)
        yield f"{row.subject.name:{width}}" + "".join(f"  {cell}" for cell in cells).rstrip()
    yield ""
    yield from _summary(found)
    yield from _failures(found)


def _cell(attempt: Attempt | None) -> str:
    if attempt is None:
        return coloured("·".ljust(_CELL), GREY)
    if attempt.rejected_by is None:
        return coloured(f"○ not seen   {attempt.seconds:.2f} s".ljust(_CELL), GREY)
    name = textwrap.shorten(attempt.rejected_by.replace("_", " "), _LEMMA, placeholder="…")
    steps = "" if attempt.engine is Engine.PROVE else f" {attempt.steps:2}"
    return coloured(f"● {name}{steps}  {attempt.seconds:.2f} s".ljust(_CELL), BLUE)


def _summary(found: Matrix) -> Iterator[str]:
    yield "● property or lemma that rejects it, steps that show it, time   ○ not seen   · not for this engine"
    yield ""
    killed = len(found.rows) - len(found.survivors)
    by_engine = ", ".join(f"{engine.value} {len(found.killed_by(engine))}" for engine in found.engines)
    yield f"{counted(len(found.rows), 'mistake')}, {killed} rejected: {by_engine}"
    for one in ALL_PROPERTIES:
        names = [row.subject.name for row in found.rows if _searched(row) == one.id]
        if names:
            yield f"{one.id} {one.name}: rejects {len(names)}"
    for promise in ALL_LIVENESS:
        names = [row.subject.name for row in found.killed_by(Engine.LIVENESS) if _not_live(row) == promise.id]
        if names:
            yield f"{promise.id} {promise.name}: rejects {len(names)}"
    alarms = "none" if not found.alarms else str(len(found.alarms))
    yield f"raft itself: {counted(len(found.checks), 'check')}, {alarms} rejected; all of it {found.seconds:.1f} s"


def _searched(row: Row) -> str | None:
    attempt = row.by(Engine.EXPLORE)
    return None if attempt is None else attempt.rejected_by


def _not_live(row: Row) -> str | None:
    attempt = row.by(Engine.LIVENESS)
    return None if attempt is None else attempt.rejected_by


def _failures(found: Matrix) -> Iterator[str]:
    """What makes the exit code 1."""
    for row in found.survivors:
        yield from _failure(f"{row.subject.name} was not rejected: {row.subject.sentence}")
    for row in found.rows:
        for one in row.strays:
            yield from _failure(f"{row.subject.name} was rejected by {one.rejected_by}, and not by {one.expected}")
    for check in found.alarms:
        yield from _failure(
            f"raft itself was rejected by {check.rejected_by}: {check.engine.value}, {check.configuration}"
        )


def _failure(text: str) -> list[str]:
    return textwrap.wrap(f"{coloured('✗', PINK)} {text}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)

"""The page docs/raft-mutants.md: the matrix without times, and what becomes of the mistakes that are known of Raft."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.conformance.raft_mutants.attempt import Attempt, Engine
from lawful.conformance.raft_mutants.engines import DEPTH, SEED, WALKS
from lawful.conformance.raft_mutants.known import KNOWN
from lawful.conformance.raft_mutants.matrix import Matrix
from lawful.models.raft.mistakes_of_invariants import FIRST_SIGNS
from lawful.models.wording import counted
from lawful.specs.raft.invariants import ALL_PROPERTIES
from lawful.specs.raft.liveness import ALL_LIVENESS

_UNITS = {Engine.EXPLORE: "states", Engine.WALK: "walks", Engine.LIVENESS: "states"}


def page_lines(found: Matrix) -> Iterator[str]:
    """The whole page."""
    yield from _opening(found)
    yield from _matrix(found)
    yield from _by_property(found)
    yield from known_lines()


def _opening(found: Matrix) -> Iterator[str]:
    checks = len(found.checks)
    alarms = "none was" if not found.alarms else f"{len(found.alarms)} were"
    yield "# Mistakes of Raft"
    yield ""
    yield "This page is printed by `lawful mutants raft --markdown`; `lawful mutants raft` shows times as well."
    yield ""
    yield "A mistake is one rule of the model exchanged, or one action of the proof changed. Four engines look for it:"
    yield ""
    yield "- `explore` goes through all states from the scene of the mistake on, and gives a shortest behaviour."
    yield "- `prove` refutes the obligation that the changed action no longer meets: one step from a state that the"
    yield "  lemmas allow, in the smallest clusters that show it."
    yield f"- `walk` takes up to {WALKS} random walks of {DEPTH} steps from the same scene (seed {SEED}). It shortens"
    yield "  what it finds, and may find nothing. It may end in another property than the first one to break."
    yield "- `liveness` looks for what never happens, though all is safe, and gives a way to a loop and the loop."
    yield ""
    yield f"Raft without a mistake was put to the same engines: {counted(checks, 'check')}, {alarms} rejected."
    yield ""


def _matrix(found: Matrix) -> Iterator[str]:
    yield "## Which engine rejects which mistake"
    yield ""
    yield "| mistake | what is wrong | source | explore | prove | walk | liveness |"
    yield "|---|---|---|---|---|---|---|"
    for row in found.rows:
        cells = " | ".join(_cell(row.by(engine)) for engine in Engine)
        yield f"| `{row.subject.name}` | {row.subject.sentence} | {row.subject.source} | {cells} |"
    yield ""


def _cell(attempt: Attempt | None) -> str:
    if attempt is None:
        return ""
    if attempt.rejected_by is None:
        return f"not seen in {attempt.looked_at} {_UNITS[attempt.engine]}" if attempt.engine in _UNITS else "not seen"
    if attempt.engine is Engine.PROVE:
        return f"`{attempt.rejected_by}`"
    scene = f" ({attempt.scene} to the scene)" if attempt.scene else ""
    seen = f"{attempt.looked_at:,} {_UNITS[attempt.engine]}"
    return f"{attempt.rejected_by}: {attempt.steps} steps{scene}, {seen}"


def _by_property(found: Matrix) -> Iterator[str]:
    yield "## What each property rejects"
    yield ""
    for one in ALL_PROPERTIES:
        attempts = ((row, row.by(Engine.EXPLORE)) for row in found.rows)
        names = [f"`{row.subject.name}`" for row, attempt in attempts if attempt and attempt.rejected_by == one.id]
        # Where a promise rejects a mistake, an invariant may be broken long before.
        first = [f"`{name}`" for name, sign in FIRST_SIGNS.items() if sign is one]
        signs = [f"the first sign of {', '.join(first)}"] if first else []
        yield f"- {one.id}, {one.name}: {'; '.join([*([', '.join(names)] if names else []), *signs]) or 'nothing'}"
    for promise in ALL_LIVENESS:
        attempts = ((row, row.by(Engine.LIVENESS)) for row in found.rows)
        names = [f"`{row.subject.name}`" for row, attempt in attempts if attempt and attempt.rejected_by == promise.id]
        yield f"- {promise.id}, {promise.name}: {', '.join(names) or 'nothing'}"
    yield ""


def known_lines() -> Iterator[str]:
    """Which model has each known mistake; the same without running anything."""
    yield f"## {len(KNOWN)} known mistakes"
    yield ""
    yield "Each has a model that some engine rejects."
    yield ""
    yield "| | mistake | source | model |"
    yield "|---|---|---|---|"
    for one in KNOWN:
        yield f"| {one.number} | {one.sentence} | {one.source} | {', '.join(f'`{name}`' for name in one.names)} |"

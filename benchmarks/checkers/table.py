"""The result as a Markdown table that also reads well on a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.checkers.comparison import Answer, Row
from benchmarks.checkers.measurement import Measured

_COLUMNS = (
    ("history", 74),
    ("verdict", 24),
    ("ours s", 9),
    ("Porcupine s", 11),
    ("ratio", 8),
    ("ours CPU s", 10),
    ("Porcupine CPU s", 15),
    ("CPU ratio", 9),
    ("ours MB", 8),
    ("Porcupine MB", 12),
    ("ours B/op", 9),
    ("Porcupine B/op", 14),
)
_LEFT = 2
"""How many of the columns are words; the others are numbers, and flush right."""

_LONG = 10_000


def heading() -> str:
    """The first two lines."""
    rules = ["-" * width if place < _LEFT else "-" * (width - 1) + ":" for place, (_, width) in enumerate(_COLUMNS)]
    return f"{_line(title for title, _ in _COLUMNS)}\n{_line(rules)}"


def titles() -> list[str]:
    """The titles of the columns."""
    return [title for title, _ in _COLUMNS]


def line(row: Row) -> str:
    """One row, padded."""
    return _line(cells(row))


def cells(row: Row) -> list[str]:
    """What stands in the columns of one row."""
    ours, porcupine = row.ours, row.porcupine
    return [
        row.name,
        _verdict(row),
        _seconds(ours, ours.seconds),
        _seconds(porcupine, porcupine.seconds),
        _ratio(row.ratio),
        _seconds(ours, ours.cpu_seconds),
        _seconds(porcupine, porcupine.cpu_seconds),
        _ratio(row.cpu_ratio),
        *(f"{each.peak_mb:,.0f}" if each.measured else "-" for each in (ours, porcupine)),
        *(_bytes(row, each) for each in (ours, porcupine)),
    ]


def _line(cells: Iterable[str]) -> str:
    padded = (
        cell.ljust(width) if place < _LEFT else cell.rjust(width)
        for place, (cell, (_, width)) in enumerate(zip(cells, _COLUMNS, strict=True))
    )
    return "| " + " | ".join(padded) + " |"


def _verdict(row: Row) -> str:
    if row.errors():
        return f"ERROR: {row.ours.verdicts} / {row.porcupine.verdicts}"
    decided = [answer for answer in (row.ours, row.porcupine) if answer.decided]
    if decided:
        return decided[0].verdicts
    return "nobody decided" if row.ours.measured or row.porcupine.measured else "nobody was asked"


def _seconds(answer: Answer, seconds: float) -> str:
    if not answer.measured:
        return "-"
    if answer.gave_up:
        # Ended for its memory, or for its time.
        return "memory" if any(one.note and one.note.endswith("MB") for one in answer.measured) else "gave up"
    return f"{seconds:.4f}" if seconds < 1 else f"{seconds:.2f}"


def _bytes(row: Row, answer: Answer) -> str:
    """Not for short histories, where the memory is that of the code."""
    worth_saying = answer.decided and row.series != "recorded" and row.operations >= _LONG
    return f"{answer.bytes_per_operation:,.0f}" if worth_saying else "-"


def _ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2g}" if ratio < 100 else f"{ratio:,.0f}"


def as_json(rows: Sequence[Row], **about: Any) -> dict[str, Any]:
    """Everything that was measured; `about` is on the machine and the limits."""
    return {**about, "rows": [{**asdict(row), "errors": row.errors()} for row in rows]}


def rows_from(results: dict[str, Any]) -> list[Row]:
    """The rows that `as_json` wrote."""
    return [
        Row(
            one["series"],
            one["name"],
            one["operations"],
            tuple(one["expected"]),
            *(
                Answer(tuple(Measured(**each) for each in one[side]["measured"]), one[side]["not_asked"])
                for side in ("ours", "porcupine")
            ),
        )
        for one in results["rows"]
    ]

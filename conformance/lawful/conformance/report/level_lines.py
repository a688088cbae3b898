"""What a store does not promise in full, and what it lost that it may lose: a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lawful.conformance.report.looks import LEVEL
from lawful.models.history import ObjectKey
from lawful.models.wording import loss_at_crash_text, printable


def level_lines(levels: Mapping[str, str], losses: Mapping[ObjectKey, str]) -> Iterator[str]:
    """The levels claimed, by clause, and the losses, by object; without any character that a terminal would obey."""
    for clause, bound in levels.items():
        yield printable(f"{LEVEL} {clause} is claimed at the level {bound}, and judged by that")
    for key, text in losses.items():
        yield printable(f"{LEVEL} {key}: {loss_at_crash_text(text)}, which that level allows")

"""How a verdict looks: a word, a glyph, and on a terminal a colour.

Blue, orange and pink instead of green, yellow and red: they stay apart for readers who do not tell red from green.
The glyph says the same without any colour.
"""

from __future__ import annotations

import os
import sys
from typing import IO, NamedTuple

import click

from lawful.checkers.verdict import Verdict

BLUE, ORANGE, PINK, GREY = 33, 208, 205, 245
"""Numbers of the 256-colour palette that most terminals have."""


class Look(NamedTuple):
    """A glyph and its colour."""

    glyph: str
    colour: int


LOOKS: dict[Verdict | None, Look] = {
    Verdict.LAWFUL: Look("✓", BLUE),
    Verdict.VIOLATION: Look("✗", PINK),
    Verdict.INCONCLUSIVE: Look("?", ORANGE),
    Verdict.NOTHING_CHECKED: Look("○", ORANGE),
    None: Look("!", PINK),
}
"""None: there is no verdict, because the file could not be read."""


def shows_colour(stream: IO[str] | None = None) -> bool:
    """Whether to colour what goes to `stream` (None: standard output)."""
    stream = sys.stdout if stream is None else stream
    plain = os.environ.get("NO_COLOR") or os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return not plain and stream.isatty()


def coloured(text: str, colour: int) -> str:
    """`text` in `colour`, where standard output shows colours."""
    return click.style(text, fg=colour) if shows_colour() else text


def verdict_text(verdict: Verdict | None) -> str:
    """Glyph and word, such as `✓ lawful`; None: `! error`."""
    look = LOOKS[verdict]
    return coloured(f"{look.glyph} {verdict.value if verdict else 'error'}", look.colour)


def say(text: str = "") -> None:
    """One line on standard output; colours survive only where `shows_colour`."""
    click.echo(text, color=shows_colour())


def progress(name: str) -> None:
    """What is worked on: one line on a terminal, which the next one overwrites."""
    if sys.stderr.isatty() and not os.environ.get("CI"):
        click.echo(f"\r\033[K{name}", nl=False, err=True)

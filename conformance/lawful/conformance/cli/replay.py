"""`lawful replay`: a behaviour that a search found, once more."""

from __future__ import annotations

from pathlib import Path

import click

from lawful.conformance.cli.terminal import say
from lawful.conformance.errors import ExitCode
from lawful.conformance.judging import EXIT_CODES


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--svg", metavar="FILE", type=click.Path(path_type=Path), help="Where to draw the behaviour.")
def replay(file: Path, svg: Path | None) -> ExitCode:
    """Carry out a behaviour that a search found.

    FILE is what lawful explore raft --output wrote; its steps are taken on the model. Exit code 1: it violates a
    property. 0: it does not, any more. A step that the model does not allow is an error.
    """
    from lawful.conformance.behaviour_file import read
    from lawful.conformance.behaviour_picture import draw
    from lawful.conformance.cli.explore_raft_liveness_text import replayed_lasso_lines
    from lawful.conformance.cli.explore_raft_text import replayed_lines

    recorded = read(file)
    verdict, lines = replayed_lines(recorded) if recorded.loop is None else replayed_lasso_lines(recorded)
    for line in lines:
        say(line)
    if svg is not None:
        draw(svg, recorded.property, recorded.moves, recorded.moments, recorded.model, recorded.loop)
    return EXIT_CODES[verdict]

"""Counterexamples of Raft as pictures, in files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lawful.checkers.exploration.behaviour import Moment, Move
from lawful.conformance.errors import UsageError
from lawful.conformance.report.behaviour_svg import behaviour_svg
from lawful.conformance.report.raft_wording import wording_of
from lawful.models.raft.raft import Raft
from lawful.specs.raft.invariants import ALL_PROPERTIES
from lawful.specs.raft.liveness import ALL_LIVENESS


def draw(
    path: Path,
    property_: str,
    behaviour: Sequence[Move],
    moments: Sequence[Moment],
    model: Raft,
    loop: int | None = None,
) -> None:
    """Draw a behaviour of a model; after `loop` moves its loop begins.

    Raises `UsageError` where the file cannot be written.
    """
    sentences = {one.id: one.sentence for one in (*ALL_PROPERTIES, *ALL_LIVENESS)}
    sentence = sentences.get(property_, "A state is reached in which nothing can happen any more.")
    title = f"{property_} is violated: {sentence}"
    try:
        path.write_text(behaviour_svg(title, behaviour, moments, wording_of(model), loop), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}", cause=str(error)) from error


def numbered(path: Path, number: int) -> Path:
    """The file of a counterexample of several: the first one as it was named, the others with a number.

    >>> [numbered(Path("found.json"), number).name for number in (1, 2)]
    ['found.json', 'found-2.json']
    """
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")

"""Lines that agree with a template, found by native code: some 10^7 in a few seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.linearizability.monitors.compiled import kernel, native
from lawful.conformance.history.columnar.templates import INTEGER_COLUMNS, TEXT_COLUMNS, TEXT_HOLES, Template

MOST_TEMPLATES = 200
"""A file of more kinds of lines than this is read line by line beyond them."""

_COLUMNS = TEXT_HOLES + len(TEXT_COLUMNS)


class Scanned(NamedTuple):
    """Lines one after the other that agree with templates."""

    template: NDArray[np.int32]
    """Which one, per line."""
    integers: NDArray[np.int64]
    """By integer column and line."""
    begins: NDArray[np.int64]
    """By text column and line, where the text begins in the block."""
    ends: NDArray[np.int64]
    next: int
    """Where the first line begins that agrees with none."""


class Scanner:
    """Knows the templates of a file so far."""

    def __init__(self) -> None:
        self.templates: list[Template] = []
        self._scan = _native()
        self._given: tuple[NDArray[Any], ...] = ()
        self._filled = _empty(0)

    @property
    def can_learn(self) -> bool:
        return self._scan is not None and len(self.templates) < MOST_TEMPLATES

    def learn(self, template: Template) -> None:
        """One more template."""
        self.templates.append(template)
        pieces = [piece for one in self.templates for piece in one.pieces]
        holes = [hole for one in self.templates for hole in (*one.holes, _COLUMNS)]
        first = np.cumsum([0, *(len(one.pieces) for one in self.templates)])
        bounds = np.cumsum([0, *map(len, pieces)])
        text = np.frombuffer(b"".join(pieces), np.uint8)
        self._given = (text, bounds, first, np.array(holes, np.int64), np.zeros(len(self.templates), np.int64))

    def scan(self, block: NDArray[np.uint8], begin: int, most: int) -> Scanned:
        """The lines from `begin` on that agree with templates, until the next call; `most` of them at most."""
        if most > len(self._filled[0]):
            self._filled = _empty(most)
        template, integers, begins, ends = self._filled
        stopped = np.array([begin], np.int64)
        count = 0
        if self._scan is not None and self.templates:
            count = self._scan(block, *self._given, *self._filled, stopped)
        return Scanned(template[:count], integers[:, :count], begins[:, :count], ends[:, :count], int(stopped[0]))


def _empty(lines: int) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    texts = (len(TEXT_COLUMNS), lines)
    integers = np.empty((len(INTEGER_COLUMNS), lines), np.int64)
    return np.empty(lines, np.int32), integers, np.empty(texts, np.int64), np.empty(texts, np.int64)


def _native() -> Callable[..., int] | None:
    return native(scan_lines)


def texts_of(block: bytes | memoryview, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> Sequence[bytes]:
    """The texts between these places."""
    return [bytes(block[begin:end]) for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]


@kernel
def take_integer(block: Any, at: int, integers: Any, hole: int, line: int) -> int:
    """Read an integer of 18 digits at most, as JSON writes it; where it ends, or -1 if there is none."""
    negative = at < len(block) and block[at] == 45
    if negative:
        at += 1
    begin, number = at, 0
    while at < len(block) and 48 <= block[at] <= 57 and at - begin < 19:
        number = number * 10 + (block[at] - 48)
        at += 1
    length = at - begin
    if length == 0 or length > 18 or (block[begin] == 48 and (length > 1 or negative)):
        return -1
    integers[hole, line] = -number if negative else number
    return at


@kernel
def end_of_text(block: Any, at: int) -> int:
    """Where plain characters end: before a quote, an escape, a control character or anything beyond ASCII."""
    while at < len(block) and 32 <= block[at] <= 126 and block[at] != 34 and block[at] != 92:
        at += 1
    return at


@kernel
def scan_lines(
    block: Any,
    text: Any,
    bounds: Any,
    first: Any,
    holes: Any,
    follows: Any,
    template: Any,
    integers: Any,
    begins: Any,
    ends: Any,
    stopped: Any,
) -> int:
    """Fill in what is in the holes of each line; how many lines were read. stopped[0] is where to begin and to go on.

    Piece p is text[bounds[p]:bounds[p + 1]], the pieces of template t begin with first[t], and holes[p] follows it.
    """
    count = len(first) - 1
    position, line, guess = stopped[0], 0, 0
    while line < len(template) and position < len(block):
        matched = -1
        for attempt in range(-1, count):
            # Lines take turns: what followed this template the last time is likely to follow it again.
            t = guess if attempt == -1 else attempt
            p = first[t]
            at = position
            while True:
                size = bounds[p + 1] - bounds[p]
                if at + size > len(block):
                    break
                k = 0
                while k < size and block[at + k] == text[bounds[p] + k]:
                    k += 1
                if k < size:
                    break
                at += size
                if p + 1 == first[t + 1]:
                    matched = t
                    break
                hole = holes[p]
                start = at
                if hole < TEXT_HOLES:
                    at = take_integer(block, at, integers, hole, line)
                    if at < 0:
                        break
                else:
                    at = end_of_text(block, at)
                    begins[hole - TEXT_HOLES, line] = start
                    ends[hole - TEXT_HOLES, line] = at
                p += 1
            if matched >= 0:
                break
        if matched < 0:
            break
        follows[template[line - 1] if line > 0 else matched] = matched
        template[line] = matched
        guess = follows[matched]
        position = at
        line += 1
    stopped[0] = position
    return line

"""One key of a string store with append, in time in proportion to the length of the history, answers included.

A read shows a text: what was put, and the pieces that were appended since (`appends`). The monitor applies where no
piece is the beginning of another one, so that a text can be taken apart in one way only, and where nothing that was
read was put twice. Pieces that no read shows may repeat.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import NULL, OK, Columns, Integers
from lawful.checkers.linearizability.monitors.appends import (
    INITIAL,
    Shown,
    order_of_appends,
    possibilities,
)
from lawful.checkers.linearizability.monitors.monitor import Inapplicable, TypedMonitor, Violated
from lawful.checkers.linearizability.monitors.timeline import timeline
from lawful.checkers.meter import Meter
from lawful.models.key_value import KeyValue
from lawful.models.wording import value_text


@dataclass(frozen=True)
class KeyValueMonitor(TypedMonitor[KeyValue]):
    """The monitor of keys that are put, appended to and read."""

    def impossible_answers(self, columns: Columns) -> NDArray[np.bool_]:
        is_get = columns.calls("get")
        wrong: NDArray[np.bool_] = ~is_get & (columns.result != NULL)
        gets = np.flatnonzero(is_get)
        wrong[gets] = [not isinstance(columns.values[number], str) for number in columns.result[gets].tolist()]
        wrong &= columns.outcome == OK
        return wrong

    def require(self, columns: Columns, model: KeyValue) -> None:
        next(possibilities(columns, shown_texts(columns, model.initial_value)))

    def order(self, columns: Columns, model: KeyValue, meter: Meter, wanted: bool) -> Integers | None:
        shown = shown_texts(columns, model.initial_value)
        meter.look()
        return order_of_appends(columns, timeline(columns), shown)


class Pieces:
    """The pieces that texts are made of, with the rows that put or appended each of them."""

    def __init__(self, columns: Columns, initial_value: str) -> None:
        self.initial_value = initial_value
        self.puts: dict[str, list[int]] = {}
        self.appends: dict[Hashable, list[int]] = {}
        is_put = columns.calls("put")
        for row in np.flatnonzero(~columns.calls("get")).tolist():
            piece = columns.values[int(columns.first[row])]
            if not isinstance(piece, str) or not piece:
                raise Inapplicable(f"operation {columns.index[row]} writes {value_text(piece)}, which does not show")
            if is_put[row]:
                self.puts.setdefault(piece, []).append(row)
            else:
                self.appends.setdefault(piece, []).append(row)
        if initial_value:
            self.puts.setdefault(initial_value, []).append(INITIAL)
        self._all = {*self.puts, *map(str, self.appends)}
        # In alphabetical order, a piece is followed at once by one that it is the beginning of, if there is any.
        for piece, following in pairwise(sorted(self._all)):
            if following.startswith(piece):
                raise Inapplicable(f"{value_text(piece)} is the beginning of {value_text(following)}")
        self._lengths = sorted({len(piece) for piece in self._all})

    def taken_apart(self, text: str) -> list[str] | None:
        """The pieces of a text; None where it is not made of pieces."""
        pieces: list[str] = []
        begin = 0
        while begin < len(text):
            candidates = (text[begin : begin + length] for length in self._lengths)
            piece = next((candidate for candidate in candidates if candidate in self._all), None)
            if piece is None:
                return None
            pieces.append(piece)
            begin += len(piece)
        return pieces

    def first(self, text: str) -> str | None:
        """The piece that a text begins with."""
        return next((text[:length] for length in self._lengths if text[:length] in self._all), None)


def shown_texts(columns: Columns, initial_value: str) -> Shown:
    """What the reads show. Raises `Violated` where it cannot be, `Inapplicable` where it is ambiguous."""
    pieces = Pieces(columns, initial_value)
    reads = np.flatnonzero(columns.calls("get") & (columns.outcome == OK))
    by_text: dict[str, list[int]] = {}
    for row, number in zip(reads.tolist(), columns.result[reads].tolist(), strict=True):
        by_text.setdefault(str(columns.values[number]), []).append(row)
    reasons: dict[int, list[int]] = {}
    by_put: dict[int, list[str]] = {}
    for text, rows in by_text.items():
        by_put.setdefault(_put_of(columns, pieces, text, rows, reasons), []).append(text)
    blocks: dict[int, Sequence[Hashable]] = {}
    texts: dict[int, tuple[int, int]] = {}
    for put, mine in by_put.items():
        longest = max(mine, key=len)
        blocks[put] = appended = _appended(columns, pieces, put, longest, by_text[longest][0])
        ends = list(accumulate(map(len, appended), initial=len(longest) - sum(map(len, appended))))
        for text in mine:
            if not longest.startswith(text):
                raise _disagreement(columns, pieces, put, [by_text[longest][0], by_text[text][0]])
            count = bisect_left(ends, len(text))
            if ends[count] != len(text):
                raise Violated(by_text[text][:1], f"nobody wrote the end of {value_text(text)}")
            texts[int(columns.result[by_text[text][0]])] = (put, count)
    return Shown(blocks, texts, pieces.appends, reasons)


def _put_of(columns: Columns, pieces: Pieces, text: str, reads: list[int], reasons: dict[int, list[int]]) -> int:
    """The row of the put that `text` begins with, or `INITIAL`."""
    if text == pieces.initial_value == "":
        return INITIAL
    first = pieces.first(text)
    if first is None:
        raise Violated(reads[:1], f"nobody wrote the beginning of {value_text(text)}")
    puts, appends = pieces.puts.get(first, []), pieces.appends.get(first, [])
    if len(puts) > 1:
        raise Inapplicable(f"the text {value_text(first)} is put {len(puts)} times, and read")
    if pieces.initial_value or not appends:
        if not puts:
            sentence = f"{value_text(first)} was appended, and is read without what was there before"
            raise Violated([reads[0], *appends], sentence)
        return puts[0]
    if not puts:
        return INITIAL
    # Put, or appended to nothing? After another put has returned there is something.
    others = columns.calls("put") & (columns.outcome == OK)
    called_ns = columns.call_ns[reads].min()
    earlier = np.flatnonzero(others & (columns.return_ns < called_ns))
    if len(earlier) == 0:
        raise Inapplicable(f"the text {value_text(first)} is both put and appended, and read")
    reasons.setdefault(puts[0], []).append(int(earlier[0]))
    return puts[0]


def _appended(columns: Columns, pieces: Pieces, put: int, text: str, read: int) -> list[str]:
    """The pieces that `text` shows after what was put."""
    parts = pieces.taken_apart(text)
    if parts is None:
        raise Violated([read], f"nobody wrote the end of {value_text(text)}")
    appended = parts[1:] if put != INITIAL or pieces.initial_value else parts
    for piece in appended:
        if piece not in pieces.appends:
            puts = [row for row in pieces.puts[piece] if row != INITIAL]
            raise Violated([read, *puts], f"{value_text(piece)} was put, and is read after something else")
    return appended


def _disagreement(columns: Columns, pieces: Pieces, put: int, reads: list[int]) -> Violated:
    """Two reads of what was put once that show different things after it."""
    involved = {*reads, put}
    for read in reads:
        for piece in _appended(columns, pieces, put, str(columns.values[int(columns.result[read])]), read):
            involved.update(pieces.appends[piece])
    return Violated(sorted(involved - {INITIAL}), "two reads do not agree about the order of what was appended")


KEY_VALUE = KeyValueMonitor("append order", KeyValue, {"get": (), "put": ("value",), "append": ("value",)})

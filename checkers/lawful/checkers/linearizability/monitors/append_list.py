"""Append-only lists, in time in proportion to the length of the history, answers included (`appends`)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import NULL, OK, Columns, Integers
from lawful.checkers.linearizability.monitors.appends import INITIAL, Shown, order_of_appends, possibilities
from lawful.checkers.linearizability.monitors.monitor import TypedMonitor, Violated
from lawful.checkers.linearizability.monitors.timeline import timeline
from lawful.checkers.meter import Meter
from lawful.models.append_list import AppendList
from lawful.models.values import Json, canonical
from lawful.models.wording import value_text


@dataclass(frozen=True)
class AppendListMonitor(TypedMonitor[AppendList]):
    """The monitor of append-only lists."""

    def impossible_answers(self, columns: Columns) -> NDArray[np.bool_]:
        wrong: NDArray[np.bool_] = columns.calls("append") & (columns.result != NULL)
        reads = np.flatnonzero(columns.calls("read"))
        wrong[reads] = [_array(columns.values[number]) is None for number in columns.result[reads].tolist()]
        wrong &= columns.outcome == OK
        return wrong

    def require(self, columns: Columns, model: AppendList) -> None:
        next(possibilities(columns, shown_lists(columns, model.initial_values)))

    def order(self, columns: Columns, model: AppendList, meter: Meter, wanted: bool) -> Integers | None:
        shown = shown_lists(columns, model.initial_values)
        meter.look()
        return order_of_appends(columns, timeline(columns), shown)


def _array(value: Json) -> Sequence[Json] | None:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else None


def shown_lists(columns: Columns, initial_values: tuple[Json, ...]) -> Shown:
    """What the reads show; raises `Violated` where it cannot be."""
    appends: dict[Hashable, list[int]] = {}
    writes = np.flatnonzero(columns.calls("append"))
    for row, number in zip(writes.tolist(), columns.first[writes].tolist(), strict=True):
        appends.setdefault(canonical(columns.values[number]), []).append(row)
    reads = np.flatnonzero(columns.calls("read") & (columns.outcome == OK))
    numbers, first_reads = np.unique(columns.result[reads], return_index=True)
    read_of = dict(zip(numbers.tolist(), reads[first_reads].tolist(), strict=True))
    answers = {
        number: [canonical(value) for value in _array(columns.values[number]) or ()] for number in numbers.tolist()
    }
    beginning = [canonical(value) for value in initial_values]
    longest = max(answers, key=lambda number: len(answers[number]), default=None)
    if longest is None:
        return Shown({}, {}, appends, {})
    for number, answer in answers.items():
        if answer[: len(beginning)] != beginning:
            raise Violated([read_of[number]], "the list does not begin as it did at first")
        if answer != answers[longest][: len(answer)]:
            involved = [row for piece in {*answer, *answers[longest]} for row in appends.get(piece, ())]
            raise Violated([read_of[number], read_of[longest], *involved], "two reads do not agree about the order")
    pieces = answers[longest][len(beginning) :]
    unknown = next((piece for piece in pieces if piece not in appends), None)
    if unknown is not None:
        raise Violated([read_of[longest]], f"nobody appended {value_text(unknown)}")
    texts = {number: (INITIAL, len(answer) - len(beginning)) for number, answer in answers.items()}
    return Shown({INITIAL: pieces}, texts, appends, {})


APPEND_LIST = AppendListMonitor("append order", AppendList, {"read": (), "append": ("value",)})

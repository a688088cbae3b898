"""What careless stores of change-feed cursors record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lawful.models.values import Json

from .scene import Scene


def cursor(seq: int, index: str = "i", updated_at: int = 1) -> Json:
    return {"index_uid": index, "last_event_seq": seq, "updated_at": updated_at}


def advance(
    scene: Scene,
    expected: int | None,
    seq: int,
    moved: bool = True,
    *,
    index: str = "i",
    updated_at: int = 1,
    **where: Any,
) -> Scene:
    return scene.step("advance", moved, index_uid=index, expected_seq=expected, seq=seq, updated_at=updated_at, **where)


def advanced() -> Scene:
    return advance(Scene("cdc_cursors"), None, 5)


def advance_by_read_decide_write() -> Scene:
    return advance(advance(advanced(), 5, 6), 5, 7, process=1, overlaps_last=True)


def first_advance_by_two() -> Scene:
    return advance(advanced(), None, 6, process=1, overlaps_last=True)


def advance_goes_back() -> Scene:
    return advance(advanced(), 5, 3)


def cursor_read_goes_back() -> Scene:
    return advance(advanced(), 5, 6).step("get", cursor(5), process=1, index_uid="i")


def refused_advance_sets_the_time() -> Scene:
    scene = advance(advance(Scene("cdc_cursors"), None, 5, updated_at=2), 5, 6)
    return advance(scene, 5, 7, False, updated_at=2).step("get", cursor(6, updated_at=2), index_uid="i")


def cursors_listed_in_order_of_arrival() -> Scene:
    scene = advance(advance(Scene("cdc_cursors"), None, 1, index="b"), None, 1, index="a")
    return scene.step("list", [cursor(1, "b"), cursor(1, "a")])


def sinks_share_their_cursors() -> Scene:
    return advance(advanced(), None, 1, False, key="sink-b")


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (advance_by_read_decide_write, "TS-CDC_CURSORS-1"),
    (first_advance_by_two, "TS-CDC_CURSORS-1"),
    (advance_goes_back, "TS-CDC_CURSORS-2"),
    (cursor_read_goes_back, "TS-CDC_CURSORS-2"),
    (refused_advance_sets_the_time, "TS-CDC_CURSORS-3"),
    (cursors_listed_in_order_of_arrival, "TS-CDC_CURSORS-4"),
    (sinks_share_their_cursors, "TS-CDC_CURSORS-5"),
)

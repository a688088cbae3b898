"""What careless overflow lists record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lawful.models.values import Json

from .scene import Scene


def append(scene: Scene, payload: str, kept: bool = True, *, bytes: int = 3, max_bytes: int = 9) -> Scene:
    return scene.step("append", kept, bytes=bytes, max_bytes=max_bytes, payload=payload)


def event(payload: str) -> Json:
    return {"bytes": 3, "payload": payload}


def one_event() -> Scene:
    return append(Scene("cdc_overflow"), "a")


def two_events() -> Scene:
    return append(one_event(), "b")


def events_are_counted_and_not_their_bytes() -> Scene:
    return append(one_event(), "b", max_bytes=4)


def two_clients_find_room_for_one() -> Scene:
    return one_event().step("append", True, process=1, overlaps_last=True, bytes=7, max_bytes=9, payload="b")


def full_to_the_last_byte_is_refused() -> Scene:
    return append(one_event(), "b", False, bytes=6)


def newest_is_drained_first() -> Scene:
    return two_events().step("drain", [event("b")], most=1)


def drained_events_stay() -> Scene:
    return one_event().step("drain", [event("a")], most=1).step("drain", [event("a")], process=1, most=1)


def drain_of_one_removes_all() -> Scene:
    return two_events().step("drain", [event("a")], most=1).step("drain", [], most=1)


def size_is_not_lowered() -> Scene:
    return two_events().step("drain", [event("a")], most=1).step("size", 6, process=1)


def size_counts_events() -> Scene:
    return two_events().step("size", 2)


def sinks_share_one_list() -> Scene:
    return one_event().step("drain", [event("a")], key="sink-b", most=1)


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (events_are_counted_and_not_their_bytes, "TS-CDC_OVERFLOW-1"),
    (two_clients_find_room_for_one, "TS-CDC_OVERFLOW-1"),
    (full_to_the_last_byte_is_refused, "TS-CDC_OVERFLOW-2"),
    (newest_is_drained_first, "TS-CDC_OVERFLOW-3"),
    (drained_events_stay, "TS-CDC_OVERFLOW-3"),
    (drain_of_one_removes_all, "TS-CDC_OVERFLOW-3"),
    (size_is_not_lowered, "TS-CDC_OVERFLOW-4"),
    (size_counts_events, "TS-CDC_OVERFLOW-4"),
    (sinks_share_one_list, "TS-CDC_OVERFLOW-5"),
)

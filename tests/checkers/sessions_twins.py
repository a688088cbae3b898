"""What careless stores of sessions record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lawful.models.values import Json

from .scene import Scene


def upsert(scene: Scene, name: str = "s", ttl_ms: int = 9000, most: int = 9, new: bool = True, **fields: Any) -> Scene:
    return scene.step("upsert", new, **{**row(name, **fields), "ttl_ms": ttl_ms, "max_sessions": most})  # type: ignore[arg-type]


def row(name: str = "s", **fields: Any) -> dict[str, Json]:
    shown: dict[str, Json] = {"last_write_mtask_id": "m", "last_write_at": 5, "pinned_group": 1}
    return {"session_id": name, **shown, "min_settings_version": 7, **fields}


def get(scene: Scene, answer: Json, name: str = "s", ttl_ms: int = 9000) -> Scene:
    return scene.step("get", answer, session_id=name, ttl_ms=ttl_ms)


def expired_session_is_returned() -> Scene:
    return get(upsert(Scene("sessions"), ttl_ms=10).wait(50), row())


def expired_session_is_replaced() -> Scene:
    return upsert(upsert(Scene("sessions"), ttl_ms=10).wait(50), new=False, last_write_at=6)


def get_does_not_extend() -> Scene:
    scene = upsert(Scene("sessions"), ttl_ms=10)
    return get(get(scene.wait(5), row(), ttl_ms=50).wait(20), None)


def oldest_goes_though_it_was_used() -> Scene:
    scene = upsert(upsert(Scene("sessions"), "a"), "b")
    return get(upsert(get(scene, row("a"), "a"), "c", most=2), None, "a")


def upsert_does_not_count_as_use() -> Scene:
    scene = upsert(upsert(upsert(Scene("sessions"), "a"), "b"), "a", new=False)
    return get(upsert(scene, "c", most=2), None, "a")


def sessions_without_bound() -> Scene:
    return get(upsert(upsert(Scene("sessions"), "a"), "b", most=1), row("a"), "a")


def upsert_merges_fields() -> Scene:
    scene = upsert(upsert(Scene("sessions")), new=False, pinned_group=None)
    return get(scene, row())


def upsert_forgets_a_field() -> Scene:
    return get(upsert(Scene("sessions")), row(last_write_mtask_id=None))


def upsert_does_not_tell_what_is_new() -> Scene:
    return upsert(upsert(Scene("sessions")), last_write_at=6)


def deleted_twice() -> Scene:
    scene = upsert(Scene("sessions")).step("delete", True, session_id="s")
    return scene.step("delete", True, session_id="s")


def count_includes_what_has_expired() -> Scene:
    return upsert(Scene("sessions"), ttl_ms=10).wait(50).step("count", 1)


def count_of_index_entries_that_were_never_removed() -> Scene:
    return upsert(upsert(Scene("sessions"), "a"), "b", most=1).step("count", 2)


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (expired_session_is_returned, "TS-SESSIONS-1"),
    (expired_session_is_replaced, "TS-SESSIONS-1"),
    (get_does_not_extend, "TS-SESSIONS-2"),
    (oldest_goes_though_it_was_used, "TS-SESSIONS-3"),
    (upsert_does_not_count_as_use, "TS-SESSIONS-3"),
    (sessions_without_bound, "TS-SESSIONS-3"),
    (upsert_merges_fields, "TS-SESSIONS-4"),
    (upsert_forgets_a_field, "TS-SESSIONS-4"),
    (upsert_does_not_tell_what_is_new, "TS-SESSIONS-4"),
    (deleted_twice, "TS-SESSIONS-5"),
    (count_includes_what_has_expired, "TS-SESSIONS-6"),
    (count_of_index_entries_that_were_never_removed, "TS-SESSIONS-6"),
)

"""What careless idempotency caches record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .scene import Scene


def record(scene: Scene, status: str, shown: str | None, *, body: str = "h", task: str = "t1", **where: Any) -> Scene:
    answer = {"status": status, "miroir_task_id": shown}
    given = {"ttl_ms": 9000, **where}
    return scene.step("record", answer, key="k", body_sha256=body, miroir_task_id=task, **given)


def check(scene: Scene, status: str, shown: str | None, *, body: str = "h") -> Scene:
    answer = {"status": status, "miroir_task_id": shown}
    return scene.step("check", answer, key="k", body_sha256=body)


def recorded(ttl_ms: int = 9000) -> Scene:
    return record(Scene("idempotency_cache"), "recorded", "t1", ttl_ms=ttl_ms)


def last_record_wins() -> Scene:
    return record(recorded(), "recorded", "t2", task="t2")


def check_answers_the_latest_record() -> Scene:
    return check(record(recorded(), "replay", "t1", task="t2"), "replay", "t2")


def entry_is_gone_before_its_time() -> Scene:
    return check(recorded(), "miss", None)


def body_is_not_compared() -> Scene:
    return check(recorded(), "replay", "t1", body="g")


def body_is_not_compared_by_a_record() -> Scene:
    return record(recorded(), "replay", "t1", body="g")


def conflict_overwrites() -> Scene:
    return record(recorded(), "recorded", "t2", body="g", task="t2")


def check_extends_the_entry() -> Scene:
    return check(check(recorded(10).wait(2), "replay", "t1").wait(20), "replay", "t1")


def expired_key_is_never_free_again() -> Scene:
    return record(recorded(10).wait(20), "replay", "t1", task="t2")


def retried_record_takes_effect_again() -> Scene:
    return record(recorded(), "recorded", "t1")


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (last_record_wins, "TS-IDEMPOTENCY_CACHE-1"),
    (check_answers_the_latest_record, "TS-IDEMPOTENCY_CACHE-1"),
    (entry_is_gone_before_its_time, "TS-IDEMPOTENCY_CACHE-1"),
    (body_is_not_compared, "TS-IDEMPOTENCY_CACHE-2"),
    (body_is_not_compared_by_a_record, "TS-IDEMPOTENCY_CACHE-2"),
    (conflict_overwrites, "TS-IDEMPOTENCY_CACHE-1"),
    (check_extends_the_entry, "TS-IDEMPOTENCY_CACHE-3"),
    (expired_key_is_never_free_again, "TS-IDEMPOTENCY_CACHE-3"),
    (retried_record_takes_effect_again, "TS-ALL-6"),
)

"""What careless rate limiters record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .scene import Scene


def hit(scene: Scene, remaining: int | None, *, limit: int = 1, window_ms: int = 9000, process: int = 0) -> Scene:
    """A hit that is admitted; refused where nothing remains, which is None."""
    answer = {"admitted": remaining is not None, "remaining": remaining or 0}
    return scene.step("hit", answer, process=process, limit=limit, window_ms=window_ms)


def first_hit(limit: int = 1, window_ms: int = 9000) -> Scene:
    return hit(Scene("rate_limits"), limit - 1, limit=limit, window_ms=window_ms)


def two_clients_read_one_count() -> Scene:
    admitted = {"admitted": True, "remaining": 0}
    return first_hit().step("hit", admitted, process=1, overlaps_last=True, limit=1, window_ms=9000)


def each_pod_counts_for_itself() -> Scene:
    return hit(first_hit(), 0, process=1)


def every_hit_extends_the_window() -> Scene:
    scene = hit(first_hit(window_ms=50).wait(30), None, window_ms=50)
    return hit(scene.wait(30), None, window_ms=50)


def remaining_of_a_window_that_ended() -> Scene:
    return first_hit(window_ms=10).wait(50).step("remaining", 0, limit=1)


def remaining_before_the_hit() -> Scene:
    return hit(Scene("rate_limits").step("remaining", 3, limit=3), 3, limit=3)


def remaining_is_not_lowered() -> Scene:
    return hit(first_hit(limit=3), 2, limit=3)


def look_answers_another_count() -> Scene:
    return first_hit(limit=3).step("remaining", 3, process=1, limit=3)


def refused_hits_are_counted() -> Scene:
    return hit(hit(first_hit(), None), None, limit=2)


def buckets_share_one_window() -> Scene:
    refused = {"admitted": False, "remaining": 0}
    return first_hit().step("hit", refused, key="bucket-b", limit=1, window_ms=9000)


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (two_clients_read_one_count, "TS-RATE_LIMITS-1"),
    (each_pod_counts_for_itself, "TS-RATE_LIMITS-1"),
    (every_hit_extends_the_window, "TS-RATE_LIMITS-2"),
    (remaining_of_a_window_that_ended, "TS-RATE_LIMITS-2"),
    (remaining_before_the_hit, "TS-RATE_LIMITS-3"),
    (remaining_is_not_lowered, "TS-RATE_LIMITS-3"),
    (look_answers_another_count, "TS-RATE_LIMITS-3"),
    (refused_hits_are_counted, "TS-RATE_LIMITS-4"),
    (buckets_share_one_window, "TS-RATE_LIMITS-5"),
)

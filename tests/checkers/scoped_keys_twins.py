"""What careless rotations of keys record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .scene import Scene


def rotate(scene: Scene, expected: int, generation: int | None) -> Scene:
    """A rotation to the key `k<generation>`."""
    return scene.step(
        "rotate", generation, new_key=f"k{expected + 1}", expected_generation=expected, rotated_at=expected
    )


def observe(scene: Scene, generation: int, counts: bool = True, *, ttl_ms: int = 9000) -> Scene:
    return scene.step("observe", counts, process=1, pod="p", generation=generation, ttl_ms=ttl_ms)


def first_key() -> Scene:
    return rotate(Scene("scoped_keys"), 0, 1)


def two_keys(ttl_ms: int = 9000) -> Scene:
    """The second key while a pod uses the first one."""
    return rotate(observe(first_key(), 1, ttl_ms=ttl_ms), 1, 2)


def key_of_a_live_pod_is_revoked() -> Scene:
    return two_keys().step("revoke_previous", True)


def revoke_asks_one_pod_only() -> Scene:
    scene = two_keys().step("observe", True, pod="q", generation=2, ttl_ms=9000)
    return scene.step("revoke_previous", True)


def two_rotations_from_one_generation() -> Scene:
    return rotate(first_key(), 0, 2)


def generation_stands_still() -> Scene:
    return rotate(first_key(), 1, 1)


def third_key_takes_the_place_of_the_first() -> Scene:
    return rotate(two_keys(), 2, 3)


def previous_key_is_forgotten() -> Scene:
    keys = {"primary": "k2", "previous": None, "generation": 2, "rotated_at": 1}
    return two_keys().step("get", keys)


def reports_never_end() -> Scene:
    return two_keys(ttl_ms=10).wait(50).step("revoke_previous", False)


def list_shows_reports_that_ended() -> Scene:
    return two_keys(ttl_ms=10).wait(50).step("observers", [{"pod": "p", "observed_generation": 1}])


def report_of_a_revoked_key_counts() -> Scene:
    return observe(two_keys(ttl_ms=10).wait(50).step("revoke_previous", True), 1)


def report_of_the_primary_key_is_refused() -> Scene:
    return observe(first_key(), 1, False)


def indexes_share_their_keys() -> Scene:
    return first_key().step("rotate", None, key="index-b", new_key="k", expected_generation=0, rotated_at=1)


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (key_of_a_live_pod_is_revoked, "TS-SCOPED_KEYS-1"),
    (revoke_asks_one_pod_only, "TS-SCOPED_KEYS-1"),
    (two_rotations_from_one_generation, "TS-SCOPED_KEYS-2"),
    (generation_stands_still, "TS-SCOPED_KEYS-2"),
    (third_key_takes_the_place_of_the_first, "TS-SCOPED_KEYS-3"),
    (previous_key_is_forgotten, "TS-SCOPED_KEYS-3"),
    (reports_never_end, "TS-SCOPED_KEYS-4"),
    (list_shows_reports_that_ended, "TS-SCOPED_KEYS-4"),
    (report_of_a_revoked_key_counts, "TS-SCOPED_KEYS-5"),
    (report_of_the_primary_key_is_refused, "TS-SCOPED_KEYS-5"),
    (indexes_share_their_keys, "TS-SCOPED_KEYS-6"),
)

"""What careless login back-offs record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .scene import Scene


def failed(scene: Scene, failures: int, blocked_ms: int, *, threshold: int = 1, base_ms: int = 9000) -> Scene:
    answer = {"failures": failures, "blocked_ms": blocked_ms}
    return scene.step("failed", answer, threshold=threshold, base_ms=base_ms)


def blocked(base_ms: int = 9000) -> Scene:
    return failed(Scene("login_backoff"), 1, base_ms, base_ms=base_ms)


def failed_once() -> Scene:
    return failed(Scene("login_backoff"), 1, 0, threshold=5)


def failures_never_block() -> Scene:
    return blocked().step("may_try", True)


def time_does_not_double() -> Scene:
    return failed(blocked(), 2, 9000)


def threshold_counts_from_nought() -> Scene:
    return failed(Scene("login_backoff").step("may_try", True), 1, 18000)


def success_leaves_the_failures() -> Scene:
    return blocked().step("succeeded", True).step("get", {"failures": 1}, process=1)


def success_leaves_the_block() -> Scene:
    return blocked().step("succeeded", True).step("may_try", False, process=1)


def block_never_ends() -> Scene:
    return blocked(base_ms=10).wait(50).step("may_try", False)


def one_failure_blocks() -> Scene:
    return failed_once().step("may_try", False)


def two_clients_count_one_failure() -> Scene:
    answer = {"failures": 1, "blocked_ms": 0}
    return failed_once().step("failed", answer, process=1, overlaps_last=True, threshold=5, base_ms=9000)


def accounts_share_their_failures() -> Scene:
    answer = {"failures": 2, "blocked_ms": 0}
    return failed_once().step("failed", answer, key="account-b", threshold=5, base_ms=9000)


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (failures_never_block, "TS-LOGIN_BACKOFF-1"),
    (time_does_not_double, "TS-LOGIN_BACKOFF-2"),
    (threshold_counts_from_nought, "TS-LOGIN_BACKOFF-2"),
    (success_leaves_the_failures, "TS-LOGIN_BACKOFF-3"),
    (success_leaves_the_block, "TS-LOGIN_BACKOFF-3"),
    (block_never_ends, "TS-LOGIN_BACKOFF-4"),
    (one_failure_blocks, "TS-LOGIN_BACKOFF-4"),
    (two_clients_count_one_failure, "TS-LOGIN_BACKOFF-5"),
    (accounts_share_their_failures, "TS-LOGIN_BACKOFF-6"),
)

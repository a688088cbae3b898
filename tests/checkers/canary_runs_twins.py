"""What careless stores of canary runs record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .scene import Scene


def run(ran_at: int, status: str = "pass") -> dict[str, Any]:
    return {"ran_at": ran_at, "status": status, "latency_ms": 5, "failed_assertions_json": None}


def insert(scene: Scene, ran_at: int, status: str = "pass", recorded: bool = True, keep: int = 9) -> Scene:
    return scene.step("insert", recorded, **run(ran_at, status), keep=keep)


def recorded(*instants: int, keep: int = 9) -> Scene:
    scene = Scene("canary_runs")
    for ran_at in instants:
        insert(scene, ran_at, keep=keep)
    return scene


def every_run_is_kept() -> Scene:
    return recorded(1, 2, keep=1).step("list", [run(2), run(1)], process=1, limit=None)


def oldest_run_is_kept() -> Scene:
    return recorded(1, 2, keep=1).step("list", [run(1)], process=1, limit=None)


def latest_insert_is_kept() -> Scene:
    """It came last, but is not the newest."""
    return recorded(2, 1, keep=1).step("list", [run(1)], process=1, limit=None)


def second_run_at_an_instant_overwrites() -> Scene:
    return insert(recorded(1), 1, "fail")


def runs_listed_oldest_first() -> Scene:
    return recorded(1, 2).step("list", [run(1), run(2)], limit=None)


def list_goes_beyond_the_limit() -> Scene:
    return recorded(1, 2).step("list", [run(2), run(1)], limit=1)


def prune_takes_the_bound_along() -> Scene:
    return recorded(1).step("prune", 1, before=1)


def canaries_share_their_runs() -> Scene:
    return recorded(1).step("list", [run(1)], key="canary-b", limit=None)


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (every_run_is_kept, "TS-CANARY_RUNS-1"),
    (oldest_run_is_kept, "TS-CANARY_RUNS-1"),
    (latest_insert_is_kept, "TS-CANARY_RUNS-1"),
    (second_run_at_an_instant_overwrites, "TS-CANARY_RUNS-2"),
    (runs_listed_oldest_first, "TS-CANARY_RUNS-3"),
    (list_goes_beyond_the_limit, "TS-CANARY_RUNS-3"),
    (prune_takes_the_bound_along, "TS-CANARY_RUNS-4"),
    (canaries_share_their_runs, "TS-CANARY_RUNS-5"),
)

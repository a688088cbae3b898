"""What careless stores of settings versions record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lawful.models.values import Json

from .scene import Scene


def row(version: int, node: str = "n", updated_at: int = 1) -> Json:
    return {"node_id": node, "version": version, "updated_at": updated_at}


def advance(scene: Scene, version: int, moved: bool = True, *, node: str = "n", updated_at: int = 1) -> Scene:
    return scene.step("advance", moved, node_id=node, version=version, updated_at=updated_at)


def advanced() -> Scene:
    return advance(Scene("node_settings_version"), 5)


def last_writer_wins() -> Scene:
    return advance(advanced(), 3)


def version_read_goes_back() -> Scene:
    scene = advance(advanced(), 3, False)
    return scene.step("get", row(3), node_id="n")


def same_version_is_written_again() -> Scene:
    return advance(advanced(), 5, updated_at=2)


def time_of_a_refused_advance_is_kept() -> Scene:
    return advance(advanced(), 3, False, updated_at=2).step("get", row(5, updated_at=2), node_id="n")


def larger_version_is_refused() -> Scene:
    return advance(advanced(), 6, False)


def list_in_order_of_arrival() -> Scene:
    scene = advance(advance(Scene("node_settings_version"), 1, node="b"), 1, node="a")
    return scene.step("list", [row(1, "b"), row(1, "a")])


def indexes_share_their_nodes() -> Scene:
    return advanced().step("advance", False, key="index-b", node_id="n", version=4, updated_at=1)


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (last_writer_wins, "TS-NODE_SETTINGS_VERSION-1"),
    (version_read_goes_back, "TS-NODE_SETTINGS_VERSION-1"),
    (same_version_is_written_again, "TS-NODE_SETTINGS_VERSION-2"),
    (time_of_a_refused_advance_is_kept, "TS-NODE_SETTINGS_VERSION-2"),
    (larger_version_is_refused, "TS-NODE_SETTINGS_VERSION-2"),
    (list_in_order_of_arrival, "TS-NODE_SETTINGS_VERSION-3"),
    (indexes_share_their_nodes, "TS-NODE_SETTINGS_VERSION-4"),
)

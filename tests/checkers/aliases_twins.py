"""What careless stores of aliases record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lawful.models.values import Json

from .scene import Scene


def create(scene: Scene, name: str = "a", uid: str = "i1", created_at: int = 1) -> Scene:
    return scene.step("create", True, name=name, current_uid=uid, created_at=created_at)


def created() -> Scene:
    return create(Scene("aliases"))


def created_multi() -> Scene:
    return Scene("aliases").step("create_multi", True, name="a", target_uids=["i1"], created_at=1)


def flip(scene: Scene, version: int, uid: str, retention: int = 3, **where: Any) -> Scene:
    return scene.step("flip", True, name="a", expected_version=version, current_uid=uid, retention=retention, **where)


def prior(version: int, uid: str) -> Json:
    return {"version": version, "current_uid": uid, "target_uids": None}


def row(uid: str = "i1", version: int = 1, history: Sequence[Json] = (), name: str = "a") -> Json:
    return {
        "name": name,
        "kind": "single",
        "current_uid": uid,
        "target_uids": None,
        "version": version,
        "created_at": 1,
        "history": list(history),
    }


def flip_by_read_decide_write() -> Scene:
    return flip(flip(created(), 1, "i2"), 1, "i3", process=1, overlaps_last=True)


def flip_from_the_right_version_is_refused() -> Scene:
    return created().step("flip", False, name="a", expected_version=1, current_uid="i2", retention=3)


def version_stands_still() -> Scene:
    return flip(created(), 1, "i2").step("get", row("i2", 1, [prior(1, "i1")]), name="a")


def history_is_newest_first() -> Scene:
    scene = flip(flip(created(), 1, "i2"), 2, "i3")
    return scene.step("get", row("i3", 3, [prior(2, "i2"), prior(1, "i1")]), name="a")


def history_without_bound() -> Scene:
    scene = flip(flip(created(), 1, "i2"), 2, "i3", retention=1)
    return scene.step("get", row("i3", 3, [prior(1, "i1"), prior(2, "i2")]), name="a")


def retention_keeps_the_oldest() -> Scene:
    scene = flip(flip(created(), 1, "i2"), 2, "i3", retention=1)
    return scene.step("get", row("i3", 3, [prior(1, "i1")]), name="a")


def flip_to_one_index_of_an_alias_of_several() -> Scene:
    return flip(created_multi(), 1, "i2")


def flip_to_several_indexes_of_an_alias_of_one() -> Scene:
    return created().step("flip_multi", True, name="a", expected_version=1, target_uids=["i2"], retention=3)


def second_create_overwrites() -> Scene:
    return create(created(), uid="i2")


def deleted_alias_comes_back() -> Scene:
    return created().step("delete", True, name="a").step("get", row(), process=1, name="a")


def flip_makes_the_alias() -> Scene:
    return flip(create(Scene("aliases"), "b"), 1, "i1")


def list_in_order_of_creation() -> Scene:
    return create(create(Scene("aliases"), "b"), "a").step("list", [row(name="b"), row(name="a")])


def retried_create_takes_effect_again() -> Scene:
    return create(created())


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (flip_by_read_decide_write, "TS-ALIASES-1"),
    (flip_from_the_right_version_is_refused, "TS-ALIASES-1"),
    (version_stands_still, "TS-ALIASES-2"),
    (history_is_newest_first, "TS-ALIASES-3"),
    (history_without_bound, "TS-ALIASES-3"),
    (retention_keeps_the_oldest, "TS-ALIASES-3"),
    (flip_to_one_index_of_an_alias_of_several, "TS-ALIASES-4"),
    (flip_to_several_indexes_of_an_alias_of_one, "TS-ALIASES-4"),
    (second_create_overwrites, "TS-ALIASES-5"),
    (deleted_alias_comes_back, "TS-ALIASES-6"),
    (flip_makes_the_alias, "TS-ALIASES-6"),
    (list_in_order_of_creation, "TS-ALIASES-7"),
    (retried_create_takes_effect_again, "TS-ALL-6"),
)

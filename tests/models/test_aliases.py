"""Aliases: flipped from one version to the next by exactly one client, with a history that has an end."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store.aliases import ALIASES

from .run import Run


@pytest.fixture
def aliases() -> Run:
    run = Run(model_of(ALIASES))
    assert run("create", name="one", current_uid="i1", created_at=5) is True
    assert run("create_multi", name="many", target_uids=["i1", "i2"], created_at=6) is True
    return run


def flip(aliases: Run, version: int, uid: str = "i2", retention: int = 2) -> Json:
    return aliases("flip", name="one", expected_version=version, current_uid=uid, retention=retention)


def history(aliases: Run) -> list[tuple[int, str]]:
    row: Any = aliases("get", name="one")
    return [(prior["version"], prior["current_uid"]) for prior in row["history"]]


def test_of_two_flips_from_one_version_one_wins(aliases: Run) -> None:
    assert flip(aliases, 1, "i2") is True
    before = aliases.state
    assert flip(aliases, 1, "i3") is False
    assert aliases.state == before


def test_the_version_grows_by_one_per_flip(aliases: Run) -> None:
    for version in range(1, 5):
        assert flip(aliases, version) is True
        row: Any = aliases("get", name="one")
        assert row["version"] == version + 1


def test_the_history_holds_the_latest_prior_states_oldest_first(aliases: Run) -> None:
    for version in range(1, 5):
        flip(aliases, version, f"i{version + 1}")
    assert history(aliases) == [(3, "i3"), (4, "i4")]
    flip(aliases, 5, retention=3)
    assert history(aliases) == [(3, "i3"), (4, "i4"), (5, "i5")]
    flip(aliases, 6, retention=0)
    assert history(aliases) == []


@pytest.mark.parametrize("retention", [0, -1, -(2**63)])
def test_a_retention_of_nothing_keeps_nothing(aliases: Run, retention: int) -> None:
    assert flip(aliases, 1, retention=retention) is True
    assert history(aliases) == []


def test_each_kind_refuses_the_flip_of_the_other(aliases: Run) -> None:
    before = aliases.state
    assert aliases("flip", name="many", expected_version=1, current_uid="i", retention=1) is False
    assert aliases("flip_multi", name="one", expected_version=1, target_uids=[], retention=1) is False
    assert aliases.state == before
    assert aliases("flip_multi", name="many", expected_version=1, target_uids=[], retention=1) is True
    row: Any = aliases("get", name="many")
    assert (row["kind"], row["current_uid"], row["target_uids"]) == ("multi", None, [])
    assert row["history"] == [{"version": 1, "current_uid": None, "target_uids": ["i1", "i2"]}]


def test_a_name_is_created_once(aliases: Run) -> None:
    before = aliases.state
    assert aliases("create", name="one", current_uid="i9", created_at=9) is False
    assert aliases("create_multi", name="one", target_uids=[], created_at=9) is False
    assert aliases.state == before


def test_a_deleted_alias_is_gone_and_starts_again_at_1(aliases: Run) -> None:
    flip(aliases, 1)
    assert aliases("delete", name="one") is True
    assert aliases("delete", name="one") is False
    assert flip(aliases, 2) is False
    assert aliases("get", name="one") is None
    assert aliases("create", name="one", current_uid="i", created_at=0) is True
    assert history(aliases) == []
    assert flip(aliases, 1) is True


def test_a_list_is_in_order_of_name(aliases: Run) -> None:
    rows: Any = aliases("list")
    assert [row["name"] for row in rows] == ["many", "one"]

"""Versions of settings: raised by whoever comes with a larger one, and by nobody else."""

from __future__ import annotations

import pytest

from lawful.models.task_store.declared import model_of
from lawful.specs.task_store.node_settings_version import NODE_SETTINGS_VERSION

from .run import Run


@pytest.fixture
def versions() -> Run:
    return Run(model_of(NODE_SETTINGS_VERSION))


def test_a_version_never_goes_back(versions: Run) -> None:
    assert versions("advance", node_id="n", version=5, updated_at=10) is True
    before = versions.state
    assert versions("advance", node_id="n", version=3, updated_at=11) is False
    assert versions.state == before


def test_a_larger_version_moves_it_and_its_time(versions: Run) -> None:
    versions("advance", node_id="n", version=-(2**63), updated_at=10)
    assert versions("advance", node_id="n", version=2**63 - 1, updated_at=9) is True
    assert versions("get", node_id="n") == {"node_id": "n", "version": 2**63 - 1, "updated_at": 9}


def test_an_equal_version_changes_nothing(versions: Run) -> None:
    versions("advance", node_id="n", version=5, updated_at=10)
    assert versions("advance", node_id="n", version=5, updated_at=99) is False
    assert versions("get", node_id="n") == {"node_id": "n", "version": 5, "updated_at": 10}


def test_a_list_is_in_order_of_node(versions: Run) -> None:
    for node in ("b", "a", ""):
        versions("advance", node_id=node, version=1, updated_at=0)
    rows = versions("list")
    assert isinstance(rows, list)
    assert [row["node_id"] for row in rows] == ["", "a", "b"]


def test_a_node_that_was_never_advanced_has_no_version(versions: Run) -> None:
    assert versions("get", node_id="n") is None
    assert versions("list") == []

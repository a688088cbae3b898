"""Sessions: gone once they were not used for their time, or when more recently used ones take their place."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store.sessions import SESSIONS

from .run import Run


@pytest.fixture
def sessions() -> Run:
    return Run(model_of(SESSIONS))


def upsert(sessions: Run, name: str, ttl_ms: int = 100, most: int = 9, at_ms: int = 0, **fields: Any) -> Json:
    given = {"last_write_mtask_id": None, "last_write_at": None, "pinned_group": None, "min_settings_version": 1}
    at = (at_ms, at_ms)
    return sessions("upsert", at_ms=at, session_id=name, ttl_ms=ttl_ms, max_sessions=most, **{**given, **fields})


def lives(sessions: Run, name: str, ttl_ms: int = 100, at_ms: int = 0) -> bool:
    return sessions("get", at_ms=(at_ms, at_ms), session_id=name, ttl_ms=ttl_ms) is not None


def test_an_expired_session_is_never_returned(sessions: Run) -> None:
    assert upsert(sessions, "s", ttl_ms=10) is True
    assert len(sessions.answers("get", session_id="s", ttl_ms=10, at_ms=(9, 11))) == 2
    assert not lives(sessions, "s", at_ms=11)
    assert sessions("count", at_ms=(11, 11)) == 0
    assert sessions("delete", session_id="s", at_ms=(11, 11)) is False
    assert upsert(sessions, "s", at_ms=12) is True


def test_use_extends_a_session_from_then_on(sessions: Run) -> None:
    upsert(sessions, "s", ttl_ms=10)
    assert lives(sessions, "s", ttl_ms=20, at_ms=8)
    assert lives(sessions, "s", ttl_ms=10, at_ms=27)
    assert not lives(sessions, "s", at_ms=38)


def test_use_may_shorten_what_is_left(sessions: Run) -> None:
    upsert(sessions, "s", ttl_ms=1000)
    assert lives(sessions, "s", ttl_ms=1)
    assert not lives(sessions, "s", at_ms=2)


def test_the_least_recently_used_go_first(sessions: Run) -> None:
    for name in "abc":
        upsert(sessions, name)
    assert lives(sessions, "a")
    assert upsert(sessions, "d", most=2) is True
    assert sessions("count") == 2
    assert [name for name in "abcd" if lives(sessions, name)] == ["a", "d"]


def test_what_has_expired_takes_nobodys_place(sessions: Run) -> None:
    upsert(sessions, "a", ttl_ms=1000)
    upsert(sessions, "b", ttl_ms=10)
    upsert(sessions, "c", ttl_ms=1000, most=2, at_ms=11)
    assert [name for name in "abc" if lives(sessions, name, at_ms=11)] == ["a", "c"]


@pytest.mark.parametrize("most", [0, -1])
def test_where_none_may_stay_none_does(sessions: Run, most: int) -> None:
    upsert(sessions, "a")
    assert upsert(sessions, "b", most=most) is True
    assert sessions("count") == 0


def test_an_upsert_replaces_all_fields(sessions: Run) -> None:
    upsert(sessions, "s", last_write_mtask_id="m", last_write_at=5, pinned_group=2)
    assert upsert(sessions, "s", pinned_group=3, min_settings_version=4) is False
    assert sessions("get", session_id="s", ttl_ms=10) == {
        "session_id": "s", "last_write_mtask_id": None, "last_write_at": None, "pinned_group": 3,
        "min_settings_version": 4,
    }  # fmt: skip


def test_a_deleted_session_is_gone(sessions: Run) -> None:
    upsert(sessions, "s")
    assert sessions("delete", session_id="s") is True
    assert sessions("delete", session_id="s") is False
    assert not lives(sessions, "s")


def test_sessions_used_in_one_order_are_one_state(sessions: Run) -> None:
    upsert(sessions, "a")
    upsert(sessions, "b")
    before = sessions.state
    for name in "abab":
        lives(sessions, name)
    assert sessions.state == before


def test_sessions_whose_end_does_not_matter_leave_one_outcome(sessions: Run) -> None:
    for name in "abcdefgh":
        upsert(sessions, name, ttl_ms=10)
    given: dict[str, Any] = {"session_id": "i", "ttl_ms": 100}
    fields = {"last_write_mtask_id": None, "last_write_at": None, "pinned_group": None, "min_settings_version": 1}
    assert len(sessions.steps("upsert", (9, 11), {**given, **fields, "max_sessions": 9})) == 1
    assert len(sessions.steps("upsert", (9, 11), {**given, **fields, "max_sessions": 1})) == 1
    states = {step.state for step in sessions.steps("upsert", (9, 11), {**given, **fields, "max_sessions": 8})}
    assert len(states) == 8, "one of b to h has expired, which settles it, or else a goes"

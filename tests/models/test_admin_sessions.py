"""A session of an administrator ends when it is revoked, deleted or expires, and is valid until then."""

from __future__ import annotations

from typing import Any

import pytest

from lawful.models.task_store.declared import model_of
from lawful.models.values import Json
from lawful.specs.task_store.admin_sessions import ADMIN_SESSIONS

from .run import Run

FIELDS: dict[str, Any] = {"admin_key_hash": "h", "created_at": 1, "user_agent": None, "source_ip": "::1"}


@pytest.fixture
def sessions() -> Run:
    return Run(model_of(ADMIN_SESSIONS))


def create(sessions: Run, ttl_ms: int = 10, *, csrf_token: str = "c", at_ms: tuple[int, int] | None = None) -> Json:
    return sessions("create", at_ms=at_ms, session_id="s", csrf_token=csrf_token, ttl_ms=ttl_ms, **FIELDS)


def is_valid(sessions: Run, at_ms: int = 0) -> Json:
    return sessions("is_valid", at_ms=(at_ms, at_ms), session_id="s")


def test_a_session_is_valid_from_its_creation_on(sessions: Run) -> None:
    assert is_valid(sessions) is False
    assert create(sessions) is True
    assert is_valid(sessions) is True
    assert sessions("get", session_id="s") == {"session_id": "s", "csrf_token": "c", "revoked": False, **FIELDS}


def test_a_second_create_is_refused_and_changes_nothing(sessions: Run) -> None:
    create(sessions)
    before = sessions.state
    assert create(sessions, csrf_token="d") is False
    assert sessions.state == before


def test_revoked_stays_revoked(sessions: Run) -> None:
    create(sessions)
    assert sessions("revoke", session_id="s") is True
    assert sessions("revoke", session_id="s") is True
    assert create(sessions) is False
    assert is_valid(sessions) is False
    row: Any = sessions("get", session_id="s")
    assert row["revoked"] is True


def test_a_deleted_session_is_gone_and_its_id_is_free(sessions: Run) -> None:
    create(sessions)
    sessions("revoke", session_id="s")
    assert sessions("delete", session_id="s") is True
    assert sessions("get", session_id="s") is None
    assert sessions("delete", session_id="s") is False
    assert create(sessions) is True
    assert is_valid(sessions) is True


def test_an_expired_session_is_gone_and_its_id_is_free(sessions: Run) -> None:
    create(sessions, ttl_ms=10)
    assert is_valid(sessions, at_ms=9) is True
    assert is_valid(sessions, at_ms=11) is False
    assert sessions("revoke", at_ms=(11, 11), session_id="s") is False
    assert sessions("get", at_ms=(11, 11), session_id="s") is None
    assert create(sessions, at_ms=(12, 12)) is True


def test_a_revoke_does_not_make_a_session_last_longer(sessions: Run) -> None:
    create(sessions, ttl_ms=10)
    sessions("revoke", at_ms=(9, 9), session_id="s")
    assert sessions("get", at_ms=(11, 11), session_id="s") is None


def test_when_a_session_ends_is_open_where_its_creation_took_time(sessions: Run) -> None:
    create(sessions, ttl_ms=10, at_ms=(0, 2))
    assert sessions.answers("is_valid", at_ms=(11, 11), session_id="s") == [True, False]
    sessions.take(False, "is_valid", at_ms=(11, 11), session_id="s")
    assert is_valid(sessions, at_ms=11) is False


def test_prune_is_seen_by_nobody(sessions: Run) -> None:
    create(sessions)
    assert sessions("prune") is None
    assert is_valid(sessions) is True


@pytest.mark.parametrize(
    ("revoke", "at_ms", "clause"),
    [(False, 5, "TS-ADMIN_SESSIONS-4"), (True, 5, "TS-ADMIN_SESSIONS-2"), (False, 11, "TS-ADMIN_SESSIONS-3")],
)
def test_a_check_says_which_clause_decides(sessions: Run, revoke: bool, at_ms: int, clause: str) -> None:
    create(sessions, ttl_ms=10)
    if revoke:
        sessions("revoke", session_id="s")
    (step,) = sessions.steps("is_valid", (at_ms, at_ms), {"session_id": "s"})
    assert step.clause == clause

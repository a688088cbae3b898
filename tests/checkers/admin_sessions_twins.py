"""What careless stores of admin sessions record, each with the clause that rejects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lawful.models.values import Json

from .scene import Scene


def create(scene: Scene, created: bool = True, *, csrf_token: str = "c", ttl_ms: int = 9000) -> Scene:
    return scene.step(
        "create",
        created,
        session_id="s",
        csrf_token=csrf_token,
        admin_key_hash="h",
        created_at=1,
        ttl_ms=ttl_ms,
        user_agent=None,
        source_ip=None,
    )


def row(*, csrf_token: str = "c", revoked: bool = False) -> Json:
    return {
        "session_id": "s",
        "csrf_token": csrf_token,
        "admin_key_hash": "h",
        "created_at": 1,
        "revoked": revoked,
        "user_agent": None,
        "source_ip": None,
    }


def created(ttl_ms: int = 9000) -> Scene:
    return create(Scene("admin_sessions"), ttl_ms=ttl_ms)


def revoked() -> Scene:
    return created().step("revoke", True, session_id="s")


def second_create_takes_the_session_over() -> Scene:
    return create(created(), csrf_token="d")


def revoked_session_is_created_anew() -> Scene:
    return create(revoked())


def pod_checks_its_own_copy() -> Scene:
    return revoked().step("is_valid", True, process=1, session_id="s")


def refused_create_takes_the_revocation_back() -> Scene:
    return create(revoked(), False).step("get", row(), process=1, session_id="s")


def expired_session_is_valid() -> Scene:
    return created(ttl_ms=10).wait(50).step("is_valid", True, session_id="s")


def deleted_session_is_returned() -> Scene:
    return created().step("delete", True, session_id="s").step("get", row(), process=1, session_id="s")


def prune_takes_live_sessions() -> Scene:
    return created().step("prune", None).step("is_valid", False, process=1, session_id="s")


def session_ends_early() -> Scene:
    return created().wait(1000).step("is_valid", False, session_id="s")


TWINS: Sequence[tuple[Callable[[], Scene], str]] = (
    (second_create_takes_the_session_over, "TS-ADMIN_SESSIONS-1"),
    (revoked_session_is_created_anew, "TS-ADMIN_SESSIONS-1"),
    (pod_checks_its_own_copy, "TS-ADMIN_SESSIONS-2"),
    (refused_create_takes_the_revocation_back, "TS-ADMIN_SESSIONS-2"),
    (expired_session_is_valid, "TS-ADMIN_SESSIONS-3"),
    (deleted_session_is_returned, "TS-ADMIN_SESSIONS-3"),
    (prune_takes_live_sessions, "TS-ADMIN_SESSIONS-4"),
    (session_ends_early, "TS-ADMIN_SESSIONS-4"),
)

"""Broken twins of table 14, `admin_sessions`."""

from __future__ import annotations

from lawful.specs.expression import EXISTS, After, Literal
from lawful.specs.function import Delete, case, update
from lawful.specs.task_store.admin_sessions import ADMIN_SESSIONS
from lawful.specs.twin import (
    Twin,
    answering,
    assigning,
    body,
    changed,
    doing,
    field_of,
    guarded,
    with_case,
    without_case,
    without_expiry,
)

_revoked = field_of(ADMIN_SESSIONS, "revoked")

ADMIN_SESSIONS_TWINS = (
    Twin(
        "revoked-id-is-free",
        "TS-ADMIN_SESSIONS-1",
        "the id of a revoked session can be taken again",
        changed(ADMIN_SESSIONS, "create", guarded("the id is taken", EXISTS & ~_revoked)),
    ),
    Twin(
        "second-create-overwrites",
        "TS-ADMIN_SESSIONS-1",
        "a create replaces the session that has the id",
        changed(ADMIN_SESSIONS, "create", without_case("the id is taken")),
    ),
    Twin(
        "revoke-is-only-published",
        "TS-ADMIN_SESSIONS-2",
        "a revoke is announced, and not written down",
        changed(ADMIN_SESSIONS, "revoke", doing("the session exists")),
    ),
    Twin(
        "validity-ignores-the-revocation",
        "TS-ADMIN_SESSIONS-2",
        "a check does not look at the flag",
        changed(ADMIN_SESSIONS, "is_valid", without_case("{session_id} was revoked")),
    ),
    Twin(
        "expired-session-is-accepted",
        "TS-ADMIN_SESSIONS-3",
        "nobody looks at the time of expiry",
        without_expiry(ADMIN_SESSIONS),
    ),
    Twin(
        "deleted-session-is-accepted",
        "TS-ADMIN_SESSIONS-3",
        "a delete is answered, and nothing is removed",
        changed(ADMIN_SESSIONS, "delete", doing("the session exists")),
    ),
    Twin(
        "session-ends-after-twenty-milliseconds",
        "TS-ADMIN_SESSIONS-4",
        "every session lasts as long as the shortest",
        changed(ADMIN_SESSIONS, "create", assigning("the id is free", expires_at=After(Literal(20)))),
    ),
    Twin(
        "revoke-removes-the-session",
        "TS-ADMIN_SESSIONS-1",
        "a revoke deletes the row, which frees the id",
        changed(ADMIN_SESSIONS, "revoke", doing("the session exists", Delete())),
    ),
    Twin(
        "session-that-is-gone-is-deleted-again",
        "TS-ADMIN_SESSIONS-3",
        "a delete says of every session that it was there",
        changed(ADMIN_SESSIONS, "delete", answering("there is no such session, or it has expired", True)),
    ),
    Twin(
        "second-revoke-is-refused",
        "TS-ADMIN_SESSIONS-4",
        "a session that was revoked cannot be revoked again",
        changed(
            ADMIN_SESSIONS,
            "revoke",
            with_case(case(EXISTS & _revoked, False, "the session was revoked before", "TS-ADMIN_SESSIONS-4")),
        ),
    ),
    Twin(
        "refused-create-takes-the-revocation-back",
        "TS-ADMIN_SESSIONS-2",
        "a create that is refused writes the flag all the same",
        changed(ADMIN_SESSIONS, "create", doing("the id is taken", update(revoked=False))),
    ),
    Twin(
        "prune-of-sessions-tells-how-many",
        "TS-ADMIN_SESSIONS-4",
        "a prune answers a number, which tells who asks what had expired",
        changed(ADMIN_SESSIONS, "prune", body(where=Literal(False))),
    ),
)

"""Broken twins of table 4, `sessions`."""

from __future__ import annotations

from lawful.specs.expression import NEXT_ORDINAL, After, Literal
from lawful.specs.function import Effect, Insert, KeepGreatest, OnRow, case
from lawful.specs.task_store.sessions import SESSIONS
from lawful.specs.twin import (
    Twin,
    answering,
    argument_of,
    assigning,
    body,
    changed,
    doing,
    field_of,
    function_of,
    guarded,
    leaving,
    with_case,
    without_case,
    without_expiry,
)

_REPLACED = "there is such a session, which is replaced"
_NEW = "there is no such session"
_FOUND = "a get answers the session as last written"
_expires = field_of(SESSIONS, "expires_at")
_unused_expires = field_of(SESSIONS, "expires_unless_used_at")
_used = field_of(SESSIONS, "used")
_max_sessions = argument_of(SESSIONS, "upsert", "max_sessions")


def _upserted(*kept: Effect) -> tuple[Effect, ...]:
    """What an upsert does, with another rule for what is kept."""
    upserting = function_of(SESSIONS, "upsert").body
    assert isinstance(upserting, OnRow)
    return (*(effect for effect in upserting.cases[0].effects if isinstance(effect, Insert)), *kept)


SESSIONS_TWINS = (
    Twin(
        "expired-session-is-returned",
        "TS-SESSIONS-1",
        "nobody looks at the time of expiry",
        without_expiry(SESSIONS),
    ),
    Twin(
        "use-does-not-extend",
        "TS-SESSIONS-2",
        "a get leaves the time of expiry as it is",
        changed(SESSIONS, "get", leaving(_FOUND, "expires_at")),
    ),
    Twin(
        "sessions-are-never-dropped",
        "TS-SESSIONS-3",
        "however many there are, all sessions are kept",
        changed(SESSIONS, "upsert", doing(_NEW, *_upserted()), doing(_REPLACED, *_upserted())),
    ),
    Twin(
        "oldest-session-goes-first",
        "TS-SESSIONS-3",
        "a get does not count as use, so a session goes that was read a moment ago",
        changed(SESSIONS, "get", leaving(_FOUND, "used")),
    ),
    Twin(
        "one-session-too-few-is-kept",
        "TS-SESSIONS-3",
        "one session fewer is kept than was asked for",
        changed(
            SESSIONS,
            "upsert",
            doing(_NEW, *_upserted(KeepGreatest(_max_sessions - 1, by=field_of(SESSIONS, "used")))),
        ),
    ),
    Twin(
        "session-upsert-merges",
        "TS-SESSIONS-4",
        "an upsert writes no null: the group stays where none is given",
        changed(
            SESSIONS,
            "upsert",
            assigning(_REPLACED, pinned_group=field_of(SESSIONS, "pinned_group")),
        ),
    ),
    Twin(
        "session-upsert-is-always-new",
        "TS-SESSIONS-4",
        "an upsert says of every session that it made it",
        changed(SESSIONS, "upsert", answering(_REPLACED, True)),
    ),
    Twin(
        "session-delete-keeps-the-row",
        "TS-SESSIONS-5",
        "a delete is answered, and nothing is removed",
        changed(SESSIONS, "delete", doing("there is such a session")),
    ),
    Twin(
        "count-leaves-out-sessions-without-group",
        "TS-SESSIONS-6",
        "a count goes by an index of groups",
        changed(SESSIONS, "count", body(where=field_of(SESSIONS, "pinned_group").is_not(None))),
    ),
    Twin(
        "session-lasts-an-hour",
        "TS-SESSIONS-1",
        "an upsert gives every session the same time",
        changed(SESSIONS, "upsert", assigning(_NEW, expires_at=After(Literal(3_600_000)), used=NEXT_ORDINAL)),
    ),
    Twin(
        "session-delete-is-always-right",
        "TS-SESSIONS-5",
        "a delete says of every session that it was there",
        changed(SESSIONS, "delete", answering("there is no such session", True)),
    ),
    Twin(
        "get-revives-an-expired-session",
        "TS-SESSIONS-1",
        "a get looks for the row before it looks at the time, and extends what it finds",
        changed(
            SESSIONS,
            "get",
            without_case("the session has expired"),
            guarded("there is no such session", _expires.is_(None)),
        ),
    ),
    Twin(
        "get-goes-by-the-time-of-the-upsert",
        "TS-SESSIONS-2",
        "a get does not find what was used, once the time of its upsert is over",
        changed(SESSIONS, "get", with_case(case(_unused_expires.passed, None, "it is old", "TS-SESSIONS-2"))),
    ),
    Twin(
        "get-takes-the-next-to-go-for-gone",
        "TS-SESSIONS-3",
        "a get does not find the session that was used the least recently, though it was not dropped",
        changed(
            SESSIONS,
            "get",
            with_case(case(_used.is_(1) & ~_unused_expires.passed, None, "it is the next one to go", "TS-SESSIONS-3")),
        ),
    ),
)

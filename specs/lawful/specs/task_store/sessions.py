"""Table 4, `sessions`: what a client of the service did last, so that its next reads can be sent to where that shows.

Fixed here: an upsert replaces all fields, and answers whether there was no such session. Both an upsert and a get that
finds the session count as use, and give it `ttl_ms` from then on. An upsert that leaves more than `max_sessions` drops
the least recently used ones; sessions that have expired do not count.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, EXISTED, EXISTS, NEXT_ORDINAL, After, Before
from lawful.specs.field import INSTANT, ORDINAL, Argument, Drawn, Field
from lawful.specs.function import (
    SHOWN,
    Blame,
    CountRows,
    Delete,
    Function,
    KeepGreatest,
    OnRow,
    case,
    insert,
    update,
)
from lawful.specs.property import Kept, StepProperty
from lawful.specs.table import Table

_SOURCE = "task-store contract, table 4 and what must hold, sessions"

_session_id = Argument("session_id", "string", drawn=Drawn.IDENTITY)
_given_mtask = Argument("last_write_mtask_id", "string", nullable=True)
_given_write_at = Argument("last_write_at", "integer", nullable=True, drawn=Drawn.AGE)
_given_group = Argument("pinned_group", "integer", nullable=True)
_given_version = Argument("min_settings_version", "integer")
_ttl_ms = Argument("ttl_ms", "integer", drawn=Drawn.DURATION)
_max_sessions = Argument("max_sessions", "integer", drawn=Drawn.FEW)

_id = Field("session_id", "string")
_mtask = Field("last_write_mtask_id", "string", nullable=True)
_write_at = Field("last_write_at", "integer", nullable=True)
_group = Field("pinned_group", "integer", nullable=True)
_version = Field("min_settings_version", "integer")
_expires = Field("expires_at", INSTANT, shown=False)
_unused_expires = Field("expires_unless_used_at", INSTANT, shown=False)
"""When it would have expired, had nobody used it since it was written: tells which promise its loss breaks."""
_used = Field("used", ORDINAL, shown=False)

_unchanged = (
    _mtask.is_(Before(_mtask))
    & _write_at.is_(Before(_write_at))
    & _group.is_(Before(_group))
    & _version.is_(Before(_version))
)
_written = (
    insert(
        last_write_mtask_id=_given_mtask,
        last_write_at=_given_write_at,
        pinned_group=_given_group,
        min_settings_version=_given_version,
        expires_at=After(_ttl_ms),
        expires_unless_used_at=After(_ttl_ms),
        used=NEXT_ORDINAL,
    ),
    KeepGreatest(_max_sessions, by=_used),
)


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-SESSIONS-{number}", "sessions", level, sentence, _SOURCE)


SESSIONS = Table(
    name="sessions",
    number="4",
    meaning="What each client of the service did last, for as long as it keeps coming back.",
    key=None,
    row_key=(_id,),
    fields=(_mtask, _write_at, _group, _version, _expires, _unused_expires, _used),
    expires=_expires,
    wrong_row="TS-SESSIONS-4",
    functions=(
        Function(
            "upsert",
            (_session_id, _given_mtask, _given_write_at, _given_group, _given_version, _ttl_ms, _max_sessions),
            ("boolean",),
            "Make or replace a session, for ttl from now, and keep the max_sessions last used; whether it is new.",
            OnRow(
                (
                    case(EXISTS, False, "there is such a session, which is replaced", "TS-SESSIONS-4", *_written),
                    case(None, True, "there is no such session", "TS-SESSIONS-4", *_written),
                )
            ),
            weight=34,
            blames=(
                Blame(
                    ~EXISTS & _expires.is_not(None),
                    "the session {session_id} has expired, so an upsert makes a new one",
                    "TS-SESSIONS-1",
                ),
            ),
        ),
        Function(
            "get",
            (_session_id, _ttl_ms),
            ("object", "null"),
            "The row, which then lasts for ttl from now, or null.",
            OnRow(
                (
                    case(~EXISTS & _expires.is_not(None), None, "the session has expired", "TS-SESSIONS-1"),
                    case(~EXISTS, None, "there is no such session", "TS-SESSIONS-3"),
                    case(
                        None,
                        SHOWN,
                        "a get answers the session as last written",
                        "TS-SESSIONS-2",
                        update(expires_at=After(_ttl_ms), used=NEXT_ORDINAL),
                    ),
                )
            ),
            reads_only=True,
            weight=34,
            blames=(
                Blame(~EXISTS & _expires.is_not(None), "the session {session_id} has expired", "TS-SESSIONS-1"),
                Blame(
                    ~EXISTS,
                    "there is no session {session_id}: it was deleted, or used the least recently of too many",
                    "TS-SESSIONS-3",
                ),
                Blame(
                    ANSWER.is_(None) & _unused_expires.passed,
                    "the session {session_id} was used since, and lasts for its time from then on",
                    "TS-SESSIONS-2",
                ),
                Blame(
                    ANSWER.is_(None),
                    "the session {session_id} has not expired, and was used more recently than those that had to go",
                    "TS-SESSIONS-3",
                ),
            ),
        ),
        Function(
            "delete",
            (_session_id,),
            ("boolean",),
            "Remove a session; false where there is none.",
            OnRow(
                (
                    case(~EXISTS, False, "there is no such session", "TS-SESSIONS-5"),
                    case(None, True, "there is such a session", "TS-SESSIONS-5", Delete()),
                )
            ),
            weight=8,
        ),
        Function(
            "count",
            (),
            ("integer",),
            "How many sessions there are that have not expired.",
            CountRows("a count is the number of sessions that have not expired", "TS-SESSIONS-6"),
            reads_only=True,
            weight=14,
        ),
    ),
    clauses=(
        _clause(1, Level.TIMED, "An expired session is never returned."),
        _clause(2, Level.TIMED, "Use extends a session: it lasts for its time from its last use on."),
        _clause(
            3,
            Level.SEQUENTIAL,
            "At most max_sessions are kept: the least recently used go first, and no session that need not.",
        ),
        _clause(4, Level.SEQUENTIAL, "An upsert replaces the whole session, which comes back as it was written."),
        _clause(5, Level.SEQUENTIAL, "A deleted session is gone, and a delete answers whether there was one."),
        _clause(6, Level.TIMED, "A count is the number of sessions that were neither dropped nor have expired."),
    ),
    properties=(
        StepProperty(
            "TS-SESSIONS-2",
            "Use leaves what is in a session alone.",
            ~EXISTED | ~EXISTS | _unchanged,
            of=("get", "delete", "count"),
        ),
        StepProperty(
            "TS-SESSIONS-1",
            "A session that is not there, or has expired, comes back by an upsert of it only.",
            EXISTED | ~EXISTS,
            of=("get", "delete", "count"),
        ),
        StepProperty(
            "TS-SESSIONS-4",
            "An upsert leaves the session that it names as it says, and every other as it was, or drops it.",
            ~EXISTS
            | (EXISTED & ~_id.is_(_session_id) & _unchanged)
            | (
                _id.is_(_session_id)
                & _mtask.is_(_given_mtask)
                & _write_at.is_(_given_write_at)
                & _group.is_(_given_group)
                & _version.is_(_given_version)
            ),
            of=("upsert",),
        ),
        StepProperty(
            "TS-SESSIONS-4",
            "An upsert answers whether the session that it leaves is new.",
            ~_id.is_(_session_id) | (EXISTED & ANSWER.is_(False)) | (~EXISTED & ANSWER.is_(True)),
            of=("upsert",),
        ),
        Kept(
            "TS-SESSIONS-3",
            "After an upsert at most max_sessions are kept: the least recently used go, and none that need not.",
            most=_max_sessions,
            by=_used,
            of=("upsert",),
            where=ANSWER.is_not(None),
        ),
        StepProperty(
            "TS-SESSIONS-5",
            "A delete removes the session that it names, and no other.",
            ~EXISTED | (~EXISTS & Before(_id).is_(_session_id)) | (EXISTS & ~_id.is_(_session_id)),
            of=("delete",),
        ),
    ),
)

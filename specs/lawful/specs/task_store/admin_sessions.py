"""Table 14, `admin_sessions`: who is signed in to administer, until when, and whether that was revoked.

Fixed here: an id that was revoked stays taken until its session expires or is deleted, so that creating it again
cannot make it valid. Once the row is gone, the id is free, and a session under it is another session. A revoked
session is still shown by `get`. The notice that a store may publish when a session is revoked is no promise: it may be
lost, and the flag in the row decides.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, EXISTED, EXISTS, After, Before, Literal
from lawful.specs.field import INSTANT, Argument, Drawn, Field
from lawful.specs.function import SHOWN, Blame, Delete, DeleteRows, Function, OnRow, case, insert, update
from lawful.specs.property import StepProperty
from lawful.specs.table import Table

_SOURCE = "task-store contract, table 14 and what must hold, admin_sessions"

_session_id = Argument("session_id", "string", drawn=Drawn.IDENTITY)
_given_csrf_token = Argument("csrf_token", "string")
_given_admin_key_hash = Argument("admin_key_hash", "string")
_given_created_at = Argument("created_at", "integer", drawn=Drawn.AGE)
_ttl_ms = Argument("ttl_ms", "integer", drawn=Drawn.DURATION)
_given_user_agent = Argument("user_agent", "string", nullable=True)
_given_source_ip = Argument("source_ip", "string", nullable=True)

_id = Field("session_id", "string")
_csrf_token = Field("csrf_token", "string", clause="TS-ALL-5")
_admin_key_hash = Field("admin_key_hash", "string", clause="TS-ALL-5")
_created_at = Field("created_at", "integer", clause="TS-ALL-5")
_expires = Field("expires_at", INSTANT, shown=False)
_revoked = Field("revoked", "boolean", initially=Literal(False), clause="TS-ADMIN_SESSIONS-2")
_user_agent = Field("user_agent", "string", nullable=True, clause="TS-ALL-5")
_source_ip = Field("source_ip", "string", nullable=True, clause="TS-ALL-5")

_stays = ~EXISTED | ~EXISTS


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-ADMIN_SESSIONS-{number}", "admin_sessions", level, sentence, _SOURCE)


ADMIN_SESSIONS = Table(
    name="admin_sessions",
    number="14",
    meaning="Who is signed in to administer, until when, and whether that was revoked.",
    key=None,
    row_key=(_id,),
    fields=(_csrf_token, _admin_key_hash, _created_at, _expires, _revoked, _user_agent, _source_ip),
    expires=_expires,
    functions=(
        Function(
            "create",
            (
                _session_id,
                _given_csrf_token,
                _given_admin_key_hash,
                _given_created_at,
                _ttl_ms,
                _given_user_agent,
                _given_source_ip,
            ),
            ("boolean",),
            "Begin a session for ttl; false where the id is taken, by a revoked session as well.",
            OnRow(
                (
                    case(EXISTS, False, "the id is taken", "TS-ADMIN_SESSIONS-1"),
                    case(
                        None,
                        True,
                        "the id is free",
                        "TS-ADMIN_SESSIONS-1",
                        insert(
                            csrf_token=_given_csrf_token,
                            admin_key_hash=_given_admin_key_hash,
                            created_at=_given_created_at,
                            expires_at=After(_ttl_ms),
                            user_agent=_given_user_agent,
                            source_ip=_given_source_ip,
                        ),
                    ),
                )
            ),
            weight=24,
        ),
        Function(
            "get",
            (_session_id,),
            ("object", "null"),
            "The row, or null; a revoked session is shown as such.",
            OnRow(
                (
                    case(~EXISTS, None, "there is no such session, or it has expired", "TS-ADMIN_SESSIONS-3"),
                    case(None, SHOWN, "a get answers the session as last written", "TS-ADMIN_SESSIONS-4"),
                )
            ),
            reads_only=True,
            weight=10,
            blames=(Blame(~EXISTS, "{session_id} was deleted or has expired", "TS-ADMIN_SESSIONS-3"),),
        ),
        Function(
            "revoke",
            (_session_id,),
            ("boolean",),
            "End the session for good; true again where it was revoked before; false where there is none.",
            OnRow(
                (
                    case(~EXISTS, False, "there is no such session, or it has expired", "TS-ADMIN_SESSIONS-3"),
                    case(None, True, "the session exists", "TS-ADMIN_SESSIONS-4", update(revoked=True)),
                )
            ),
            weight=12,
        ),
        Function(
            "is_valid",
            (_session_id,),
            ("boolean",),
            "Whether the session exists, has not expired and was not revoked.",
            OnRow(
                (
                    case(~EXISTS, False, "there is no such session, or it has expired", "TS-ADMIN_SESSIONS-3"),
                    case(_revoked, False, "{session_id} was revoked", "TS-ADMIN_SESSIONS-2"),
                    case(None, True, "{session_id} was neither revoked nor deleted", "TS-ADMIN_SESSIONS-4"),
                )
            ),
            reads_only=True,
            weight=30,
        ),
        Function(
            "delete",
            (_session_id,),
            ("boolean",),
            "Remove the session; false where there is none.",
            OnRow(
                (
                    case(~EXISTS, False, "there is no such session, or it has expired", "TS-ADMIN_SESSIONS-3"),
                    case(None, True, "the session exists", "TS-ADMIN_SESSIONS-4", Delete()),
                )
            ),
            weight=6,
        ),
        Function(
            "prune",
            (),
            ("null",),
            "Remove what is left of expired sessions.",
            DeleteRows("what has expired is gone, whether it was pruned or not", "TS-ADMIN_SESSIONS-4"),
            weight=4,
        ),
    ),
    clauses=(
        _clause(
            1,
            Level.SEQUENTIAL,
            "Ids are unique: a second create is refused and changes nothing, also where the session was revoked.",
        ),
        _clause(
            2,
            Level.CONCURRENT,
            "Once a revoke is acknowledged, no later check accepts the session, from any client: it stays revoked.",
        ),
        _clause(3, Level.TIMED, "A session that has expired or was deleted is gone: neither valid nor returned."),
        _clause(
            4,
            Level.TIMED,
            "A session that was neither revoked nor deleted is valid until it expires; prune takes expired ones only.",
        ),
    ),
    properties=(
        StepProperty("TS-ADMIN_SESSIONS-2", "A revoked session stays revoked.", _stays | ~Before(_revoked) | _revoked),
        StepProperty(
            "TS-ADMIN_SESSIONS-2",
            "No check accepts a session that is revoked, has expired or was deleted.",
            ANSWER.is_(False) | ~_id.is_(_session_id) | (EXISTS & ~_revoked),
            of=("is_valid",),
        ),
        StepProperty(
            "TS-ADMIN_SESSIONS-3",
            "A delete removes the session that it names, and no other.",
            ~EXISTED | (~EXISTS & Before(_id).is_(_session_id)) | (EXISTS & ~_id.is_(_session_id)),
            of=("delete",),
        ),
        StepProperty(
            "TS-ADMIN_SESSIONS-4",
            "A check accepts a session that was neither revoked nor deleted until it expires.",
            ANSWER.is_(True) | ~_id.is_(_session_id) | ~EXISTS | _revoked,
            of=("is_valid",),
        ),
        StepProperty(
            "TS-ADMIN_SESSIONS-2",
            "A revoke that finds the session revokes it.",
            ANSWER.is_(False) | ~_id.is_(_session_id) | (EXISTS & _revoked),
            of=("revoke",),
        ),
        StepProperty(
            "TS-ADMIN_SESSIONS-1",
            "Creating a session that exists changes nothing.",
            ~EXISTED | (EXISTS & _revoked.is_(Before(_revoked)) & _csrf_token.is_(Before(_csrf_token))),
            of=("create",),
        ),
        StepProperty(
            "TS-ADMIN_SESSIONS-4",
            "A session neither ends earlier nor lasts longer than it was created for.",
            _stays | _expires.is_(Before(_expires)),
        ),
        StepProperty(
            "TS-ADMIN_SESSIONS-4",
            "A revoke leaves the row, which keeps the id taken.",
            ~EXISTED | EXISTS,
            of=("create", "revoke"),
        ),
        StepProperty(
            "TS-ADMIN_SESSIONS-4",
            "A revoke changes nothing but the flag.",
            _stays
            | (
                _csrf_token.is_(Before(_csrf_token))
                & _admin_key_hash.is_(Before(_admin_key_hash))
                & _created_at.is_(Before(_created_at))
            ),
            of=("revoke",),
        ),
    ),
)

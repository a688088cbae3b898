"""Table 7, `leader_lease`: who leads, per scope, until when, with a fencing token.

Fixed here: the holder that asks again is refused like anybody else (it renews instead), and the value that the lease
protects is part of the table, so that the store itself can refuse a write with an old token.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, BELIEVED_UNTIL, BELIEVER, After, Before, Literal
from lawful.specs.field import INSTANT, Argument, Drawn, Field
from lawful.specs.function import SHOWN, AnyAbove, Blame, Function, OnWhole, case, update
from lawful.specs.property import Exclusive, StepProperty
from lawful.specs.table import Table

_SOURCE = "task-store contract, table 7 and what must hold, leader_lease"

_asking = Argument("holder", "string", drawn=Drawn.SELF)
_ttl_ms = Argument("ttl_ms", "integer", drawn=Drawn.DURATION)
_shown_token = Argument("token", "integer", drawn=Drawn.SEEN)
_given_value = Argument("value", "any")

_holder = Field("holder", "string", nullable=True, clause="TS-LEADER_LEASE-1")
_expires = Field("expires_at", INSTANT, nullable=True, shown=False)
_token = Field("token", "integer", initially=Literal(0), clause="TS-LEADER_LEASE-4")
_value = Field("value", "any", shown=False, clause="TS-LEADER_LEASE-5")

_held = _holder.is_not(None) & ~_expires.passed
_granted = update(holder=_asking, expires_at=After(_ttl_ms), token=ANSWER)
_given_up = update(holder=None, expires_at=None)


def _clause(number: int, level: Level, sentence: str, source: str = _SOURCE) -> Clause:
    return Clause(f"TS-LEADER_LEASE-{number}", "leader_lease", level, sentence, source)


LEADER_LEASE = Table(
    name="leader_lease",
    number="7",
    meaning="Who leads, per scope, until when, with a fencing token, and the value that the lease protects.",
    key="scope",
    row_key=(),
    fields=(),
    beside=(_holder, _expires, _token, _value),
    independence="TS-LEADER_LEASE-7",
    functions=(
        Function(
            "acquire",
            (_asking, _ttl_ms),
            ("integer", "null"),
            "Take the lease for ttl: a fencing token; null where somebody holds it.",
            OnWhole(
                (
                    case(_held, None, "{holder} holds the lease", "TS-LEADER_LEASE-1"),
                    case(
                        None,
                        AnyAbove(_token),
                        "nobody holds the lease, and tokens only grow",
                        "TS-LEADER_LEASE-4",
                        _granted,
                    ),
                )
            ),
            weight=30,
            blames=(
                Blame(_held, "{holder} holds the lease, which has not expired", "TS-LEADER_LEASE-1"),
                Blame(ANSWER.is_(None), "nobody holds the lease, so an acquire is granted", "TS-LEADER_LEASE-6"),
                Blame(None, "a grant carries a token above {token}, the latest one", "TS-LEADER_LEASE-4"),
            ),
        ),
        Function(
            "renew",
            (_asking, _ttl_ms),
            ("boolean",),
            "Extend the lease to ttl from now; false for any other than its holder.",
            OnWhole(
                (
                    case(_holder.is_not(_asking), False, "only the holder may renew", "TS-LEADER_LEASE-2"),
                    case(_expires.passed, False, "the lease has expired", "TS-LEADER_LEASE-2"),
                    case(None, True, "the lease lasts", "TS-LEADER_LEASE-2", update(expires_at=After(_ttl_ms))),
                )
            ),
        ),
        Function(
            "release",
            (_asking,),
            ("boolean",),
            "Give the lease up; false for any other than its holder.",
            OnWhole(
                (
                    case(_holder.is_not(_asking), False, "only the holder may release", "TS-LEADER_LEASE-3"),
                    case(_expires.passed, False, "the lease has expired", "TS-LEADER_LEASE-3"),
                    case(None, True, "the lease lasts", "TS-LEADER_LEASE-3", _given_up),
                )
            ),
        ),
        Function(
            "get",
            (),
            ("object", "null"),
            "The {holder, token} of the lease, or null.",
            OnWhole(
                (
                    case(_held, SHOWN, "{holder} holds the lease", "TS-LEADER_LEASE-1"),
                    case(None, None, "nobody holds the lease", "TS-LEADER_LEASE-6"),
                )
            ),
            reads_only=True,
            weight=15,
        ),
        Function(
            "guarded_write",
            (_shown_token, _given_value),
            ("boolean",),
            "Write the protected value; false where a lease with a larger token was granted.",
            OnWhole(
                (
                    case(
                        _shown_token.below(_token),
                        False,
                        "a lease with a larger token was granted",
                        "TS-LEADER_LEASE-5",
                    ),
                    case(
                        None,
                        True,
                        "no lease with a larger token was granted",
                        "TS-LEADER_LEASE-5",
                        update(value=_given_value),
                    ),
                )
            ),
            weight=15,
        ),
        Function(
            "guarded_read",
            (),
            ("any",),
            "The protected value; null at first.",
            OnWhole(
                (
                    case(
                        None,
                        _value,
                        "a guarded read answers the value last written under a valid token",
                        "TS-LEADER_LEASE-5",
                    ),
                )
            ),
            reads_only=True,
        ),
    ),
    clauses=(
        _clause(
            1,
            Level.CONCURRENT,
            "At any instant a scope has at most one holder, under the stated clock error.",
        ),
        _clause(2, Level.TIMED, "The holder may renew while its lease lasts, and nobody else may."),
        _clause(3, Level.SEQUENTIAL, "Nobody but the holder may release."),
        _clause(
            4,
            Level.CRASH,
            "Every grant carries a fencing token larger than any earlier grant of the scope, also after expiry, "
            "restart and failover.",
            f"{_SOURCE}; Kleppmann, How to do distributed locking, 2016",
        ),
        _clause(5, Level.SEQUENTIAL, "A guarded write with a token older than the latest grant is refused."),
        _clause(6, Level.TIMED, "A lease that was released or has expired can be acquired by anyone."),
        _clause(7, Level.SEQUENTIAL, "Scopes are independent of each other."),
    ),
    properties=(
        Exclusive(
            "TS-LEADER_LEASE-1",
            "No two clients hold the lease of a scope at the same instant.",
            believer="holder",
            granted_by=("acquire", "renew"),
            given_up_by=("release",),
            invariant=_holder.is_(BELIEVER) & _expires.at_least(BELIEVED_UNTIL),
        ),
        StepProperty(
            "TS-LEADER_LEASE-2",
            "Nobody but the holder extends a lease, and only while it lasts.",
            _expires.is_(Before(_expires)) | (Before(_holder).is_(_asking) & ~Before(_expires.passed)),
            of=("renew",),
        ),
        StepProperty(
            "TS-LEADER_LEASE-3",
            "Nobody but the holder gives a lease up.",
            _holder.is_(Before(_holder)) | (Before(_holder).is_(_asking) & ANSWER.is_(True)),
            of=("release",),
        ),
        StepProperty(
            "TS-LEADER_LEASE-6",
            "After a release nobody holds the lease.",
            ANSWER.is_(False) | ~_held,
            of=("release",),
        ),
        StepProperty(
            "TS-LEADER_LEASE-6", "Nobody is shown who does not hold the lease.", ANSWER.is_(None) | _held, of=("get",)
        ),
        StepProperty(
            "TS-LEADER_LEASE-6",
            "An acquire is refused only while somebody holds the lease.",
            ANSWER.is_not(None) | (Before(_holder).is_not(None) & ~Before(_expires.passed)),
            of=("acquire",),
        ),
        StepProperty("TS-LEADER_LEASE-4", "Tokens never go back.", _token.at_least(Before(_token))),
        StepProperty(
            "TS-LEADER_LEASE-4",
            "A grant carries a token above all before.",
            ANSWER.is_(None) | (ANSWER.above(Before(_token)) & _token.is_(ANSWER)),
            of=("acquire",),
        ),
        StepProperty(
            "TS-LEADER_LEASE-5",
            "The protected value changes under the latest token only.",
            _value.is_(Before(_value)) | _shown_token.at_least(Before(_token)),
            of=("guarded_write",),
        ),
    ),
)

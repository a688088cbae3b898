"""Table 7, `leader_lease`: who leads, per scope, until when, with a fencing token.

Fixed here: the holder that asks again is refused like anybody else (it renews instead), and the value that the lease
protects is part of the table, so that the store itself can refuse a write with an old token.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.table import Argument, Function, Table

_SOURCE = "task-store contract, table 7 and what must hold, leader_lease"
_HOLDER = Argument("holder", "string")
_TTL = Argument("ttl_ms", "integer")


def _clause(number: int, level: Level, sentence: str, source: str = _SOURCE) -> Clause:
    return Clause(f"TS-LEADER_LEASE-{number}", "leader_lease", level, sentence, source)


LEADER_LEASE = Table(
    name="leader_lease",
    key="scope",
    functions=(
        Function(
            "acquire",
            (_HOLDER, _TTL),
            ("integer", "null"),
            "Take the lease for ttl: a fencing token; null where somebody holds it.",
        ),
        Function(
            "renew",
            (_HOLDER, _TTL),
            ("boolean",),
            "Extend the lease to ttl from now; false for any other than its holder.",
        ),
        Function("release", (_HOLDER,), ("boolean",), "Give the lease up; false for any other than its holder."),
        Function("get", (), ("object", "null"), "The {holder, token} of the lease, or null.", reads_only=True),
        Function(
            "guarded_write",
            (Argument("token", "integer"), Argument("value", "any")),
            ("boolean",),
            "Write the protected value; false where a lease with a larger token was granted.",
        ),
        Function("guarded_read", (), ("any",), "The protected value; null at first.", reads_only=True),
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
)

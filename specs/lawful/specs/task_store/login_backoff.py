"""Extra E2, `login_backoff`: how long nobody may try to sign in to an account after repeated failures.

Fixed here: failures are counted until a success, however much time lies between them; a failure that is reported while
the account is blocked counts like any other, and the block lasts from then on.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, After, Before, Doubled, Literal, record
from lawful.specs.field import INSTANT, Argument, Drawn, Field
from lawful.specs.function import SHOWN, Blame, Function, OnWhole, case, update
from lawful.specs.property import Invariant, StepProperty
from lawful.specs.table import Table

LONGEST_BLOCK_MS = 2**53
"""Where doubling ends: no practical limit, and an integer that every store keeps."""

_SOURCE = "task-store contract, high-availability extras, login back-off"

_threshold = Argument("threshold", "integer", drawn=Drawn.FEW)
_base_ms = Argument("base_ms", "integer", drawn=Drawn.DURATION)

_failures = Field("failures", "integer", initially=Literal(0), clause="TS-LOGIN_BACKOFF-5")
_blocked_until = Field("blocked_until", INSTANT, nullable=True, shown=False)

_one_more = _failures + 1
_block_ms = Doubled(_base_ms, _one_more - _threshold, LONGEST_BLOCK_MS)


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-LOGIN_BACKOFF-{number}", "login_backoff", level, sentence, _SOURCE)


LOGIN_BACKOFF = Table(
    name="login_backoff",
    number="E2",
    meaning="How long nobody may try to sign in to an account after repeated failures.",
    key="account",
    row_key=(),
    fields=(),
    beside=(_failures, _blocked_until),
    independence="TS-LOGIN_BACKOFF-6",
    functions=(
        Function(
            "failed",
            (_threshold, _base_ms),
            ("object",),
            "Report a failure: {failures, blocked_ms}, those since the last success and how long nobody may try.",
            OnWhole(
                (
                    case(
                        _one_more.below(_threshold),
                        record(failures=_one_more, blocked_ms=0),
                        "{failures} attempts failed before, and fewer than {threshold} did with this one",
                        "TS-LOGIN_BACKOFF-5",
                        update(failures=_one_more),
                    ),
                    case(
                        None,
                        record(failures=_one_more, blocked_ms=_block_ms),
                        "{failures} attempts failed before; from {threshold} on each doubles the time",
                        "TS-LOGIN_BACKOFF-2",
                        update(failures=_one_more, blocked_until=After(_block_ms)),
                    ),
                )
            ),
            weight=40,
        ),
        Function(
            "may_try",
            (),
            ("boolean",),
            "Whether an attempt is allowed now.",
            OnWhole(
                (
                    case(~_blocked_until.passed, False, "{failures} attempts in a row failed", "TS-LOGIN_BACKOFF-1"),
                    case(_failures.is_(0), True, "no attempt failed since the last success", "TS-LOGIN_BACKOFF-3"),
                    case(
                        None,
                        True,
                        "{failures} failures do not block, or the time that they block is over",
                        "TS-LOGIN_BACKOFF-4",
                    ),
                )
            ),
            reads_only=True,
            weight=30,
        ),
        Function(
            "succeeded",
            (),
            ("boolean",),
            "Report a success, which forgets all failures; whether there were any.",
            OnWhole(
                (
                    case(_failures.is_(0), False, "no attempt failed since the last success", "TS-LOGIN_BACKOFF-3"),
                    case(
                        None,
                        True,
                        "{failures} attempts failed since the last success",
                        "TS-LOGIN_BACKOFF-5",
                        update(failures=0, blocked_until=None),
                    ),
                )
            ),
            weight=8,
        ),
        Function(
            "get",
            (),
            ("object",),
            "The {failures} since the last success.",
            OnWhole((case(None, SHOWN, "each failure since the last success counts", "TS-LOGIN_BACKOFF-5"),)),
            reads_only=True,
            weight=12,
            blames=(Blame(_failures.is_(0), "no attempt failed since the last success", "TS-LOGIN_BACKOFF-3"),),
        ),
    ),
    clauses=(
        _clause(1, Level.TIMED, "After as many consecutive failures as the threshold, nobody may try for a time."),
        _clause(2, Level.SEQUENTIAL, "That time is the base at the threshold, and doubles with each further failure."),
        _clause(3, Level.SEQUENTIAL, "A success forgets all failures and ends the block."),
        _clause(4, Level.TIMED, "Below the threshold, and once the time is over, an attempt is allowed."),
        _clause(5, Level.CONCURRENT, "Every failure counts, also those that clients report at the same time."),
        _clause(6, Level.SEQUENTIAL, "Accounts are independent of each other."),
    ),
    properties=(
        StepProperty(
            "TS-LOGIN_BACKOFF-5",
            "A failure adds one.",
            _failures.is_(Before(_failures) + 1),
            of=("failed",),
        ),
        StepProperty(
            "TS-LOGIN_BACKOFF-1",
            "From the threshold on a failure sets an end of the block.",
            _failures.below(_threshold) | _blocked_until.is_not(None),
            of=("failed",),
        ),
        StepProperty(
            "TS-LOGIN_BACKOFF-5",
            "Failures are forgotten all at once or not at all.",
            _failures.at_least(Before(_failures)) | _failures.is_(0),
        ),
        StepProperty(
            "TS-LOGIN_BACKOFF-4",
            "An attempt is allowed exactly where no block lasts.",
            ANSWER.is_(_blocked_until.passed),
            of=("may_try",),
        ),
        StepProperty(
            "TS-LOGIN_BACKOFF-3",
            "A success leaves neither failures nor a block.",
            _failures.is_(0) & _blocked_until.is_(None),
            of=("succeeded",),
        ),
        Invariant(
            "TS-LOGIN_BACKOFF-3",
            "Nobody is blocked without a failure.",
            _failures.at_least(0) & (_blocked_until.is_(None) | _failures.at_least(1)),
        ),
    ),
)

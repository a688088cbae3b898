"""Extra E1, `rate_limits`: how many hits each bucket admits within a fixed window, over all clients together.

Fixed here: a window begins with the first hit that is admitted, and its length is that of this hit. A refused hit
changes nothing: it is not counted, and it does not make the window longer. The limit is that of each call.
"""

from __future__ import annotations

from lawful.specs.clause import Clause, Level
from lawful.specs.expression import ANSWER, After, Before, Conditional, Expression, Literal, record
from lawful.specs.field import INSTANT, Argument, Drawn, Field
from lawful.specs.function import Blame, Function, OnWhole, case, update
from lawful.specs.property import Invariant, StepProperty
from lawful.specs.table import Table

_SOURCE = "task-store contract, high-availability extras and what must hold, rate limit"

_limit = Argument("limit", "integer", drawn=Drawn.FEW)
_window_ms = Argument("window_ms", "integer", drawn=Drawn.DURATION)

_admitted = Field("admitted", "integer", initially=Literal(0), clause="TS-RATE_LIMITS-3")
_window_ends = Field("window_ends_at", INSTANT, nullable=True, shown=False)

_refused = record(admitted=False, remaining=0)
_one_more = _admitted + 1
_below_limit = _admitted.below(_limit)


def _up_to_limit(used: Expression) -> Conditional:
    """What is left of the limit; nothing where more was used under a larger one."""
    return Conditional(used.below(_limit), _limit - used, Literal(0))


def _clause(number: int, level: Level, sentence: str) -> Clause:
    return Clause(f"TS-RATE_LIMITS-{number}", "rate_limits", level, sentence, _SOURCE)


RATE_LIMITS = Table(
    name="rate_limits",
    number="E1",
    meaning="How many hits each bucket admits within a fixed window, over all clients together.",
    key="bucket",
    row_key=(),
    fields=(),
    beside=(_admitted, _window_ends),
    independence="TS-RATE_LIMITS-5",
    functions=(
        Function(
            "hit",
            (_limit, _window_ms),
            ("object",),
            "Ask for one more: {admitted, remaining} in this window; the first one begins a window.",
            OnWhole(
                (
                    case(_limit.below(1), _refused, "a limit below 1 admits nothing", "TS-RATE_LIMITS-1"),
                    case(
                        _window_ends.passed,
                        record(admitted=True, remaining=_limit - 1),
                        "no window has begun that has not ended, so this hit begins one",
                        "TS-RATE_LIMITS-2",
                        update(admitted=1, window_ends_at=After(_window_ms)),
                    ),
                    case(
                        _below_limit,
                        record(admitted=True, remaining=_limit - _one_more),
                        "{admitted} hits were admitted in this window before, of {limit}",
                        "TS-RATE_LIMITS-4",
                        update(admitted=_one_more),
                    ),
                    case(None, _refused, "{admitted} hits were admitted in this window", "TS-RATE_LIMITS-1"),
                )
            ),
            weight=60,
            blames=(
                Blame(
                    _limit.at_least(1) & _window_ends.passed & ANSWER.is_(_refused),
                    "the window has ended, so a hit is admitted",
                    "TS-RATE_LIMITS-2",
                ),
                Blame(
                    _limit.at_least(1) & (_window_ends.passed | _below_limit) & ANSWER.is_not(_refused),
                    "{admitted} hits were admitted before, of {limit}: other remaining ones",
                    "TS-RATE_LIMITS-3",
                ),
            ),
        ),
        Function(
            "remaining",
            (_limit,),
            ("integer",),
            "How many more hits would be admitted now; it counts as none.",
            OnWhole(
                (
                    case(
                        _window_ends.passed,
                        _up_to_limit(Literal(0)),
                        "no window lasts, so all of the limit is left",
                        "TS-RATE_LIMITS-2",
                    ),
                    case(
                        None,
                        _up_to_limit(_admitted),
                        "{admitted} hits were admitted in this window, of {limit}",
                        "TS-RATE_LIMITS-3",
                    ),
                )
            ),
            reads_only=True,
            weight=15,
        ),
    ),
    clauses=(
        _clause(
            1,
            Level.CONCURRENT,
            "Never more than the limit is admitted in a window, in total over all clients.",
        ),
        _clause(
            2,
            Level.TIMED,
            "A window ends its length after the hit that began it, whatever came later; then the next may begin.",
        ),
        _clause(
            3,
            Level.CONCURRENT,
            "The remaining count that is answered is the limit less what was admitted in the window.",
        ),
        _clause(4, Level.SEQUENTIAL, "Below the limit a hit is admitted: refused hits and looks use nothing up."),
        _clause(5, Level.SEQUENTIAL, "Buckets are independent of each other."),
    ),
    properties=(
        StepProperty(
            "TS-RATE_LIMITS-1",
            "A hit is counted up to its limit only.",
            _admitted.is_(Before(_admitted)) | _admitted.at_most(_limit),
            of=("hit",),
        ),
        StepProperty(
            "TS-RATE_LIMITS-1",
            "A hit that is not refused is counted, or begins a window.",
            ANSWER.is_(_refused) | _admitted.is_(Before(_admitted) + 1) | _admitted.is_(1),
            of=("hit",),
        ),
        StepProperty(
            "TS-RATE_LIMITS-3",
            "What a hit is told to remain is the limit less what is counted then.",
            ANSWER.is_(_refused) | ANSWER.is_(record(admitted=True, remaining=_limit - _admitted)),
            of=("hit",),
        ),
        StepProperty(
            "TS-RATE_LIMITS-4",
            "A hit is refused only where nothing is left, and then changes nothing.",
            ANSWER.is_not(_refused)
            | (_admitted.is_(Before(_admitted)) & (_limit.below(1) | _admitted.at_least(_limit))),
            of=("hit",),
        ),
        StepProperty(
            "TS-RATE_LIMITS-2",
            "The end of the window moves only with the first hit of another.",
            _window_ends.is_(Before(_window_ends)) | _admitted.is_(1),
        ),
        StepProperty(
            "TS-RATE_LIMITS-2",
            "The first hit after a window has ended begins another.",
            _limit.below(1) | ~Before(_window_ends.passed) | (_admitted.is_(1) & ANSWER.is_not(_refused)),
            of=("hit",),
        ),
        StepProperty(
            "TS-RATE_LIMITS-3",
            "While a window lasts, the remaining count is the limit less what was admitted in it.",
            _window_ends.passed | _admitted.above(_limit) | ANSWER.is_(_limit - _admitted),
            of=("remaining",),
        ),
        Invariant("TS-RATE_LIMITS-3", "No count is below nought.", _admitted.at_least(0)),
    ),
)

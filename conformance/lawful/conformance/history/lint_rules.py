"""What `lawful lint` looks for in a history file: each rule with what it costs to break it.

An error makes the file unreadable for a check, or its verdict worthless; a warning makes the verdict say less than it
seems to. That a value is written twice is neither: checkers get slower by it, not wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong."""

    severity: Severity
    why: str
    """Why it matters."""
    hint: str | None = None
    """What to do about it, where that does not depend on the case."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken."""

    line: int
    """From 1; 0 where it is the file as a whole."""
    rule: str
    severity: Severity
    problem: str
    why: str
    hint: str | None


def _error(why: str, hint: str | None = None) -> Rule:
    return Rule(Severity.ERROR, why, hint)


def _warning(why: str, hint: str | None = None) -> Rule:
    return Rule(Severity.WARNING, why, hint)


_GUESS = "the line cannot be read, and a history that was guessed at gives a verdict that means nothing"
_ONE_AT_A_TIME = "checkers assume that a process does one thing at a time; its order of operations is evidence"

RULES: dict[str, Rule] = {
    "not-text": _error(_GUESS, "write UTF-8"),
    "not-json": _error(_GUESS, "write one JSON object to a line"),
    "line-too-long": _error(_GUESS, "is this the right file?"),
    "wrong-record": _error(_GUESS),
    "result-without-ok": _error(
        "the client saw an answer, so the operation took effect; read as a failure, its effect has no cause",
        "record the outcome 'ok', also where the answer is a refusal",
    ),
    "error-with-ok": _error("an operation cannot both have taken effect and not", "record 'fail' or 'unknown'"),
    "missing-header": _error(
        "without the version of the format nothing else can be relied on",
        'begin the file with a line such as {"record":"header","format":1}',
    ),
    "second-header": _error("these are two recordings, whose clocks need not agree", "split the file"),
    "after-footer": _error("the recording had ended; what follows belongs to another", "split the file"),
    "wrong-count": _error("lines were lost or added since it was recorded", "record again"),
    "repeated-index": _error("a return could belong to either operation", "number the operations once each"),
    "missing-index": _error("an operation was lost, and with it perhaps the cause of an effect", "number without gaps"),
    "mixed-numbering": _error("the place of the operations without a number is not known", "number all or none"),
    "return-without-call": _error(
        "an effect without a cause, and no time at which it can have begun",
        "write the invocation before the call is made, so that it cannot be lost",
    ),
    "second-return": _error("one of the two answers is wrong, and it is not known which", "complete once"),
    "return-before-call": _error(
        "the operation has no moment at which it can have taken effect", "take both times from one monotonic clock"
    ),
    "time-backwards": _error(
        "the order of calls and their times contradict each other", "take all times from one monotonic clock"
    ),
    "overlapping-process": _error(_ONE_AT_A_TIME, "give each thread or connection its own process number"),
    "process-after-unknown": _error(
        f"the unknown operation may still take effect: {_ONE_AT_A_TIME}", "go on under a new process number"
    ),
    "unknown-model": _error("there is nothing to check the history against", "lawful models lists the models"),
    "unknown-object": _error("the model has no such object, so the operation cannot be checked"),
    "no-model": _error("there is nothing to check the operation against", "name a model in the header"),
    "unknown-call": _error("the model cannot say what the operation would answer"),
    "timeout-as-failure": _warning(
        "'fail' says that it never took effect, which a client that lost the connection cannot know; if it did take "
        "effect, whoever saw that looks guilty",
        "record the outcome 'unknown'",
    ),
    "missing-footer": _warning(
        "the recorder died, so what happened last is missing; what is there can be checked", "close the recorder"
    ),
    "cut-off": _warning("the recorder died within this line; it is not used"),
    "nothing-known": _warning("only operations with the outcome 'ok' constrain the verdict: there is nothing to check"),
    "too-many": _warning("what follows was not looked at", "mend these and look again"),
}

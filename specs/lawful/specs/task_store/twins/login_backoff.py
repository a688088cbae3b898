"""Broken twins of extra E2, `login_backoff`."""

from __future__ import annotations

from lawful.specs.expression import After, record
from lawful.specs.task_store.login_backoff import LOGIN_BACKOFF
from lawful.specs.twin import (
    Twin,
    answering,
    argument_of,
    assigning,
    changed,
    doing,
    field_of,
    guarded,
    leaving,
    without_case,
)

_failures = field_of(LOGIN_BACKOFF, "failures")
_blocked_until = field_of(LOGIN_BACKOFF, "blocked_until")
_threshold = argument_of(LOGIN_BACKOFF, "failed", "threshold")
_base_ms = argument_of(LOGIN_BACKOFF, "failed", "base_ms")
_FEW = "{failures} attempts failed before, and fewer than {threshold} did with this one"
_MANY = "{failures} attempts failed before; from {threshold} on each doubles the time"
_BLOCKED = "{failures} attempts in a row failed"
_FORGOTTEN = "{failures} attempts failed since the last success"

LOGIN_BACKOFF_TWINS = (
    Twin(
        "nobody-is-blocked",
        "TS-LOGIN_BACKOFF-1",
        "an attempt is allowed however many failed",
        changed(LOGIN_BACKOFF, "may_try", without_case(_BLOCKED)),
    ),
    Twin(
        "block-does-not-double",
        "TS-LOGIN_BACKOFF-2",
        "every block is as long as the first",
        changed(
            LOGIN_BACKOFF,
            "failed",
            answering(_MANY, record(failures=_failures + 1, blocked_ms=_base_ms)),
            assigning(_MANY, blocked_until=After(_base_ms)),
        ),
    ),
    Twin(
        "success-keeps-the-block",
        "TS-LOGIN_BACKOFF-3",
        "a success forgets the failures, and the account stays blocked",
        changed(LOGIN_BACKOFF, "succeeded", leaving(_FORGOTTEN, "blocked_until")),
    ),
    Twin(
        "success-keeps-the-failures",
        "TS-LOGIN_BACKOFF-3",
        "a success ends the block, and the failures go on being counted",
        changed(LOGIN_BACKOFF, "succeeded", leaving(_FORGOTTEN, "failures")),
    ),
    Twin(
        "block-never-ends",
        "TS-LOGIN_BACKOFF-4",
        "an account that was blocked once stays so until a success",
        changed(LOGIN_BACKOFF, "may_try", guarded(_BLOCKED, _blocked_until.is_not(None))),
    ),
    Twin(
        "first-failures-are-not-counted",
        "TS-LOGIN_BACKOFF-5",
        "a failure that does not block is not written down",
        changed(LOGIN_BACKOFF, "failed", doing(_FEW)),
    ),
    Twin(
        "success-says-that-nothing-failed",
        "TS-LOGIN_BACKOFF-5",
        "a success does not tell whether there were failures",
        changed(LOGIN_BACKOFF, "succeeded", answering(_FORGOTTEN, False)),
    ),
    Twin(
        "threshold-counts-from-nought",
        "TS-LOGIN_BACKOFF-2",
        "one failure more than the threshold says is let through",
        changed(LOGIN_BACKOFF, "failed", guarded(_FEW, (_failures + 1).at_most(_threshold))),
    ),
)

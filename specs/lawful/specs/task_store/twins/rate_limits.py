"""Broken twins of extra E1, `rate_limits`."""

from __future__ import annotations

from lawful.specs.expression import After, record
from lawful.specs.function import update
from lawful.specs.task_store.rate_limits import RATE_LIMITS
from lawful.specs.twin import Twin, answering, argument_of, assigning, changed, doing, field_of, guarded, without_case

_admitted = field_of(RATE_LIMITS, "admitted")
_window_ends = field_of(RATE_LIMITS, "window_ends_at")
_limit = argument_of(RATE_LIMITS, "hit", "limit")
_window_ms = argument_of(RATE_LIMITS, "hit", "window_ms")
_FIRST = "no window has begun that has not ended, so this hit begins one"
_FURTHER = "{admitted} hits were admitted in this window before, of {limit}"
_REFUSED = "{admitted} hits were admitted in this window"

RATE_LIMITS_TWINS = (
    Twin(
        "one-hit-above-the-limit",
        "TS-RATE_LIMITS-1",
        "a hit is admitted where as many as the limit were",
        changed(RATE_LIMITS, "hit", guarded(_FURTHER, _admitted.at_most(_limit))),
    ),
    Twin(
        "hits-are-not-counted",
        "TS-RATE_LIMITS-3",
        "a hit is admitted, and the count stays",
        changed(RATE_LIMITS, "hit", doing(_FURTHER)),
    ),
    Twin(
        "window-never-ends",
        "TS-RATE_LIMITS-2",
        "the first window of a bucket lasts for ever",
        changed(RATE_LIMITS, "hit", guarded(_FIRST, _window_ends.is_(None))),
    ),
    Twin(
        "window-slides-with-each-hit",
        "TS-RATE_LIMITS-2",
        "each hit that is admitted begins the time anew",
        changed(RATE_LIMITS, "hit", assigning(_FURTHER, window_ends_at=After(_window_ms))),
    ),
    Twin(
        "remaining-counts-this-hit-as-left",
        "TS-RATE_LIMITS-3",
        "the remaining count is that of before the hit",
        changed(RATE_LIMITS, "hit", answering(_FURTHER, record(admitted=True, remaining=_limit - _admitted))),
    ),
    Twin(
        "refused-hits-use-up-the-limit",
        "TS-RATE_LIMITS-4",
        "a hit that is refused is counted",
        changed(RATE_LIMITS, "hit", doing(_REFUSED, update(admitted=_admitted + 1))),
    ),
    Twin(
        "last-hit-is-refused",
        "TS-RATE_LIMITS-4",
        "one hit fewer is admitted than the limit allows",
        changed(RATE_LIMITS, "hit", guarded(_FURTHER, (_admitted + 1).below(_limit))),
    ),
    Twin(
        "remaining-of-a-window-that-has-ended",
        "TS-RATE_LIMITS-2",
        "a look does not ask whether the window lasts",
        changed(RATE_LIMITS, "remaining", without_case("no window lasts, so all of the limit is left")),
    ),
)

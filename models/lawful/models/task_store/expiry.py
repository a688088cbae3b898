"""Expiry under an imperfect clock: a grant ends at some instant that nobody saw, between two that are known.

A grant of t milliseconds that took effect somewhere in [earliest, latest], by a clock that errs by at most e while
the grant lasts, ends somewhere in [earliest + t - e, latest + t + e]. Before the first instant it certainly lasts,
after the second it has certainly ended, and in between a store may answer either way.
"""

from __future__ import annotations

from typing import NamedTuple

from lawful.models.history import NS_PER_MS
from lawful.models.model import Window


class Expiry(NamedTuple):
    """The instants, in nanoseconds and inclusive, at one of which a grant ends."""

    earliest_ns: int
    latest_ns: int

    def may_have_passed(self, window: Window) -> bool:
        """Whether the grant may have ended by some instant of `window`."""
        return window.latest_ns >= self.earliest_ns

    def may_be_ahead(self, window: Window) -> bool:
        """Whether the grant may still last at some instant of `window`."""
        return window.earliest_ns <= self.latest_ns

    def seen_ahead(self, window: Window) -> Expiry:
        """What is known once somebody saw the grant last in `window`: it cannot have ended before."""
        return self if self.earliest_ns >= window.earliest_ns else self._replace(earliest_ns=window.earliest_ns)


def expiry_of(window: Window, ttl_ms: int, clock_error_ns: int) -> Expiry:
    """When a grant of `ttl_ms` that takes effect in `window` ends."""
    ttl_ns = ttl_ms * NS_PER_MS
    return Expiry(window.earliest_ns + ttl_ns - clock_error_ns, window.latest_ns + ttl_ns + clock_error_ns)

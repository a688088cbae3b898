"""When things happen in a run: ticks that all sessions share."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Ticks from `start_s` to `end_s`, on the clock of `time.monotonic`."""

    start_s: float
    end_s: float
    tick_s: float

    def due_s(self, tick: int) -> float:
        """When tick number `tick` is, counted from 0."""
        return self.start_s + tick * self.tick_s

    def next_tick(self, now_s: float) -> int:
        """The first tick after `now_s`."""
        return max(0, math.floor((now_s - self.start_s) / self.tick_s) + 1)

    def until_next_tick_s(self) -> float:
        """How long until the next tick."""
        now_s = time.monotonic()
        return self.due_s(self.next_tick(now_s)) - now_s

"""Holds a search to its budget of time and memory."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from lawful.checkers.verdict import Budget

if TYPE_CHECKING:
    import psutil

_STEPS_BETWEEN_LOOKS = 256
_BYTES_PER_MB = 1_000_000


class BudgetExhausted(Exception):
    """The search must stop; the message names the budget that was used up."""


class Meter:
    """Counts steps of a search, and looks at clock and memory every few hundred of them.

    Memory is that of the whole process, above what it was at the first look: a model that hoards states in a
    cache of its own is held to the budget as well.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._started_s = time.monotonic()
        self._memory_at_start: int | None = None
        self._work = 0
        self.steps = 0

    @property
    def limits_work(self) -> bool:
        """Whether the amount of work is limited, which native code does not count."""
        return self._budget.work is not None

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self._started_s

    def restart(self) -> None:
        """Another piece of work begins, with the whole time and with what is left of the memory."""
        self._started_s = time.monotonic()

    def step(self) -> None:
        """Count one step; raises `BudgetExhausted` where a budget is used up."""
        self.steps += 1
        if self.steps % _STEPS_BETWEEN_LOOKS == 0:
            self.worked(_STEPS_BETWEEN_LOOKS)
            self.look()

    def worked(self, amount: int) -> None:
        """Count work that takes as long as so many steps; raises `BudgetExhausted` where there is a limit to it."""
        self._work += amount
        if self._budget.work is not None and self._work > self._budget.work:
            raise BudgetExhausted(f"{self._budget.work:,} steps did not suffice")

    def remaining(self) -> Budget:
        """The budget for a part of the work: the time that is left, and as much memory and work as before."""
        if self._budget.seconds is None:
            return self._budget
        left_s = max(0.001, self._budget.seconds - self.seconds)
        return replace(self._budget, seconds=left_s, whole_s=self._whole_s())

    def _whole_s(self) -> float | None:
        return self._budget.seconds if self._budget.whole_s is None else self._budget.whole_s

    def look(self) -> None:
        """Compare with the budget now."""
        if self._budget.seconds is not None and self.seconds > self._budget.seconds:
            raise BudgetExhausted(f"the time budget of {self._whole_s():g} s is used up")
        if self._budget.memory_mb is not None:
            grown_mb = self._grown_bytes() / _BYTES_PER_MB
            if grown_mb > self._budget.memory_mb:
                raise BudgetExhausted(f"the memory budget of {self._budget.memory_mb:g} MB is used up")

    def _grown_bytes(self) -> int:
        """Since the first look. To ask the system takes as long as to check a tiny history, which needs no look."""
        resident = _resident_bytes()
        if self._memory_at_start is None:
            self._memory_at_start = resident
        return resident - self._memory_at_start


def _resident_bytes() -> int:
    """The memory of this process."""
    return int(_process(os.getpid()).memory_info().rss)


@lru_cache(maxsize=1)
def _process(pid: int) -> psutil.Process:
    """Kept, because to make one takes longer than to check a small history; a fork has a process of its own."""
    import psutil

    return psutil.Process(pid)

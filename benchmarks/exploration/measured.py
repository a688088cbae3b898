"""What one search counted, and how long it took."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the result."""

    name: str
    distinct: int
    generated: int
    depth: int
    seconds: float
    """Wall time of the whole command."""
    cpu_seconds: float
    """Processor time of all its processes, which others who are busy on the machine change little."""
    is_whole: bool = True
    """Whether the search came to its end; else it was stopped, and its counts are those so far."""
    note: str = ""

    @property
    def counts(self) -> tuple[int, int, int]:
        """What all searches of the same states have to agree on."""
        return self.distinct, self.generated, self.depth


class Stopwatch:
    """Times processes that are started and waited for between its beginning and its end."""

    def __init__(self) -> None:
        self._started = time.perf_counter(), _cpu_s()

    def stopped(self) -> tuple[float, float]:
        """Wall time, and processor time of the processes."""
        return time.perf_counter() - self._started[0], _cpu_s() - self._started[1]


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

"""A clause: one sentence that an implementation keeps or breaks, with an id that never changes its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What it takes to see the clause broken; cheaper levels are tried and reported first."""

    SEQUENTIAL = "sequential"
    """One client, one operation at a time."""
    CONCURRENT = "concurrent"
    """Clients whose operations overlap."""
    TIMED = "timed"
    """The passing of time: leases, claims, time-outs."""
    CRASH = "crash"
    """A client or a server that dies or is paused."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered promise."""

    id: str
    """Such as `TS-JOBS-1`. Ids are never used again for another promise."""
    table: str
    """The table that it speaks of; `all` for every table."""
    level: Level
    sentence: str
    source: str
    """Where the promise comes from."""

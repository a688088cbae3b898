"""A clause: one sentence that an implementation keeps or breaks, with an id that never changes its meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from lawful.specs.bound import Bound


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
    weaker: str | None = None
    """The sentence for configurations that promise less, with `{lost}` where the bound says how much less."""
    bound: Bound | None = None
    """How much less than the whole is promised here; None: the whole."""

    @property
    def label(self) -> str:
        """The id, with the level where that is not the full one: `TS-ALL-3 at 1 s`."""
        return self.id if self.bound is None else f"{self.id} at {self.bound}"

    def at(self, bound: Bound) -> Clause:
        """The clause as a configuration promises it that claims no more than `bound`.

        Raises `ValueError` for a clause that has no weaker form.
        """
        if self.weaker is None:
            raise ValueError(f"{self.id} has no weaker form")
        return replace(self, sentence=self.weaker.format(lost=bound.lost), bound=bound)

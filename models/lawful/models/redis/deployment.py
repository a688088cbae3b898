"""How Redis is set up, what may go wrong, and the bounds within which that is searched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Persistence(StrEnum):
    """What a server writes to its disk, and when (`appendfsync`; Redis documentation, "Redis persistence")."""

    ALWAYS = "always"
    """The append-only file is synced before an answer is sent."""
    EVERYSEC = "everysec"
    """It is written before an answer is sent, and synced once a second by another thread."""
    NO = "no"
    """It is written before an answer is sent, and the kernel syncs it when it likes to."""
    SNAPSHOTS = "snapshots"
    """There is no such file; a snapshot of all data is written and synced now and then."""


class Hazard(StrEnum):
    """What may go wrong."""

    KILL = "kill"
    """A server process dies; what it had written stays with the kernel."""
    POWER_LOSS = "power-loss"
    """The machine of a server dies; what was not synced may be gone."""
    SLOW_SYNC = "slow-sync"
    """A sync takes so long that writes of the append-only file are put off meanwhile, for up to two seconds."""
    PARTITION = "partition"
    """Sentinels cannot reach the primary, which is up, and the client can; or it was paused for a while."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One primary, its replicas and, where there are any, Sentinels that agree (as one process)."""

    persistence: Persistence = Persistence.ALWAYS
    replicas: int = 0
    wait: int = 0
    """A write counts as acknowledged when WAIT said that so many replicas have it; 0: when it was answered."""
    min_replicas: int = 0
    """`min-replicas-to-write`: fewer replicas that were heard of not long ago, and the primary refuses writes."""
    hazards: frozenset[Hazard] = frozenset()
    writes: int = 2
    """How many writes the client tries."""
    crashes: int = 1
    """How often one server may die."""
    failovers: int = 1
    """How often Sentinel may choose another primary."""
    messages: int = 2
    """How many may be in flight at once."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for what can never work."""
        if max(self.wait, self.min_replicas) > self.replicas:
            raise ValueError(f"there are {self.replicas} replicas, and writes wait for more")

    @property
    def client(self) -> int:
        """The number of the process that is the client. The servers come before it."""
        return self.replicas + 1

    @property
    def sentinel(self) -> int:
        """The number of the process that stands for the Sentinels."""
        return self.replicas + 2

    @property
    def processes(self) -> int:
        return self.replicas + (3 if self.replicas else 2)

"""What a deployment of Redis promises, as numbered sentences: each configuration keeps some of them under some faults.

Source: Redis documentation, "Redis persistence", "Redis replication", "High availability with Redis Sentinel" and the
commands WAIT and CONFIG. Which predicate stands for each sentence is said in `models.redis.properties`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that a deployment keeps, or does not."""

    id: str
    """Such as `REDIS-1`. Ids are never used again for another promise."""
    name: str
    sentence: str
    source: str


DURABILITY = Promise(
    "REDIS-1",
    "durability",
    "A primary has every write that was acknowledged in its epoch or before.",
    "Redis documentation, Redis persistence",
)
ONE_PRIMARY = Promise(
    "REDIS-2",
    "one primary",
    "Two servers do not regard themselves as the primary at the same time.",
    "Redis documentation, High availability with Redis Sentinel",
)
PROMISES = {one.id: one for one in (DURABILITY, ONE_PRIMARY)}
